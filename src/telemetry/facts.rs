//! [`Facts`]: what may be told of a delivery.

use std::sync::Arc;

use crate::{
    identity::{EventKey, EventType, KeyId, TenantId},
    request::{Origin, TraceContext},
    time::UnixTime,
};

/// What the road knows of a delivery, beside its event. Nothing of its body: a copy that waits keeps these.
pub(crate) struct Facts {
    pub(crate) endpoint: Arc<str>,
    pub(crate) pack: Arc<str>,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) key: EventKey,
    pub(crate) key_id: KeyId,
    pub(crate) event_type: Option<EventType>,
    /// The name of the Rust type that its handler takes.
    pub(crate) event_name: &'static str,
    pub(crate) claimed_type: Option<Box<str>>,
    pub(crate) signed_id: Option<Box<str>>,
    pub(crate) sent_at: Option<UnixTime>,
    pub(crate) occurred_at: Option<UnixTime>,
    pub(crate) received_at: UnixTime,
    pub(crate) origin: Origin,
    pub(crate) trace_context: Option<TraceContext>,
    pub(crate) claimed_trace_context: Option<TraceContext>,
}

impl Facts {
    /// The event's type where the pack knows it, else `other` or `none`.
    pub(crate) fn type_label(&self) -> &'static str {
        self.event_type.as_ref().map_or("none", EventType::label)
    }
}
