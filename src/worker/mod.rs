//! [`Worker`]: handles what an inbox has accepted.
//!
//! ```
//! use std::time::Duration;
//! use hookgate::{Ack, Delivery, Nack, Receiver, Secret, inbox::MemoryInbox, providers::logto::{self, Logto}, worker::Worker};
//!
//! async fn on_event(delivery: Delivery<logto::Event>) -> Result<Ack, Nack> {
//!     println!("{:?}", delivery.event_type());
//!     Ok(Ack::processed())
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // A test's inbox. A service takes one that survives a restart, by `.inbox(…)`.
//! let inbox = MemoryInbox::new();
//! let pack = Logto::new(Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?);
//! let receiver = Receiver::new("logto", pack).inbox_for_tests(inbox.clone()).build()?;
//! let worker = Worker::new(inbox).handle(&receiver, on_event).slots(16).grace(Duration::from_secs(20));
//! # let _ = worker;
//! # Ok(())
//! # }
//! ```
//!
//! It runs in the receiver's process or in another one, which builds the same receiver: the endpoint's name and pack tell
//! what a line holds. Its keys verify nothing there. Several workers may share an inbox.
//!
//! | file | holds |
//! | --- | --- |
//! | `policy` | what becomes of a line after a run |
//! | `handler` | who handles an endpoint's events, whatever they are |
//! | `keeper` | the heartbeat of all lines |
//! | `line` | one line, from its lease to its end |
//! | `shared` | what all lines of a worker share, and the slots that they take |
//! | `serve` | who gets a slot, and stopping |
//! | `watch` | how much waits, and what is wrong with that |
//! | `heart` | a thread for the heartbeat |

mod handler;
#[cfg(feature = "tokio")]
mod heart;
mod keeper;
mod line;
mod policy;
mod serve;
mod shared;
mod watch;

use std::{collections::HashMap, fmt, future::Future, sync::Arc, time::Duration};

#[cfg(feature = "tower")]
pub(crate) use self::handler::{Handed, Running};
pub use self::policy::Retries;
use self::{
    handler::{Handler, erased},
    shared::Shared,
};
use crate::{
    delivery::Delivery,
    inbox::{BoxInbox, Inbox},
    receiver::{Busy, Receiver},
    setup::BuildError,
    time::{self, Clock, Timer, beside},
    verdict::{Ack, Nack},
};

/// Handles what an inbox has accepted: leases lines of work, runs their handlers, and ends them.
///
/// # What a run comes to
///
/// | the handler | its line |
/// | --- | --- |
/// | [`Ack`] | done: the key has a mark, the payload is erased |
/// | [`Nack::retry`], any error, a panic | tried again, later with each failure; a dead letter after [`Retries::failures`] |
/// | [`Nack::retry_after`] | tried again then; counts as a failure too |
/// | [`Nack::unavailable`] | tried again, spends no try; the endpoint is paused, and one line then tries whether it must stay so |
/// | [`Nack::rejected`] | a dead letter |
/// | runs longer than the receiver's [`run_timeout`](crate::ReceiverBuilder::run_timeout) | its lease is told lost, its line counts a failure; the handler goes on, and holds its slot until it ends |
/// | asks for an event of another type | tried again, spends no try; the endpoint is paused |
/// | its process dies | another worker runs it once the lease has ended; alone after three such runs, a dead letter after ten |
/// | the worker stops | goes on; after the [`grace`](Self::grace) its lease is told lost, and its line is due again one lease later; spends no try |
///
/// A process can die between the effect and the end of the line. Then the handler runs again: see
/// [`Delivery::event_key`] and [`LeaseHandle::attempt`](crate::LeaseHandle::attempt).
#[must_use = "a worker does nothing until it is run"]
pub struct Worker {
    inbox: BoxInbox,
    served: HashMap<Arc<str>, Served>,
    clock: Option<Arc<dyn Clock>>,
    slots: usize,
    lease: Duration,
    poll: Duration,
    grace: Duration,
    retries: Retries,
}

/// One endpoint, and who handles its events.
struct Served {
    receiver: Receiver,
    handler: Handler,
}

