//! The application that all frameworks serve: a handler that does what the event says.

use std::{
    future::Future,
    pin::Pin,
    sync::Mutex,
    task::{Context, Poll},
    time::Duration,
};

use hookgate::{
    Ack, Delivery, Nack, Receiver, Secret,
    cloudevents::{CloudEvent, TypedData},
    json::Payload,
    providers::preset::Preset,
};
use serde::Deserialize;
use tokio::{
    sync::watch,
    task::{Id, try_id},
};

use crate::{scene::SECRET, stores::Failing};

/// Steps of work, far more than a timer of some milliseconds lasts: they only keep a broken test from hanging.
const MOST_WORK: usize = 5_000_000;

/// What an event tells its handler to do.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Act {
    Process,
    Ignore,
    Retry,
    RetryAfter,
    RetryFirst,
    Reject,
    Error,
    Panic,
    PanicFirst,
    Wait,
    WaitAndRetry,
    Busy,
    Created,
    NotFound,
    Found,
}

#[derive(Deserialize)]
pub(crate) struct Order {
    act: Act,
}

pub(crate) type Event = Payload<Order>;

/// The data of a CloudEvent.
#[derive(Deserialize)]
pub(crate) struct Thing {
    name: String,
}

/// What a handler sees of a CloudEvent.
pub(crate) fn told(event: &CloudEvent<Thing>) -> String {
    let attributes = event.attributes().unwrap();
    let data = match &event.data {
        TypedData::Missing => "nothing".to_owned(),
        TypedData::Known(Thing { name }) => format!("known {name}"),
        TypedData::Unrecognized { raw, .. } => format!("{} bytes that do not fit", raw.len()),
        TypedData::Text(text) => format!("text {text}"),
        TypedData::Bytes(bytes) => format!("{bytes:?}"),
    };
    let subject = attributes.subject.as_deref().unwrap_or_default();
    format!("{} {subject}: {data}", attributes.id)
}

