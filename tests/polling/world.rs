//! [`World`]: instances of one endpoint with their fallback, a sender, and its API.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use bytes::Bytes;
use hookgate::{
    Ack, Delivery, Nack, Origin, Receiver, ReceiverBuilder, UnixTime,
    access::AnyoneMayCall,
    dedup::MemoryStore,
    framework::{Concluded, DeliverySlot, Judged, Ran, Verdict, conclude, handle},
    pack::Head,
    polling::{AskError, Fallback, FallbackBuilder, GaveUp, Question, Reply, StatusSource},
    providers::idcloud::{Event, IdCloud, IdCloudSimulator, State},
    testing::FakeClock,
    time::{Clock, Timer},
};

use super::{
    counted::Counted,
    tasks::{Process, Random, Tasks},
};
use crate::props::now;

pub(crate) const ENDPOINT: &str = "test";

/// What the API says once.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    /// How the process stands at the end of the answer's way.
    Status,
    NotYet,
    /// A state of which the sender tells, and which others follow.
    Going,
    Gone,
    Fails(AskError),
    /// Nothing, ever.
    Silence,
    Panics,
}

/// What a handler does once.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Does {
    Process,
    Fail,
    /// Fails, and says after how long it is worth another try.
    FailFor(Duration),
    Reject,
}

/// One run of a handler.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    pub(crate) id: String,
    pub(crate) origin: Origin,
    pub(crate) done: bool,
}

/// The account of each tenant.
type Accounts = Box<dyn Fn(Option<&str>) -> Option<Arc<str>> + Send + Sync>;

/// How long something takes, and what it is.
type Script<T> = Mutex<VecDeque<(Duration, T)>>;

#[derive(Default)]
pub(crate) struct Log {
    pub(crate) runs: Mutex<Vec<Run>>,
    pub(crate) asked: Mutex<Vec<(String, Duration)>>,
    pub(crate) gave_up: Mutex<Vec<GaveUp>>,
    pub(crate) answers: Mutex<Vec<u16>>,
    /// When each process ends, and how.
    pub(crate) ends: Mutex<BTreeMap<String, (Duration, State)>>,
    /// What the API says: then [`Says::Status`] at once.
    pub(crate) says: Script<Says>,
    /// What handlers do: then [`Does::Process`] at once.
    pub(crate) does: Script<Does>,
    /// By what the API counts the questions of a tenant: all together by default.
    pub(crate) accounts: OnceLock<Accounts>,
    /// What the application says to a process that is given up: then that it heard.
    pub(crate) hears: Mutex<VecDeque<bool>>,
}

pub(crate) struct World {
    pub(crate) clock: FakeClock,
    pub(crate) tasks: Tasks,
    pub(crate) random: Random,
    pub(crate) store: MemoryStore,
    pub(crate) expectations: Counted,
    pub(crate) log: Arc<Log>,
}

/// One process of the application.
#[derive(Clone)]
pub(crate) struct Instance {
    pub(crate) process: Process,
    pub(crate) receiver: Receiver,
    pub(crate) fallback: Fallback,
    log: Arc<Log>,
}

/// The sender's API.
pub(crate) struct Api {
    clock: FakeClock,
    log: Arc<Log>,
}

impl StatusSource for Api {
    async fn ask(&self, question: Question<'_>) -> Result<Reply, AskError> {
        let id = question.id.to_owned();
        let asked = (id.clone(), self.clock.monotonic());
        self.log.asked.lock().unwrap().push(asked);
        let next = self.log.says.lock().unwrap().pop_front();
        let (takes, says) = next.unwrap_or((Duration::ZERO, Says::Status));
        self.clock.sleep(takes).await;
        match says {
            Says::Status => {
                let ends = self.log.ends.lock().unwrap();
                Ok(match ends.get(&id) {
                    Some((at, state)) if *at <= self.clock.monotonic() => Reply::Status {
                        notification: notification(&id, state),
                        is_end: true,
                    },
                    _ => Reply::NotYet,
                })
            }
            Says::NotYet => Ok(Reply::NotYet),
            Says::Going => Ok(Reply::Status {
                notification: notification(&id, &State::Created),
                is_end: false,
            }),
            Says::Gone => Ok(Reply::Gone),
            Says::Fails(error) => Err(error),
            Says::Silence => std::future::pending().await,
            Says::Panics => panic!("a fault of the application's"),
        }
    }

