//! [`Works`]: an endpoint with an inbox, and a worker whose handler follows a script, on one clock that the test moves.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hookgate::{
    Ack, Delivery, LeaseHandle, Nack, ReceiverBuilder,
    framework::Busy,
    inbox::{DeadReason, Filter, Inbox, Listed, MemoryInbox, Stands},
    providers::logto::Event,
    time::Clock,
    worker::Worker,
};
use tokio::{sync::watch, task::JoinHandle};

use crate::props::{Gate, Stage, now};

/// What one run does.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Process,
    Retry,
    Fail(&'static str),
    RetryAfter(Duration),
    Unavailable,
    Reject,
    Panic,
    Wait(Gate),
    Never,
}

#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) body: String,
    pub(crate) at: Duration,
    pub(crate) lease: LeaseHandle,
}

#[derive(Default)]
pub(crate) struct Script {
    pub(crate) steps: Mutex<VecDeque<Step>>,
    pub(crate) seen: Mutex<Vec<Seen>>,
    pub(crate) done: AtomicUsize,
}

pub(crate) struct Works {
    pub(crate) stage: Stage,
    pub(crate) inbox: MemoryInbox,
    pub(crate) script: Arc<Script>,
    pub(crate) stop: watch::Sender<bool>,
}

impl Works {
    pub(crate) async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    pub(crate) async fn with(set: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder) -> Self {
        let clock = hookgate::testing::FakeClock::at(now());
        let inbox = MemoryInbox::with_clock(100, clock.clone());
        let stage = Stage::logto_with(|builder| {
            let builder = builder.clock(clock.clone()).timer(clock.clone());
            set(builder.inbox_for_tests(inbox.clone()))
        })
        .await;
        Self {
            stage: Stage { clock, ..stage },
            inbox,
            script: Arc::default(),
            stop: watch::Sender::new(false),
        }
    }

    pub(crate) fn then(&self, steps: impl IntoIterator<Item = Step>) {
        self.script.steps.lock().unwrap().extend(steps);
    }

    /// A worker with the endpoint's handler, on the test's clock.
    pub(crate) fn worker(&self) -> Worker {
        let (script, clock) = (self.script.clone(), self.stage.clock.clone());
        let handler = move |delivery: Delivery<Event>| {
            let (script, clock) = (script.clone(), clock.clone());
            async move { script.run(&clock, delivery).await }
        };
        Worker::new(self.inbox.clone())
            .clock(self.stage.clock.clone())
            .handle(&self.stage.receiver, handler)
    }

    pub(crate) fn start(&self, worker: Worker) -> JoinHandle<Busy> {
        let clock = self.stage.clock.clone();
        let mut stopped = self.stop.subscribe();
        tokio::spawn(async move {
            let stop = async move { drop(stopped.wait_for(|it| *it).await) };
            worker.run_on(clock, stop).await.unwrap()
        })
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.script.seen.lock().unwrap().clone()
    }

    pub(crate) fn runs(&self) -> usize {
        self.seen().len()
    }

    /// How many runs came to their end.
    pub(crate) fn done(&self) -> usize {
        self.script.done.load(Ordering::SeqCst)
    }

    /// The attempts of all runs, in their order.
    pub(crate) fn attempts(&self) -> Vec<u32> {
        self.seen().iter().map(|it| it.lease.attempt()).collect()
    }

    pub(crate) async fn dead(&self) -> Vec<DeadReason> {
        let dead = self.dead_letters().await;
        let reason = |it: &Listed| match it.stands {
            Stands::Dead { reason, .. } => Some(reason),
            _ => None,
        };
        dead.iter().filter_map(reason).collect()
    }

    pub(crate) async fn dead_letters(&self) -> Vec<Listed> {
        let page = self.inbox.list(&Filter::dead(), None, 100).await.unwrap();
        page.rows
    }

    /// Lets everything run that needs no time.
    pub(crate) async fn rest(&self) {
        for _ in 0..64 {
            tokio::task::yield_now().await;
        }
    }

    /// Lets time pass until `is_so`.
    pub(crate) async fn pass_until(&self, is_so: impl Fn() -> bool) {
        for _ in 0..100_000 {
            self.rest().await;
            if is_so() {
                return;
            }
            self.stage.clock.advance(Duration::from_millis(500));
        }
        panic!("it never came");
    }

    pub(crate) async fn pass(&self, time: Duration) {
        let end = self.stage.clock.monotonic() + time;
        while self.stage.clock.monotonic() < end {
            self.stage.clock.advance(Duration::from_secs(1));
            self.rest().await;
        }
    }
}

impl Script {
    async fn run(&self, clock: &dyn Clock, delivery: Delivery<Event>) -> Result<Ack, Nack> {
        self.seen.lock().unwrap().push(Seen {
            body: String::from_utf8(delivery.payload().to_vec()).unwrap(),
            at: clock.monotonic(),
            lease: delivery.lease().clone(),
        });
        let step = self.steps.lock().unwrap().pop_front();
        let said = match step {
            None | Some(Step::Process) => Ok(Ack::processed()),
            Some(Step::Retry) => Err(Nack::retry()),
            Some(Step::Fail(text)) => Err(text.into()),
            Some(Step::RetryAfter(after)) => Err(Nack::retry_after(after)),
            Some(Step::Unavailable) => Err(Nack::unavailable()),
            Some(Step::Reject) => Err(Nack::rejected("never")),
            Some(Step::Panic) => panic!("a handler's own"),
            Some(Step::Never) => std::future::pending().await,
            Some(Step::Wait(gate)) => {
                gate.passed().await;
                Ok(Ack::processed())
            }
        };
        self.done.fetch_add(1, Ordering::SeqCst);
        said
    }
}
