//! [`Judged`], [`Admitted`], [`AdmittedEvent`]: what is left to do for a request that was believed.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;

use super::{Kept, Undecoded};
use crate::{
    delivery::Untaken,
    identity::{ContentDigest, EventKey, EventType},
    limits::Grant,
    request::Unsigned,
    telemetry::{DeliverySpan, Facts},
    time::UnixTime,
    verdict::Answer,
};

/// What became of a request that was believed.
#[derive(Debug)]
#[must_use = "its sender waits for an answer"]
pub enum Judged {
    /// It holds events, which are to be [handled](crate::framework::handle).
    Admitted(Admitted),
    /// It is answered at once: a handshake, or a body without events.
    Answered(Answer),
    /// It cannot be decoded, and is to be [set aside](crate::framework::set_aside). Only where there is an inbox.
    Undecoded(Box<Undecoded>),
}

impl Judged {
    /// The events, where there are any.
    pub fn admitted(self) -> Option<Admitted> {
        match self {
            Self::Admitted(admitted) => Some(admitted),
            Self::Answered(_) | Self::Undecoded(_) => None,
        }
    }
}

/// A request that passed every check, before its events were claimed. Mostly it holds one.
pub struct Admitted {
    pub(crate) first: AdmittedEvent,
    /// Those behind the first, where the body holds several.
    pub(crate) others: Vec<AdmittedEvent>,
    /// The clock's monotonic time when the head arrived.
    pub(crate) arrived: Duration,
    /// The length of the body, where the head says that and nothing else of how it is written.
    pub(crate) declared: Option<u64>,
    /// The share of the byte budget that the body takes up.
    pub(crate) bytes: Grant,
}

/// One event of a request that passed every check, before it was claimed.
pub struct AdmittedEvent {
    pub(crate) event: Untaken,
    /// The authenticated bytes that it was read from.
    pub(crate) raw: Bytes,
    /// The whole body, where the proof covers some of its members alone. Boxed, so that other deliveries do not carry it along.
    pub(crate) claimed_body: Option<Box<Bytes>>,
    pub(crate) facts: Arc<Facts>,
    pub(crate) content: Option<ContentDigest>,
    /// What an inbox keeps of it, where there is one. Boxed, so that inline deliveries do not carry it along.
    pub(crate) kept: Option<Box<Kept>>,
    /// The request's nonce, where it has one. Boxed, so that deliveries without a nonce do not carry it along.
    pub(crate) nonce: Option<Box<Nonce>>,
    pub(crate) wanted: bool,
    pub(crate) recognized: bool,
    pub(crate) span: DeliverySpan,
}

/// A nonce stands for one request and no other.
///
/// Where a store is at hand, [claim](crate::dedup::DedupStore::claim) its [`key`](Self::key) with what it
/// [stands for](Self::stands_for), before any event of the request is claimed. Settle that claim as
/// [processed](crate::dedup::End::Processed) at once. A claim that is done with other content is a replay: refuse it.
///
/// Keep the mark for at least the window's past and future sides and 60 s.
#[derive(Debug, Clone, Copy)]
#[must_use = "a request whose nonce nobody has claimed can be sent again by whoever captured it"]
pub struct Nonce {
    pub(crate) key: EventKey,
    pub(crate) stands_for: ContentDigest,
}

impl Nonce {
    /// Under which it is remembered. No event has such a key.
    pub fn key(&self) -> &EventKey {
        &self.key
    }

    /// All events of the request, or the bytes that they were read from where nothing signs those. The same request, sent
    /// again, has the same.
    pub fn stands_for(&self) -> &ContentDigest {
        &self.stands_for
    }
}

impl Admitted {
    /// The events in the order in which they are handled.
    pub fn events(&self) -> impl Iterator<Item = &AdmittedEvent> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The length of the body, where the head says that and nothing else of how the body is written. A request whose handler
    /// gets a body of that length needs no other head: [`says_length`](crate::framework::says_length) would look once more.
    pub fn declared_length(&self) -> Option<usize> {
        usize::try_from(self.declared?).ok()
    }

    /// The first event: mostly the only one.
    pub fn first(&self) -> &AdmittedEvent {
        &self.first
    }
}

impl AdmittedEvent {
    /// The identity under which the event is handled once.
    pub fn event_key(&self) -> &EventKey {
        &self.facts.key
    }

    /// The event's type, where something signed says it.
    pub fn event_type(&self) -> Option<&EventType> {
        self.facts.event_type.as_ref()
    }

    /// The type as a header names it that nothing signs: see [`Delivery::claimed_type`](crate::Delivery::claimed_type).
    pub fn claimed_type(&self) -> Option<Unsigned<&str>> {
        self.facts.claimed_type.as_deref().map(Unsigned::new)
    }

    /// The decoded event, where it is one of `E`.
    pub fn event<E: 'static>(&self) -> Option<&E> {
        self.event.get()
    }

    /// The authenticated bytes: what the event was read from.
    pub fn payload(&self) -> &Bytes {
        &self.raw
    }

    /// The digest of what the pack declares stable in the event, where it compares contents.
    pub fn content(&self) -> Option<&ContentDigest> {
        self.content.as_ref()
    }

    /// The id that the signature covers, where the sender has one.
    pub fn signed_id(&self) -> Option<&str> {
        self.facts.signed_id.as_deref()
    }

    /// The id of the key that matched.
    pub fn key_id(&self) -> &str {
        &self.facts.key_id
    }

    /// The canonical id of the tenant, where the endpoint serves many.
    pub fn tenant(&self) -> Option<&str> {
        self.facts.tenant.as_deref()
    }

    /// When this attempt was signed, where the sender signs that.
    pub fn sent_at(&self) -> Option<UnixTime> {
        self.facts.sent_at
    }

    /// When the event occurred, where the sender signs that.
    pub fn occurred_at(&self) -> Option<UnixTime> {
        self.facts.occurred_at
    }

    /// Whether the application asked for such events.
    pub fn is_wanted(&self) -> bool {
        self.wanted
    }
}

impl fmt::Debug for Admitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.events()).finish()
    }
}

impl fmt::Debug for AdmittedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdmittedEvent")
            .field("event_key", &self.facts.key)
            .field("key_id", &self.facts.key_id)
            .field("wanted", &self.wanted)
            .finish_non_exhaustive()
    }
}
