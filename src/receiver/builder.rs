//! [`ReceiverBuilder`]: every setting of a receiver.

use std::{any::Any, fmt, sync::Arc, time::Duration};

use http::HeaderName;

use crate::{
    access::{Access, Networks},
    dedup::{BoxDedupStore, DedupStore},
    inbox::{BoxInbox, Inbox},
    judge::OrderBy,
    provider::DynProvider,
    telemetry::{Observer, Unobserved},
    time::{Clock, RETENTION_MARGIN, SystemClock, Timer},
};

/// Builds a [`Receiver`](crate::Receiver). Every setting but the dedup store has a default from the pack's table. Only
/// the application can choose where marks are kept.
#[must_use = "call `build`"]
pub struct ReceiverBuilder {
    pub(super) name: String,
    pub(super) provider: Arc<dyn DynProvider>,
    pub(super) access: Option<Arc<dyn Access>>,
    pub(super) networks: Option<Networks>,
    pub(super) store: Option<BoxDedupStore>,
    pub(super) inbox: Option<InboxSettings>,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) timer: Option<Arc<dyn Timer>>,
    pub(super) past: Option<Duration>,
    pub(super) future: Option<Duration>,
    pub(super) check_time: bool,
    pub(super) retention: Option<Duration>,
    pub(super) lease: Duration,
    pub(super) heartbeat: Option<Duration>,
    pub(super) run_timeout: Duration,
    pub(super) handler_deadline: Option<Duration>,
    pub(super) store_timeout: Duration,
    pub(super) settle_timeout: Duration,
    pub(super) body_limit: Option<usize>,
    pub(super) body_timeout: Duration,
    pub(super) bytes_in_flight: usize,
    pub(super) handlers: usize,
    pub(super) refuse_changed_content: bool,
    pub(super) cancel_on_disconnect: bool,
    pub(super) instances: usize,
}

impl ReceiverBuilder {
    /// Clocks of sender and receiver drift: a mark must outlive the window by this much, and by more where calls of the
    /// store may take longer ([`store_timeout`](Self::store_timeout)).
    pub const RETENTION_MARGIN: Duration = RETENTION_MARGIN;

    pub(super) fn new(name: String, provider: Arc<dyn DynProvider>) -> Self {
        Self {
            name,
            provider,
            access: None,
            networks: None,
            store: None,
            inbox: None,
            observer: Arc::new(Unobserved),
            clock: Arc::new(SystemClock::new()),
            timer: None,
            past: None,
            future: None,
            check_time: true,
            retention: None,
            lease: Duration::from_secs(30),
            heartbeat: None,
            run_timeout: Duration::from_secs(15 * 60),
            handler_deadline: None,
            store_timeout: Duration::from_secs(2),
            settle_timeout: Duration::from_secs(2),
            body_limit: None,
            body_timeout: Duration::from_secs(5),
            bytes_in_flight: 64 * 1024 * 1024,
            handlers: 1024,
            refuse_changed_content: false,
            cancel_on_disconnect: false,
            instances: 1,
        }
    }

    /// What the sender must present beside its signature. Default: nothing; packs whose sender signs nothing
    /// need a rule. Judged before the body is read, and before a tenant is looked up.
    pub fn access(mut self, access: impl Access) -> Self {
        self.access = Some(Arc::new(access));
        self
    }

    /// From where the sender may call: all else is 403, whatever it presents. Default: from anywhere.
    pub fn networks(mut self, networks: Networks) -> Self {
        self.networks = Some(networks);
        self
    }

    /// The store that remembers which events were handled. Required.
    ///
    /// The last of this and [`inbox`](Self::inbox) counts.
    pub fn dedup(mut self, store: impl DedupStore) -> Self {
        self.store = Some(BoxDedupStore::new(store));
        self.inbox = None;
        self
    }

    /// In place of [`dedup`](Self::dedup), which it includes: makes each delivery durable in `store`, answers its sender,
    /// and runs no handler. A [`Worker`](crate::worker::Worker) handles what is there, in this process or in another.
    pub fn inbox(self, store: impl Inbox) -> Self {
        self.with_inbox(BoxInbox::new(store), false)
    }

    /// The same with an inbox that forgets what it has accepted when the process ends. For tests.
    pub fn inbox_for_tests(self, store: impl Inbox) -> Self {
        self.with_inbox(BoxInbox::new(store), true)
    }

