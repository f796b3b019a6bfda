//! [`ReceiverBuilder`]: every setting of a receiver.

use std::{fmt, sync::Arc, time::Duration};

use super::durable::InboxSettings;
use crate::{
    access::{Access, Networks},
    dedup::{BoxDedupStore, DedupStore},
    provider::DynProvider,
    telemetry::{Observer, Unobserved},
    time::{self, Clock, RETENTION_MARGIN, Timer},
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
    pub(super) clock: Option<Arc<dyn Clock>>,
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
    #[cfg(feature = "gzip")]
    pub(super) gzip: bool,
    pub(super) body_timeout: Duration,
    pub(super) bytes_in_flight: usize,
    pub(super) handlers: usize,
    pub(super) refuse_changed_content: bool,
    pub(super) cancel_on_disconnect: bool,
    pub(super) instances: usize,
    pub(super) acknowledged: Vec<&'static str>,
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
            clock: time::of_system(),
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
            #[cfg(feature = "gzip")]
            gzip: false,
            body_timeout: Duration::from_secs(5),
            bytes_in_flight: 64 * 1024 * 1024,
            handlers: 1024,
            refuse_changed_content: false,
            cancel_on_disconnect: false,
            instances: 1,
            acknowledged: Vec::new(),
        }
    }

    /// What the sender must present beside its signature. Default: nothing; packs whose sender signs nothing
    /// need a rule. Judged before the body is read, and before a tenant is looked up.
    ///
    /// ```
    /// use hookgate::{Receiver, access::{ApiKey, Networks}, dedup::MemoryStore};
    ///
    /// # let pack = hookgate::providers::logto::Logto::new(hookgate::Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?);
    /// let receiver = Receiver::new("logto", pack)
    ///     .access(ApiKey::header("x-api-key", "a key that the sender shows"))
    ///     .networks(Networks::new(["203.0.113.0/24"])?)
    ///     .dedup(MemoryStore::new())
    ///     .build()?;
    /// # let _ = receiver;
    /// # Ok::<(), hookgate::BuildError>(())
    /// ```
    pub fn access(mut self, access: impl Access) -> Self {
        self.access = Some(Arc::new(access));
        self
    }

    /// From where the sender may call: all else is 403, whatever it presents. Default: from anywhere.
    ///
    /// Example: [`access`](Self::access).
    pub fn networks(mut self, networks: Networks) -> Self {
        self.networks = Some(networks);
        self
    }

    /// The store that remembers which events were handled. Required.
    ///
    /// The last of this and [`inbox`](Self::inbox) counts.
    ///
    /// Example: [`access`](Self::access).
    pub fn dedup(mut self, store: impl DedupStore) -> Self {
        self.store = Some(BoxDedupStore::new(store));
        self.inbox = None;
        self
    }

    /// The application's hooks.
    ///
    /// Example: [`Observer`].
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Arc::new(observer);
        self
    }

    /// The largest body that is read, in bytes. Default: the pack's, 1 MiB; 100 KiB where [each body is written
    /// anew](crate::schemes::HmacBodyField::REWRITE_LIMIT).
    ///
    /// ```
    /// use std::time::Duration;
    /// use hookgate::{Receiver, dedup::MemoryStore};
    ///
    /// # let pack = hookgate::providers::logto::Logto::new(hookgate::Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?);
    /// let receiver = Receiver::new("logto", pack)
    ///     .body_limit(64 * 1024)
    ///     .body_timeout(Duration::from_secs(3))
    ///     .bytes_in_flight(16 * 1024 * 1024)
    ///     .handlers(256)
    ///     .dedup(MemoryStore::new())
    ///     .build()?;
    /// assert_eq!(receiver.body_limit(), 64 * 1024);
    /// # Ok::<(), hookgate::BuildError>(())
    /// ```
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Takes bodies that the sender has compressed with gzip after it had signed them (`content-encoding: gzip`), beside
    /// those that it has not (feature `gzip`). The signature is checked over what is unpacked. The handler gets that,
    /// without the header. Default: 415.
    ///
    /// A body is unpacked before its signature can be checked. So it may become at most as large as
    /// [`body_limit`](Self::body_limit) says, and 250 times what came: more is 413. What it becomes counts among the
    /// [`bytes_in_flight`](Self::bytes_in_flight), beside what came.
    ///
    /// Bodies of senders that sign what they have compressed are not taken.
    ///
    /// ```
    /// use hookgate::{Receiver, dedup::MemoryStore};
    ///
    /// # let pack = hookgate::providers::logto::Logto::new(hookgate::Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?);
    /// let receiver = Receiver::new("logto", pack)
    ///     .accept_gzip()
    ///     .dedup(MemoryStore::new())
    ///     .build()?;
    /// # let _ = receiver;
    /// # Ok::<(), hookgate::BuildError>(())
    /// ```
    #[cfg(feature = "gzip")]
    pub fn accept_gzip(mut self) -> Self {
        self.gzip = true;
        self
    }

    /// How long reading a whole body may take. Default: 5 s.
    ///
    /// Example: [`body_limit`](Self::body_limit).
    pub fn body_timeout(mut self, limit: Duration) -> Self {
        self.body_timeout = limit;
        self
    }

    /// The bytes of all bodies that this receiver holds at once. Default: 64 MiB.
    ///
    /// What is made of a body while it is verified, such as its canonical text, is not among them. Verifying awaits
    /// nothing, so each thread makes it for one body at a time, within the limit of one body.
    ///
    /// Example: [`body_limit`](Self::body_limit).
    pub fn bytes_in_flight(mut self, bytes: usize) -> Self {
        self.bytes_in_flight = bytes;
        self
    }

    /// Handlers that run or go on in the background at once. Default: 1,024.
    ///
    /// Example: [`body_limit`](Self::body_limit).
    pub fn handlers(mut self, count: usize) -> Self {
        self.handlers = count;
        self
    }

    /// Answers a copy of a completed event with other content with 400 instead of 200. Default: it is
    /// observed only, since senders re-sign and presigned URLs change.
    ///
    /// ```
    /// use hookgate::{Receiver, dedup::MemoryStore};
    ///
    /// # let pack = hookgate::providers::logto::Logto::new(hookgate::Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?);
    /// let receiver = Receiver::new("logto", pack)
    ///     .refuse_changed_content()
    ///     .cancel_on_disconnect()
    ///     .dedup(MemoryStore::new())
    ///     .build()?;
    /// assert!(receiver.cancels_on_disconnect());
    /// # Ok::<(), hookgate::BuildError>(())
    /// ```
    pub fn refuse_changed_content(mut self) -> Self {
        self.refuse_changed_content = true;
        self
    }

    /// Drops a running handler when its sender hangs up. Its event stays claimed until the lease ends,
    /// and may have half its effects. Default: handlers run to their end.
    ///
    /// Example: [`refuse_changed_content`](Self::refuse_changed_content).
    pub fn cancel_on_disconnect(mut self) -> Self {
        self.cancel_on_disconnect = true;
        self
    }

    /// How many processes serve this endpoint, for the [start-up check](crate::Receiver::check): more than one
    /// need a store that they share. Default: 1.
    ///
    /// Example: [`Receiver::check`](crate::Receiver::check).
    pub fn instances(mut self, count: usize) -> Self {
        self.instances = count;
        self
    }

    /// Says that the application knows of the [finding](crate::Finding) with this code, and lives with it. The
    /// [start-up check](crate::Receiver::check) still has it, marked. The log has it at `debug` from then on.
    ///
    /// A finding need not be there: one that comes later, such as the end of a certificate, is acknowledged then. A
    /// [danger](crate::Severity::Danger) cannot be acknowledged. A code of a pack of your own is known only while that
    /// pack has the finding.
    ///
    /// ```
    /// use hookgate::{Receiver, dedup::MemoryStore};
    ///
    /// # let pack = hookgate::providers::logto::Logto::new(hookgate::Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?);
    /// // A job of ours reconciles with Logto each night.
    /// let receiver = Receiver::new("logto", pack)
    ///     .dedup(MemoryStore::new())
    ///     .acknowledge("events_can_be_lost")
    ///     .build()?;
    /// let found = receiver.check();
    /// assert!(found.iter().any(|it| it.code() == "events_can_be_lost" && it.is_acknowledged()));
    /// # Ok::<(), hookgate::BuildError>(())
    /// ```
    pub fn acknowledge(mut self, code: &'static str) -> Self {
        self.acknowledged.push(code);
        self
    }

    /// The clock. Default: the operating system's.
    ///
    /// ```
    /// use hookgate::{Receiver, UnixTime, dedup::MemoryStore, testing::FakeClock};
    ///
    /// # let pack = hookgate::providers::logto::Logto::new(hookgate::Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?);
    /// // Time stands still until the test moves it.
    /// let clock = FakeClock::at(UnixTime::from_secs(1_700_000_000));
    /// let receiver = Receiver::new("logto", pack)
    ///     .dedup(MemoryStore::with_clock(1_000, clock.clone()))
    ///     .clock(clock.clone())
    ///     .timer(clock)
    ///     .build()?;
    /// assert!(receiver.timer().is_some());
    /// # Ok::<(), hookgate::BuildError>(())
    /// ```
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// The timer. Default: the framework's runtime's.
    ///
    /// Example: [`clock`](Self::clock).
    pub fn timer(mut self, timer: impl Timer) -> Self {
        self.timer = Some(Arc::new(timer));
        self
    }

    /// As configured, but on the test kit's clock, with its switch before the store and its witness beside
    /// the observer. A durable store does real IO: limits of time then stay real ones. An inbox of the kit's is none.
    #[cfg(all(feature = "testing", feature = "simulator"))]
    pub(crate) fn on_bench(
        mut self,
        clock: impl Clock,
        kits_inbox: bool,
        timer: impl FnOnce() -> Arc<dyn Timer>,
        store: impl FnOnce(Option<BoxDedupStore>) -> BoxDedupStore,
        observer: impl FnOnce(Arc<dyn Observer>) -> Arc<dyn Observer>,
    ) -> Self {
        let is_durable = |store: &BoxDedupStore| DedupStore::promises(store).survives_restart;
        let is_kits = kits_inbox && self.inbox.is_some();
        if is_kits || !self.store.as_ref().is_some_and(is_durable) {
            self.timer = Some(timer());
        }
        self.clock = Some(Arc::new(clock));
        self.store = Some(store(self.store.take()));
        self.observer = observer(self.observer);
        self
    }
}

impl fmt::Debug for ReceiverBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverBuilder")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