    fn account(&self, tenant: Option<&str>) -> Option<Arc<str>> {
        self.log.accounts.get()?(tenant)
    }

    fn ends(&self, id: &str) -> Vec<Bytes> {
        vec![
            notification(id, &State::Finished),
            notification(id, &State::Failed),
        ]
    }
}

pub(crate) fn notification(id: &str, state: &State) -> Bytes {
    IdCloudSimulator::new()
        .process(id, state.clone(), "id")
        .body
        .clone()
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self::with(seed, FakeClock::at(now()))
    }

    /// It begins at this time.
    pub(crate) fn at(time: UnixTime) -> Self {
        Self::with(1, FakeClock::at(time))
    }

    fn with(seed: u64, clock: FakeClock) -> Self {
        Self {
            tasks: Tasks::new(&clock),
            random: Random::new(seed),
            store: MemoryStore::with_clock(1000, clock.clone()),
            expectations: Counted::new(1000, &clock),
            log: Arc::default(),
            clock,
        }
    }

    /// The API's answers, one after the other, at once.
    pub(crate) fn says(self, all: impl IntoIterator<Item = Says>) -> Self {
        let all = all.into_iter().map(|says| (Duration::ZERO, says));
        self.log.says.lock().unwrap().extend(all);
        self
    }

    /// The API counts the questions of each tenant by themselves.
    pub(crate) fn by_account(self) -> Self {
        self.accounts(|tenant| {
            assert_ne!(tenant, Some("panics"), "a fault of the application's");
            tenant.map(Into::into)
        })
    }

    pub(crate) fn accounts(
        self,
        of: impl Fn(Option<&str>) -> Option<Arc<str>> + Send + Sync + 'static,
    ) -> Self {
        assert!(self.log.accounts.set(Box::new(of)).is_ok());
        self
    }

    /// What handlers do, and after how long.
    pub(crate) fn does(self, all: impl IntoIterator<Item = (u64, Does)>) -> Self {
        let all = all.into_iter();
        let all = all.map(|(secs, does)| (Duration::from_secs(secs), does));
        self.log.does.lock().unwrap().extend(all);
        self
    }

    /// The process ends after so many seconds.
    pub(crate) fn ends(&self, id: &str, secs: u64) {
        let at = self.clock.monotonic() + Duration::from_secs(secs);
        let end = (at, State::Finished);
        self.log.ends.lock().unwrap().insert(id.to_owned(), end);
    }

    pub(crate) fn builder(&self, process: &Process, pack: IdCloud) -> ReceiverBuilder {
        Receiver::new(ENDPOINT, pack)
            .access(AnyoneMayCall)
            .clock(self.clock.clone())
            .timer(process.clone())
    }

    pub(crate) fn api(&self) -> Api {
        Api {
            clock: self.clock.clone(),
            log: self.log.clone(),
        }
    }

    pub(crate) fn fallback(&self, receiver: &Receiver) -> FallbackBuilder {
        let log = self.log.clone();
        Fallback::new(receiver, self.api(), self.expectations.clone()).on_gave_up(move |gave_up| {
            log.gave_up.lock().unwrap().push(gave_up);
            let hears = log.hears.lock().unwrap().pop_front().unwrap_or(true);
            async move {
                if hears {
                    Ok(Ack::processed())
                } else {
                    Err(Nack::retry())
                }
            }
        })
    }

    /// A process of the application that takes deliveries and asks.
    pub(crate) fn instance(&self) -> Instance {
        self.instance_with(IdCloud::new(), |fallback| fallback)
    }

    pub(crate) fn instance_with(
        &self,
        pack: IdCloud,
        set: impl FnOnce(FallbackBuilder) -> FallbackBuilder,
    ) -> Instance {
        let process = self.tasks.process();
        let builder = self.builder(&process, pack).dedup(self.store.clone());
        let receiver = builder.build().unwrap();
        let (log, clock) = (self.log.clone(), self.clock.clone());
        let fallback = self
            .fallback(&receiver)
            .handle(move |delivery| on_event(log.clone(), clock.clone(), delivery));
        let fallback = set(fallback).build().unwrap();
        let instance = Instance {
            process,
            receiver,
            fallback,
            log: self.log.clone(),
        };
        let (asks, timer) = (instance.fallback.clone(), instance.process.clone());
        instance.process.spawn(Box::pin(async move {
            asks.run_on(timer, std::future::pending()).await;
        }));
        instance
    }

    /// Lets so many seconds pass.
    pub(crate) fn pass(&mut self, secs: u64) {
        let step = Duration::from_millis(100);
        self.pass_by(step, secs);
    }

    pub(crate) fn pass_by(&mut self, step: Duration, secs: u64) {
        let time = Duration::from_secs(secs);
        self.tasks.run(&mut self.random, step, time);
    }

    pub(crate) fn asked(&self) -> usize {
        self.log.asked.lock().unwrap().len()
    }

    pub(crate) fn runs(&self) -> Vec<Run> {
        self.log.runs.lock().unwrap().clone()
    }

    /// How often the process was handled to its end.
    pub(crate) fn done(&self, id: &str) -> usize {
        let runs = self.runs();
        runs.iter().filter(|run| run.done && run.id == id).count()
    }
}

