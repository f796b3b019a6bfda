//! [`Provider`]: a sender family, and what is known of how it behaves.

use std::{borrow::Cow, ops::Range, time::Duration};

use bytes::Bytes;

pub use crate::event_time::EventTime;
use crate::{
    clock::UnixTime,
    error::{BuildError, Rejection},
    event_key::{ContentDigest, KeyParts},
    finding::Finding,
    keys::{Keys, LiveKeys},
    request::{Head, RawRequest},
    trace_context::TraceContext,
    verified::{Unsigned, Verified},
};

/// A pack: how a sender signs, what it sends, how it retries.
///
/// The road calls [`verify`](Self::verify) on the raw request, and [`decode`](Self::decode) only on
/// bytes that it authenticated.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no pack of a sender",
    label = "not a `Provider`",
    note = "`Receiver::new(name, pack)` takes a pack such as `Logto::new(secret)` or \
            `Preset::standard_webhooks(secret)`; for any other sender see `Preset::custom`"
)]
pub trait Provider: Send + Sync + 'static {
    /// What handlers take.
    type Event: Send + 'static;

    /// The pack's name, part of every event key. Stable: another name is another identity.
    fn name(&self) -> &str;

    /// What is known of the sender: the one table of the pack's defaults.
    fn profile(&self) -> SenderProfile;

    /// Whose keys verify.
    fn keys(&self) -> Keys;

    /// Called at start.
    ///
    /// # Errors
    ///
    /// When the pack's settings contradict each other.
    fn validate(&self) -> Result<(), BuildError> {
        Ok(())
    }

    /// Whether the receiver must have an access rule: where the proof covers only a part of what is used,
    /// or nothing, who may call at all is what is left to trust.
    fn needs_access(&self) -> bool {
        false
    }

    /// What the start-up check should say of this pack at `now`, such as a certificate that has ended.
    fn findings(&self, now: UnixTime) -> Vec<Finding> {
        let _ = now;
        Vec::new()
    }

    /// Proves who wrote the bytes. Checks no time: the road does that next.
    ///
    /// # Errors
    ///
    /// Why there is no proof.
    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection>;

    /// Reads the event and writes the parts of its identity, from authenticated content only.
    ///
    /// # Errors
    ///
    /// Only when the bytes are not the pack's envelope, or lack what the identity needs. What is
    /// merely unknown is an event too.
    fn decode(
        &self,
        authenticated: &Authenticated<'_>,
        key: &mut KeyParts,
    ) -> Result<Decoded<Self::Event>, Undecodable>;
}

/// What [`Provider::decode`] may read: everything here but `body` and `head` is covered by the proof.
#[derive(Debug)]
#[non_exhaustive]
pub struct Authenticated<'a> {
    /// The bytes whose proof matched.
    pub bytes: &'a Bytes,
    /// The part of `bytes` that holds the proof itself: read nothing from it.
    pub hole: Option<Range<usize>>,
    /// A digest of the covered bytes, where the scheme has one.
    pub digest: Option<ContentDigest>,
    /// The id that the signature covers, where the scheme has one.
    pub signed_id: Option<&'a str>,
    /// When this attempt was signed, where the scheme has it.
    pub sent_at: Option<UnixTime>,
    /// The whole body. For packs whose proof covers only a part of it.
    pub body: Unsigned<&'a Bytes>,
    /// The head. Not covered: it never identifies, dates or routes an event.
    pub head: Head<'a>,
}

impl<'a> Authenticated<'a> {
    /// What `verified` proves of `body`, of which `bytes` is [that part](Verified::bytes_of). For packs'
    /// own tests and measurements: a [`Delivery`](crate::Delivery) only comes of the road.
    pub fn new(bytes: &'a Bytes, verified: &Verified<'a>, body: &'a Bytes, head: Head<'a>) -> Self {
        Self {
            bytes,
            hole: verified.hole(),
            digest: verified.digest(),
            signed_id: verified.signed_id(),
            sent_at: verified.sent_at(),
            body: Unsigned::new(body),
            head,
        }
    }
}

/// Verified, but not the pack's envelope, or without what the event key needs. The text is fixed: it
/// carries nothing of the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undecodable(pub &'static str);

/// What a pack read from authenticated bytes.
#[derive(Debug)]
pub struct Decoded<E> {
    pub(crate) event: E,
    pub(crate) event_type: Option<EventType>,
    pub(crate) claimed_type: Option<Box<str>>,
    pub(crate) occurred_at: EventTime,
    pub(crate) trace_context: Option<TraceContext>,
    pub(crate) content: Option<ContentDigest>,
    pub(crate) wanted: bool,
    pub(crate) recognized: bool,
}

impl<E> Decoded<E> {
    /// An event without type and time, wanted.
    pub fn new(event: E) -> Self {
        Self {
            event,
            event_type: None,
            claimed_type: None,
            occurred_at: EventTime::None,
            trace_context: None,
            content: None,
            wanted: true,
            recognized: true,
        }
    }

    /// The signed type.
    #[must_use]
    pub fn event_type(mut self, event_type: EventType) -> Self {
        self.event_type = Some(event_type);
        self
    }

