//! [`Entry`]: what is accepted. [`Accept`], [`Quarantine`]: what became of it.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;

use crate::{
    dedup::OwnerToken,
    identity::{ContentDigest, EventKey, KeyId, OrderKey},
};

/// One event to be made durable.
#[derive(Clone)]
pub struct Entry {
    /// The identity under which it is handled once.
    pub key: EventKey,
    /// Made by the caller, so that an accept whose answer was lost can be repeated.
    pub token: OwnerToken,
    /// What copies are compared with, where the pack says.
    pub content: Option<ContentDigest>,
    /// The endpoint's name.
    pub endpoint: Arc<str>,
    /// The event's type where the pack knows it, else `other` or `none`. Never text of the sender.
    pub event_type: &'static str,
    /// The id of the key that matched.
    pub key_id: KeyId,
    /// What it is handled in order with.
    pub order: Option<OrderKey>,
    /// How long copies of it are recognised after its end.
    pub retain: Duration,
    /// The format of the payload.
    pub format: u16,
    /// A [`StoredDelivery`](super::StoredDelivery) as bytes.
    pub payload: Bytes,
}

/// Shows no payload.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("endpoint", &self.endpoint)
            .field("key", &self.key)
            .field("event_type", &self.event_type)
            .field("payload_bytes", &self.payload.len())
            .finish_non_exhaustive()
    }
}

/// What became of an [`Entry`]. Exhaustive on purpose: a caller must answer each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accept {
    /// It is durable now, or this token made it durable before: a worker will run it. What an engine refused as work is a
    /// dead letter.
    Queued,
    /// It was durable before: it waits, runs in a worker, or is a dead letter.
    Copy,
    /// An inline handler holds it. Nothing was stored.
    InProgress {
        /// When its lease ends at the latest, if it is not extended.
        retry_after: Duration,
    },
    /// It was handled within the retention.
    Done {
        /// Whether the content is the same as then; `true` where either side gave none.
        same_content: bool,
    },
}

/// What became of a request that cannot be decoded. Exhaustive on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quarantine {
    /// It is a dead letter now, or was one before.
    Kept,
    /// The endpoint has as many as it may. Nothing was stored.
    Full,
}

/// How much an endpoint may keep of what cannot be decoded: whoever captured one such request can send it for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuarantineCap {
    /// How many requests.
    pub rows: u32,
    /// How many bytes of payload, over all of them.
    pub bytes: u64,
}

impl QuarantineCap {
    /// Other bounds than [the default](Self::default).
    pub const fn new(rows: u32, bytes: u64) -> Self {
        Self { rows, bytes }
    }
}

/// 1,000 requests, 64 MiB.
impl Default for QuarantineCap {
    fn default() -> Self {
        Self::new(1000, 64 * 1024 * 1024)
    }
}
