//! What is the same: the identity of an event, of its content, of a key and of a tenant.

mod content_digest;
mod event_key;
mod event_type;
mod expectation_key;
mod hex_text;
mod key_parts;
mod order_key;

use std::sync::Arc;

pub(crate) use self::key_parts::KeyScope;
pub use self::{
    content_digest::ContentDigest, event_key::EventKey, event_type::EventType,
    expectation_key::ExpectationKey, key_parts::KeyParts, order_key::OrderKey,
};

/// The id of a key, as configured. Tells which key matched: while rotating, and test from live.
pub type KeyId = Arc<str>;

/// The canonical id of a tenant: what the key source says, never text of the request, so that two
/// spellings of a route are one tenant. Part of every event key.
pub type TenantId = Arc<str>;