impl Worker {
    /// A worker without endpoints. `inbox` is the one of its receivers.
    pub fn new(inbox: impl Inbox) -> Self {
        Self {
            inbox: BoxInbox::new(inbox),
            served: HashMap::new(),
            clock: time::of_system(),
            slots: 64,
            lease: Duration::from_secs(30),
            poll: Duration::from_secs(5),
            grace: Duration::from_secs(20),
            retries: Retries::default(),
        }
    }

    /// Handles the events of `receiver` with `handler`. A second handler of one endpoint takes the first one's place.
    pub fn handle<E, F, Fut>(self, receiver: &Receiver, handler: F) -> Self
    where
        E: Send + 'static,
        F: Fn(Delivery<E>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Ack, Nack>> + Send + 'static,
    {
        self.handled_by(receiver, erased(handler))
    }

    pub(crate) fn handled_by(mut self, receiver: &Receiver, handler: Handler) -> Self {
        let receiver = receiver.clone();
        let name = receiver.name().into();
        self.served.insert(name, Served { receiver, handler });
        self
    }

    /// How many handlers run at once, and so how many lines are leased. Default: 64. A handler that hangs holds its slot, so
    /// give what it calls time limits of their own.
    pub fn slots(mut self, count: usize) -> Self {
        self.slots = count;
        self
    }

    /// How long a lease lasts without a heartbeat: how soon the event of a process that died runs again. Default: 30 s. The
    /// heartbeat comes three times as often.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How long the worker waits at most before it asks for work, where nothing tells it that there is some. Default: 5 s.
    pub fn poll(mut self, every: Duration) -> Self {
        self.poll = every;
        self
    }

    /// How long running handlers have once the worker is told to stop. Then their lines are given back. The handlers go on
    /// for as long as their runtime. Default: 20 s.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// When lines are tried again.
    pub fn retries(mut self, retries: Retries) -> Self {
        self.retries = retries;
        self
    }

    /// The clock. Default: the operating system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Works until `stop` resolves, on tokio. Its handlers are tasks of the current runtime. The heartbeat has a thread and
    /// a runtime of its own, so a handler that blocks does not stop it.
    ///
    /// Returns what still runs after the [`grace`](Self::grace): the end of the process cuts it off.
    ///
    /// # Errors
    ///
    /// When a setting cannot be, or no thread could be had for the heartbeat.
    #[cfg(feature = "tokio")]
    pub async fn run(self, stop: impl Future<Output = ()> + Send) -> Result<Busy, BuildError> {
        let timer: Arc<dyn Timer> = Arc::new(crate::time::TokioTimer);
        let shared = self.shared()?;
        let heart = heart::Heart::start(shared.clone())?;
        let serving = std::pin::pin!(serve::serve(&shared, &timer, stop));
        let left = beside(serving, || watch::watch(&shared, &timer)).await;
        drop(heart);
        Ok(left)
    }

    /// The same with a timer of your own, which runs the handlers. The heartbeat is sent by this future: a handler that
    /// blocks its thread stops it. For tests, and for other runtimes.
    ///
    /// # Errors
    ///
    /// When a setting cannot be.
    pub async fn run_on(
        self,
        timer: impl Timer,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<Busy, BuildError> {
        let timer: Arc<dyn Timer> = Arc::new(timer);
        let shared = self.shared()?;
        let serving = std::pin::pin!(serve::serve(&shared, &timer, stop));
        let watched = std::pin::pin!(beside(serving, || watch::watch(&shared, &timer)));
        Ok(beside(watched, || shared.keeper.beat(&timer)).await)
    }

    fn shared(self) -> Result<Arc<Shared>, BuildError> {
        if self.served.is_empty() {
            return Err(BuildError::Worker(
                "the worker has no endpoint: call `.handle(&receiver, handler)`",
            ));
        }
        if self.served.values().any(|it| !it.receiver.has_inbox()) {
            return Err(BuildError::Worker(
                "a receiver of the worker has no inbox: build it with `.inbox(…)`",
            ));
        }
        for (what, is_zero) in [
            ("the worker's slots", self.slots == 0),
            ("the worker's lease", self.lease.is_zero()),
            ("the worker's poll", self.poll.is_zero()),
            ("the number of failures", self.retries.failures == 0),
        ] {
            if is_zero {
                return Err(BuildError::Zero(what));
            }
        }
        Shared::new(self).map(Arc::new)
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("endpoints", &self.served.keys())
            .field("slots", &self.slots)
            .finish_non_exhaustive()
    }
}