    /// A type that no signature covers. It is shown to the handler as such, and used for nothing.
    #[must_use]
    pub fn claimed_type(mut self, name: impl Into<Box<str>>) -> Self {
        self.claimed_type = Some(name.into());
        self
    }

    /// The signed time at which the event occurred. One that is there and [cannot be read](EventTime::Unreadable) is
    /// refused where times are checked.
    #[must_use]
    pub fn occurred_at(mut self, time: impl Into<EventTime>) -> Self {
        self.occurred_at = time.into();
        self
    }

    /// The sender's trace, where something signed names it.
    #[must_use]
    pub fn trace_context(mut self, context: Option<TraceContext>) -> Self {
        self.trace_context = context;
        self
    }

    /// The digest of what is stable in the event.
    #[must_use]
    pub fn content(mut self, digest: ContentDigest) -> Self {
        self.content = Some(digest);
        self
    }

    /// Whether the application asked for such events.
    #[must_use]
    pub fn wanted(mut self, wanted: bool) -> Self {
        self.wanted = wanted;
        self
    }

    /// Whether the event fits a type of the pack.
    #[must_use]
    pub fn recognized(mut self, recognized: bool) -> Self {
        self.recognized = recognized;
        self
    }

    /// The same event as another type: for packs that wrap a pack.
    #[must_use]
    pub fn map<T>(self, map: impl FnOnce(E) -> T) -> Decoded<T> {
        Decoded {
            event: map(self.event),
            event_type: self.event_type,
            claimed_type: self.claimed_type,
            occurred_at: self.occurred_at,
            trace_context: self.trace_context,
            content: self.content,
            wanted: self.wanted,
            recognized: self.recognized,
        }
    }
}

/// The type of an event, as its sender names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventType(Cow<'static, str>);

impl EventType {
    /// A type that the pack knows.
    pub const fn known(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// A type that the pack does not know.
    pub fn unknown(name: impl Into<String>) -> Self {
        Self(Cow::Owned(name.into()))
    }

    /// The name, as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name where the pack knows it, else `other`: bounded, fit for a metric label.
    pub fn label(&self) -> &'static str {
        match self.0 {
            Cow::Borrowed(name) => name,
            Cow::Owned(_) => "other",
        }
    }
}

/// Which signed time a sender gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeKind {
    /// Signed anew for each attempt: a narrow window applies.
    SentAt,
    /// Belongs to the event and stays the same over retries: what is too old to be remembered as a copy
    /// is refused.
    OccurredAt,
    /// None that is there in each delivery, or is sure enough to refuse one for. What the pack reads as an event's time all
    /// the same is checked where the application sets a window.
    None,
}

/// Whether a sender sends again after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retries {
    /// Nothing is known; assume that it does.
    Unknown,
    /// It never does: an event that is answered with an error is lost.
    Never,
    /// It does, for at most this long after the first attempt.
    For(Duration),
}

/// What is known of a sender. Plain data: the one table of a pack's defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SenderProfile {
    /// How long the sender waits for an answer; `None` where unknown.
    pub timeout: Option<Duration>,
    /// Whether, and for how long, it sends again.
    pub retries: Retries,
    /// Which signed time it gives.
    pub time: TimeKind,
    /// How old a signed time may be; `None`: what can still be remembered (retention − future − 60 s).
    pub past: Option<Duration>,
    /// How far ahead of our clock a signed time may be.
    pub future: Duration,
    /// How long a handled event is remembered.
    pub retention: Duration,
    /// Whether its requests carry nonces: each is remembered in the store too, for as long as its request is in the window.
    pub nonces: bool,
    /// The methods that are taken.
    pub methods: &'static [&'static str],
    /// The media types that are taken, lower case, without parameters.
    pub media_types: &'static [&'static str],
    /// How long a copy waits for the first one's outcome, where that is not the usual min(3 s, half the
    /// timeout): for senders that punish errors.
    pub copies_wait: Option<Duration>,
    /// The largest body that is taken, in bytes.
    pub body_limit: usize,
    /// The largest body that it is known to send, in bytes; `None` where unknown.
    pub largest_body: Option<usize>,
    /// What an operator must know before relying on inline handling: a finding of the start-up check.
    pub warning: Option<&'static str>,
    /// What is only assumed of it and relied on: findings of the start-up check.
    pub assumed: &'static [&'static str],
}

impl SenderProfile {
    /// What holds where nothing else is known: POST of JSON up to 1 MiB, no signed time, remembered for
    /// 7 days.
    pub const fn unknown() -> Self {
        Self {
            timeout: None,
            retries: Retries::Unknown,
            time: TimeKind::None,
            past: None,
            future: Duration::from_secs(300),
            retention: Duration::from_secs(7 * 24 * 3600),
            nonces: false,
            methods: &["POST"],
            media_types: &["application/json"],
            copies_wait: None,
            body_limit: 1024 * 1024,
            largest_body: None,
            warning: None,
            assumed: &[],
        }
    }

    /// How long after the first attempt copies may still come by themselves.
    pub(crate) fn horizon(&self) -> Duration {
        match self.retries {
            Retries::For(horizon) => horizon,
            Retries::Never | Retries::Unknown => Duration::ZERO,
        }
    }
}