impl Instance {
    pub(crate) fn expect(&self, id: &str) {
        let (fallback, id) = (self.fallback.clone(), id.to_owned());
        self.process.spawn(Box::pin(async move {
            fallback.expect(None, &id).await.unwrap();
        }));
    }

    /// The sender sends after so long, and once more after each error, at most `times`.
    pub(crate) fn push(&self, clock: &FakeClock, id: &str, after: Duration, times: usize) {
        let (receiver, log, clock) = (self.receiver.clone(), self.log.clone(), clock.clone());
        let body = {
            let ends = log.ends.lock().unwrap();
            let state = ends.get(id).map_or(State::Finished, |end| end.1.clone());
            notification(id, &state)
        };
        let timer: Arc<dyn Timer> = Arc::new(self.process.clone());
        self.process.spawn(Box::pin(async move {
            clock.sleep(after).await;
            for _ in 0..times {
                let status = send(&receiver, &log, &clock, &timer, body.clone()).await;
                log.answers.lock().unwrap().push(status);
                if status == 200 {
                    return;
                }
                clock.sleep(Duration::from_secs(5)).await;
            }
        }));
    }
}

/// One delivery, as a middleware takes it.
async fn send(
    receiver: &Receiver,
    log: &Arc<Log>,
    clock: &FakeClock,
    timer: &Arc<dyn Timer>,
    body: Bytes,
) -> u16 {
    let headers = vec![("content-type", "application/json")];
    let head = Head::new("POST", "/hook", &headers);
    let judged = receiver.judge().admit(head, Some(body), timer).await;
    let Ok(Judged::Admitted(admitted)) = judged else {
        panic!("not admitted");
    };
    let (log, clock) = (log.clone(), clock.clone());
    let run = move |slot: DeliverySlot, _| async move {
        let delivery = slot.take::<Event>().unwrap();
        match on_event(log, clock, delivery).await {
            Ok(_) => Ran::answered(None, 200, ()),
            Err(nack) => Ran::failed(Some(Verdict(nack.into())), Some(503)),
        }
    };
    let work = handle(receiver.clone(), admitted, timer.clone(), run);
    match conclude(timer, work).await {
        Concluded::Reply(()) => 200,
        Concluded::Answer(answer) => answer.status().as_u16(),
    }
}

/// The application's handler. Its effect is what it does last.
pub(crate) async fn on_event(
    log: Arc<Log>,
    clock: FakeClock,
    delivery: Delivery<Event>,
) -> Result<Ack, Nack> {
    let next = log.does.lock().unwrap().pop_front();
    let (takes, does) = next.unwrap_or((Duration::ZERO, Does::Process));
    clock.sleep(takes).await;
    log.runs.lock().unwrap().push(Run {
        id: delivery.event().id().to_owned(),
        origin: delivery.origin(),
        done: matches!(does, Does::Process | Does::Reject),
    });
    match does {
        Does::Process => Ok(Ack::processed()),
        Does::Fail => Err(Nack::retry()),
        Does::FailFor(time) => Err(Nack::retry_after(time)),
        Does::Reject => Err(Nack::rejected("never")),
    }
}