    fn with_inbox(mut self, inbox: BoxInbox, may_forget: bool) -> Self {
        self.store = Some(inbox.dedup());
        let before = self.inbox.take();
        let (headers, order_by) = before
            .map(|it| (it.headers, it.order_by))
            .unwrap_or_default();
        self.inbox = Some(InboxSettings {
            inbox,
            may_forget,
            headers,
            order_by,
        });
        self
    }

    /// More headers that the [inbox](Self::inbox), which is set before, keeps with a delivery. Default: `content-type`,
    /// `date`, `user-agent`, `traceparent` and `tracestate`.
    ///
    /// # Security
    ///
    /// They lie in the database as they came. Name none that holds a credential or a signature.
    pub fn inbox_headers(mut self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        if let Some(inbox) = &mut self.inbox {
            inbox.headers.extend(names);
        }
        self
    }

    /// Handles events for which `order` names the same text one at a time, in the order in which they were accepted: those
    /// of one operation, say. Events for which it names nothing wait for nobody. Set the [inbox](Self::inbox) before.
    ///
    /// An event that waits for another try holds up those behind it. A dead letter lets them go on.
    pub fn inbox_order<E: 'static>(
        mut self,
        order: impl Fn(&E) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        if let Some(inbox) = &mut self.inbox {
            inbox.order_by = Some(Arc::new(move |event: &dyn Any| {
                event.downcast_ref::<E>().and_then(&order)
            }));
        }
        self
    }

    /// The application's hooks.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Arc::new(observer);
        self
    }

    /// How old a signed time may be. Default: the pack's; for a time that belongs to the event, as old
    /// as can still be remembered (retention − future − 60 s). Where the pack's profile names no time
    /// ([`TimeKind::NotSigned`](crate::pack::TimeKind::NotSigned)), times are checked only if this or [`future`](Self::future) is set.
    ///
    /// A longer one alone is safe at once: marks are kept for the [retention](Self::retention), whatever the window. Before
    /// that is raised, set this to what it is now.
    pub fn past(mut self, limit: Duration) -> Self {
        self.past = Some(limit);
        self
    }

    /// How far ahead of our clock a signed time may be. Default: the pack's, 300 s.
    pub fn future(mut self, limit: Duration) -> Self {
        self.future = Some(limit);
        self
    }

    /// Checks no time: a captured delivery runs again once its mark has expired. For tools that replay
    /// recordings.
    pub fn without_time_check(mut self) -> Self {
        self.check_time = false;
        self
    }

    /// How long a handled event is remembered, counted from completion. Default: the pack's.
    ///
    /// # Security
    ///
    /// **Raising it reopens replays** where [`past`](Self::past) follows it, as for a time that belongs to the event.
    /// The window is wider at once, while marks that are there keep the end that they were written with. What they no
    /// longer remember runs again when it is replayed. Two steps are safe:
    ///
    /// 1. Raise this, and set `past` to what it was ([`Receiver::window`](crate::Receiver::window) tells), in every process.
    /// 2. Wait for the *new* retention after the last process with the old one has ended. Then remove that `past`: what
    ///    was handled before is then too old for the wider window as well.
    pub fn retention(mut self, retention: Duration) -> Self {
        self.retention = Some(retention);
        self
    }

    /// How long a claim lasts without a heartbeat: how soon a crashed handler's event can run again.
    /// Default: 30 s.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How often a running handler's lease is extended: at most half of the lease, so that one that fails can
    /// be repeated in time. Default: a third of the lease, 10 s.
    ///
    /// It is sent by the task that runs the handler, between two of the handler's waits. A handler that blocks
    /// its thread sends none, and loses its event: see
    /// [handlers that block](crate#handlers-that-block).
    pub fn heartbeat(mut self, every: Duration) -> Self {
        self.heartbeat = Some(every);
        self
    }

    /// How long one handler may hold its event. Default: 15 min. Then its heartbeat ends, another copy
    /// may run, and the handler learns that through [`LeaseHandle::lost`](crate::leases::LeaseHandle::lost).
    ///
    /// Keep it below a day. The SQL and Redis stores remember the attempt of a lapsed lease for so long, and a handler
    /// that goes on can fence its writes by it.
    pub fn run_timeout(mut self, limit: Duration) -> Self {
        self.run_timeout = limit;
        self
    }

    /// When the sender is answered 503 although the handler still runs, counted from the head. Default:
    /// 80 % of the sender's timeout, 8 s where that is unknown.
    pub fn handler_deadline(mut self, limit: Duration) -> Self {
        self.handler_deadline = Some(limit);
        self
    }

    /// How long one call of the store or the key source may take, and a wait for the keys of a token's issuer.
    /// Default: 2 s. A delivery's age is judged before its claim, so marks have to outlive the window by four such calls and
    /// the settle timeout, where that is more than [`RETENTION_MARGIN`](Self::RETENTION_MARGIN).
    pub fn store_timeout(mut self, limit: Duration) -> Self {
        self.store_timeout = limit;
        self
    }

    /// For how long writing the mark of a handled event is tried while its sender waits. Default: 2 s. Then the sender is
    /// answered 503, and it is tried on in the background, for as long as the lease may last. A release that the store did
    /// not answer is tried for 5 min, or for as long as a lease where that is longer.
    pub fn settle_timeout(mut self, limit: Duration) -> Self {
        self.settle_timeout = limit;
        self
    }

    /// The largest body that is read, in bytes. Default: the pack's, 1 MiB; 100 KiB where [each body is written
    /// anew](crate::schemes::HmacBodyField::REWRITE_LIMIT).
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// How long reading a whole body may take. Default: 5 s.
    pub fn body_timeout(mut self, limit: Duration) -> Self {
        self.body_timeout = limit;
        self
    }

    /// The bytes of all bodies that this receiver holds at once. Default: 64 MiB.
    ///
    /// What is made of a body while it is verified, such as its canonical text, is not among them. Verifying awaits
    /// nothing, so each thread makes it for one body at a time, within the limit of one body.
    pub fn bytes_in_flight(mut self, bytes: usize) -> Self {
        self.bytes_in_flight = bytes;
        self
    }

    /// Handlers that run or go on in the background at once. Default: 1,024.
    pub fn handlers(mut self, count: usize) -> Self {
        self.handlers = count;
        self
    }

    /// Answers a copy of a completed event with other content with 400 instead of 200. Default: it is
    /// observed only, since senders re-sign and presigned URLs change.
    pub fn refuse_changed_content(mut self) -> Self {
        self.refuse_changed_content = true;
        self
    }

    /// Drops a running handler when its sender hangs up. Its event stays claimed until the lease ends,
    /// and may have half its effects. Default: handlers run to their end.
    pub fn cancel_on_disconnect(mut self) -> Self {
        self.cancel_on_disconnect = true;
        self
    }

    /// How many processes serve this endpoint, for the [start-up check](crate::Receiver::check): more than one
    /// need a store that they share. Default: 1.
    pub fn instances(mut self, count: usize) -> Self {
        self.instances = count;
        self
    }

    /// The clock. Default: the operating system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The timer. Default: the framework's runtime's.
    pub fn timer(mut self, timer: impl Timer) -> Self {
        self.timer = Some(Arc::new(timer));
        self
    }

    /// As configured, but on the test kit's clock, with its switch before the store and its witness beside
    /// the observer. A durable store does real IO: limits of time then stay real ones.
    #[cfg(all(feature = "testing", feature = "simulator"))]
    pub(crate) fn on_bench(
        mut self,
        clock: impl Clock,
        timer: impl FnOnce() -> Arc<dyn Timer>,
        store: impl FnOnce(Option<BoxDedupStore>) -> BoxDedupStore,
        observer: impl FnOnce(Arc<dyn Observer>) -> Arc<dyn Observer>,
    ) -> Self {
        let is_durable = |store: &BoxDedupStore| DedupStore::promises(store).survives_restart;
        if !self.store.as_ref().is_some_and(is_durable) {
            self.timer = Some(timer());
        }
        self.clock = Arc::new(clock);
        self.store = Some(store(self.store.take()));
        self.observer = observer(self.observer);
        self
    }
}

/// How deliveries are made durable.
pub(super) struct InboxSettings {
    pub(super) inbox: BoxInbox,
    /// It may lose what it has accepted.
    pub(super) may_forget: bool,
    pub(super) headers: Vec<HeaderName>,
    pub(super) order_by: Option<OrderBy>,
}

impl fmt::Debug for ReceiverBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverBuilder")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