/// What the handler answers, before a framework makes a response of it.
pub(crate) enum Reply {
    Said(Result<Ack, Nack>),
    Own(u16, &'static str),
}

/// What the handlers of one server did, and what they wait for.
pub(crate) struct Stage {
    began: watch::Sender<usize>,
    ended: watch::Sender<usize>,
    moved: watch::Sender<bool>,
    dropped: watch::Sender<bool>,
    gate: watch::Sender<Gate>,
}

/// Which handlers that wait may go on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    Shut,
    /// The handler that began as this one.
    OpenFor(usize),
    Open,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self {
            began: watch::Sender::new(0),
            ended: watch::Sender::new(0),
            moved: watch::Sender::new(false),
            dropped: watch::Sender::new(false),
            gate: watch::Sender::new(Gate::Shut),
        }
    }

    /// How many handlers began.
    pub(crate) fn runs(&self) -> usize {
        *self.began.borrow()
    }

    /// How many handlers ended.
    pub(crate) fn ends(&self) -> usize {
        *self.ended.borrow()
    }

    pub(crate) async fn began(&self, runs: usize) {
        reaches(&self.began, |began| *began >= runs).await;
    }

    pub(crate) async fn ended(&self, runs: usize) {
        reaches(&self.ended, |ended| *ended >= runs).await;
    }

    /// A waiting handler goes on in a task of its own.
    pub(crate) async fn moved(&self) {
        reaches(&self.moved, |moved| *moved).await;
    }

    /// A waiting handler was dropped before its end.
    pub(crate) async fn dropped(&self) {
        reaches(&self.dropped, |dropped| *dropped).await;
    }

    /// Lets waiting handlers go on, now and later.
    pub(crate) fn open(&self) {
        self.gate.send_replace(Gate::Open);
    }

    /// Lets the handler that began as the `run`th go on, and no other.
    pub(crate) fn open_for(&self, run: usize) {
        self.gate.send_replace(Gate::OpenFor(run));
    }

    pub(crate) async fn act(&self, delivery: Delivery<Event>) -> Reply {
        let mut run = 0;
        self.began.send_modify(|began| {
            *began += 1;
            run = *began;
        });
        let first = run == 1;
        let act = match delivery.event() {
            Payload::Known(order) => order.act,
            Payload::Unrecognized { .. } => Act::Ignore,
        };
        let reply = match act {
            Act::Process => Reply::Said(Ok(Ack::processed())),
            Act::Ignore => Reply::Said(Ok(Ack::ignored("as told"))),
            Act::RetryFirst if first => Reply::Said(Err(Nack::retry())),
            Act::Retry => Reply::Said(Err(Nack::retry())),
            Act::RetryAfter => Reply::Said(Err(Nack::retry_after(Duration::from_millis(41_500)))),
            Act::Reject => Reply::Said(Err(Nack::rejected("as told"))),
            Act::Error => Reply::Said(failing()),
            Act::PanicFirst if first => panic!("as told"),
            Act::Panic => panic!("as told"),
            Act::RetryFirst | Act::PanicFirst => Reply::Said(Ok(Ack::processed())),
            Act::Wait => {
                self.wait(run).await;
                Reply::Said(Ok(Ack::processed()))
            }
            Act::WaitAndRetry => {
                self.wait(run).await;
                Reply::Said(Err(Nack::retry()))
            }
            Act::Busy => {
                self.busy(run).await;
                Reply::Said(Ok(Ack::processed()))
            }
            Act::Created => Reply::Own(201, "the handler's own"),
            Act::NotFound => Reply::Own(404, "the handler's own"),
            Act::Found => Reply::Own(302, "the handler's own"),
        };
        self.ended.send_modify(|ended| *ended += 1);
        reply
    }

    /// A handler that is done at once, whatever its event.
    pub(crate) fn ran(&self) {
        self.began.send_modify(|began| *began += 1);
        self.ended.send_modify(|ended| *ended += 1);
    }

    /// Works while the gate is shut, as a handler whose next row is always there. It uses up its task's budget
    /// at each poll, and leaves none to anything that is polled afterwards.
    async fn busy(&self, run: usize) {
        for _ in 0..MOST_WORK {
            if [Gate::Open, Gate::OpenFor(run)].contains(&self.gate.borrow()) {
                return;
            }
            tokio::task::consume_budget().await;
        }
        panic!("a busy handler that nobody let go");
    }

    async fn wait(&self, run: usize) {
        let mut gate = self.gate.subscribe();
        let opens = gate.wait_for(move |gate| [Gate::Open, Gate::OpenFor(run)].contains(gate));
        WatchTask {
            work: Mutex::new(Box::pin(async {
                let _ = opens.await;
            })),
            first: None,
            ended: false,
            moved: &self.moved,
            dropped: &self.dropped,
        }
        .await;
    }
}

fn failing() -> Result<Ack, Nack> {
    let number: u8 = "a name that must not leak".parse()?;
    let _ = number;
    Ok(Ack::processed())
}

pub(crate) async fn reaches<T>(value: &watch::Sender<T>, there: impl FnMut(&T) -> bool) {
    let _ = value.subscribe().wait_for(there).await;
}

/// Tells when `work` is polled by another task than the first, and when it is dropped before its end.
struct WatchTask<'a> {
    work: Mutex<Pin<Box<dyn Future<Output = ()> + Send + 'a>>>,
    first: Option<Option<Id>>,
    ended: bool,
    moved: &'a watch::Sender<bool>,
    dropped: &'a watch::Sender<bool>,
}

impl Future for WatchTask<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let task = try_id();
        if *self.first.get_or_insert(task) != task {
            self.moved.send_replace(true);
        }
        let work = self.work.get_mut().unwrap();
        let polled = work.as_mut().poll(context);
        self.ended = polled.is_ready();
        polled
    }
}

impl Drop for WatchTask<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.dropped.send_replace(true);
        }
    }
}

/// A receiver that stands where none should. Its store would be 503.
pub(crate) fn another() -> Receiver {
    let pack = Preset::standard_webhooks(Secret::bytes(SECRET).unwrap());
    Receiver::new("another", pack)
        .dedup(Failing::always())
        .build()
        .unwrap()
}
