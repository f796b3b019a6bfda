//! [`Observer`]: what an application may want to know of its deliveries, beyond the handler.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use bytes::Bytes;

use super::{DeliverySpan, Facts, Meter, caught, log, seldom::Seldom};
use crate::{
    identity::{EventKey, EventType, KeyId},
    time::UnixTime,
    verdict::{Ending, Reason, Rejection},
};

/// Hooks of an application. All do nothing unless overridden; none can change an answer, not by a panic
/// either: that is caught, and logged without its text.
///
/// They run on the road: return quickly, and hand longer work to a queue or task. What a handler said is
/// settled before they are told of it.
///
/// ```
/// use std::sync::{Arc, atomic::{AtomicUsize, Ordering}};
/// use hookgate::{Observed, Observer, Reason, Receiver, Rejection, dedup::MemoryStore};
///
/// #[derive(Clone, Default)]
/// struct Copies(Arc<AtomicUsize>);
///
/// impl Observer for Copies {
///     fn rejected(&self, endpoint: &str, rejection: &Rejection) {
///         println!("{endpoint} refused a request: {}", rejection.reason().as_str());
///     }
///
///     fn ended(&self, delivery: Observed<'_>, reason: Reason) {
///         if reason == Reason::Duplicate {
///             println!("{} came again to {}", delivery.event_key(), delivery.endpoint());
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
///
/// # let pack = hookgate::providers::logto::Logto::new(hookgate::Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?);
/// let copies = Copies::default();
/// let receiver = Receiver::new("logto", pack).observer(copies.clone()).dedup(MemoryStore::new()).build()?;
/// # let _ = receiver;
/// # Ok::<(), hookgate::BuildError>(())
/// ```
pub trait Observer: Send + Sync + 'static {
    /// A request was refused before anything of it was believed.
    fn rejected(&self, endpoint: &str, rejection: &Rejection) {
        let _ = (endpoint, rejection);
    }

    /// A request was answered at once, since it holds no event to handle: a handshake, or a verified body without events.
    fn answered(&self, endpoint: &str, reason: Reason) {
        let _ = (endpoint, reason);
    }

    /// A request was verified and then refused, since it is not the pack's envelope, or its event has a time that
    /// [cannot be read](Rejection::UnreadableEventTime). `bytes` are authenticated, and personal: keep them where
    /// payloads may be kept, to read the event by hand. The sender has an error for an answer and may never send it again.
    ///
    /// Nothing remembers the event, so the same bytes may come more than once, at any age.
    fn undecodable(&self, endpoint: &str, why: &'static str, bytes: &Bytes) {
        let _ = (endpoint, why, bytes);
    }

    /// A verified delivery came to its end here: once for each, copies and unwanted events included.
    /// A handler that goes on after its deadline ends when it is done. A copy of a running event is
    /// [`Reason::InProgress`], whatever it then waits for. A delivery that is dropped before its end, since its
    /// sender left or the process ends, is [`Reason::CutOff`].
    ///
    /// Behind an [inbox](crate::inbox) it ends here as [`Reason::Queued`], and then once for each run of its handler.
    fn ended(&self, delivery: Observed<'_>, reason: Reason) {
        let _ = (delivery, reason);
    }

    /// The handler failed or rejected the event. The error's text may hold personal data; it is given
    /// to nobody else. [`LogErrors`](crate::LogErrors) logs it.
    ///
    /// `None` where the handler gave no error: it panicked, or answered with a status alone.
    fn handler_failed(&self, delivery: Observed<'_>, error: Option<&(dyn Error + Send + Sync)>) {
        let _ = (delivery, error);
    }

    /// A copy of a completed event has other content than the event that was handled.
    fn changed_content(&self, delivery: Observed<'_>) {
        let _ = delivery;
    }

    /// No delivery was accepted for `ago`, longer than the endpoint [expects](crate::Receiver::expect_every). `refused` requests
    /// were refused here meanwhile, by strangers or with a wrong key. It is called once, in one of the instances.
    fn silent(&self, endpoint: &str, ago: Duration, refused: u64) {
        let _ = (endpoint, ago, refused);
    }

    /// A delivery was accepted after a silence that was told. It is called once, in one of the instances.
    fn heard_again(&self, endpoint: &str) {
        let _ = endpoint;
    }

    /// An event goes to its handler as `Unrecognized`: its type is not known, or it does not fit its type. The log warns
    /// of it at most once a minute for each type.
    fn unrecognized(&self, delivery: Observed<'_>) {
        let _ = delivery;
    }
}

