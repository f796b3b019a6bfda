//! [`Admitted`].

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;

use crate::{
    delivery::Untaken,
    identity::{ContentDigest, EventKey, EventType},
    limits::Grant,
    telemetry::{DeliverySpan, Facts},
};

/// A request that passed every check, before its event was claimed.
pub struct Admitted {
    pub(super) event: Untaken,
    /// The authenticated bytes.
    pub(super) raw: Bytes,
    pub(super) facts: Arc<Facts>,
    pub(super) content: Option<ContentDigest>,
    /// Under which the request's nonce is remembered, where it has one.
    pub(super) nonce: Option<EventKey>,
    pub(super) wanted: bool,
    pub(super) recognized: bool,
    pub(super) arrived: Duration,
    pub(super) span: DeliverySpan,
    /// The share of the byte budget that the body takes up.
    pub(super) bytes: Grant,
}

impl Admitted {
    /// The identity under which the event is handled once.
    pub fn event_key(&self) -> &EventKey {
        &self.facts.key
    }

    /// The event's type, where something signed says it.
    pub fn event_type(&self) -> Option<&EventType> {
        self.facts.event_type.as_ref()
    }

    /// The id of the key that matched.
    pub fn key_id(&self) -> &str {
        &self.facts.key_id
    }

    /// Whether the application asked for such events.
    pub fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// The clock's monotonic time when the head arrived.
    pub(crate) fn arrived(&self) -> Duration {
        self.arrived
    }

    pub(crate) fn span(&self) -> &DeliverySpan {
        &self.span
    }

    pub(crate) fn facts(&self) -> Arc<Facts> {
        self.facts.clone()
    }
}

impl fmt::Debug for Admitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admitted")
            .field("event_key", &self.facts.key)
            .field("key_id", &self.facts.key_id)
            .field("wanted", &self.wanted)
            .finish_non_exhaustive()
    }
}