/// The observer that does nothing.
pub(crate) struct Unobserved;

impl Observer for Unobserved {}

/// Who is told of an endpoint's deliveries: the application's observer and the metrics. The observer is told of nothing
/// but through [`tell`](Self::tell), so that no panic of it reaches the road.
pub(crate) struct Told {
    observer: Arc<dyn Observer>,
    pub(crate) meter: Meter,
    endpoint: Arc<str>,
    unrecognized: Seldom,
}

impl Told {
    pub(crate) fn new(observer: Arc<dyn Observer>, meter: Meter, endpoint: Arc<str>) -> Self {
        Self {
            observer,
            meter,
            endpoint,
            unrecognized: Seldom::default(),
        }
    }

    /// Says in span and metrics what became of a delivery: once for each, also of one that is dropped.
    pub(crate) fn ended(
        &self,
        span: &DeliverySpan,
        ending: Ending,
        reason: Reason,
        event_type: &'static str,
    ) {
        span.ended(ending, reason);
        self.meter.ended(ending, reason, event_type);
    }

    /// A request was refused before anything of it was believed.
    pub(crate) fn refused(&self, span: &DeliverySpan, rejection: &Rejection) {
        let reason = rejection.reason();
        log::rejected(&self.endpoint, reason, rejection);
        self.tell(|observer| observer.rejected(&self.endpoint, rejection));
        self.ended(span, reason.ending(), reason, "none");
    }

    /// A request was answered without an event to handle.
    pub(crate) fn answered(&self, span: &DeliverySpan, reason: Reason) {
        log::answered(&self.endpoint, reason);
        self.tell(|observer| observer.answered(&self.endpoint, reason));
        self.ended(span, reason.ending(), reason, "none");
    }

    /// A handler is about to get an event as `Unrecognized`. `now` is monotonic time.
    pub(crate) fn unrecognized(&self, facts: &Facts, now: Duration) {
        let event_type = facts.type_label();
        self.meter.unrecognized(event_type);
        if self.unrecognized.is_due(event_type, now) {
            log::unrecognized(facts);
        }
        self.tell(|observer| observer.unrecognized(Observed::new(facts)));
    }

    pub(crate) fn tell(&self, tell: impl FnOnce(&dyn Observer)) {
        if caught(|| tell(&*self.observer)).is_err() {
            log::panicked(&self.endpoint, "an observer");
        }
    }
}

/// A delivery as an [`Observer`] sees it: nothing of its payload but its type.
///
/// Example: [`Observer`].
#[derive(Clone, Copy)]
pub struct Observed<'a>(&'a Facts);

impl<'a> Observed<'a> {
    pub(crate) fn new(facts: &'a Facts) -> Self {
        Self(facts)
    }

    #[cfg(feature = "tracing")]
    pub(super) fn facts(&self) -> &'a Facts {
        self.0
    }

    /// The endpoint's name.
    pub fn endpoint(&self) -> &'a str {
        &self.0.endpoint
    }

    /// The event's identity.
    pub fn event_key(&self) -> &'a EventKey {
        &self.0.key
    }

    /// The event's type, where something signed says it.
    pub fn event_type(&self) -> Option<&'a EventType> {
        self.0.event_type.as_ref()
    }

    /// The id of the key that matched.
    pub fn key_id(&self) -> &'a KeyId {
        &self.0.key_id
    }

    /// When the request's head came.
    pub fn received_at(&self) -> UnixTime {
        self.0.received_at
    }

    /// When the attempt was signed, where something signed says it.
    pub fn sent_at(&self) -> Option<UnixTime> {
        self.0.sent_at
    }

    /// When the event occurred, where something signed says it.
    pub fn occurred_at(&self) -> Option<UnixTime> {
        self.0.occurred_at
    }
}

impl fmt::Debug for Observed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observed")
            .field("endpoint", &self.endpoint())
            .field("event_key", self.event_key())
            .finish_non_exhaustive()
    }
}
