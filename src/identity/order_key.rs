//! [`OrderKey`]: what must be handled in the order in which it came.

use super::{KeyParts, hex_text::hex_text, key_parts::KeyScope};

/// What must be handled in the order in which it came: the events of one operation, say.
///
/// SHA-256 over the ASCII text `hookgate/order/v1`, endpoint, tenant, pack and the application's own text, encoded as
/// [`KeyParts`] says. So a store holds nothing of the text, and endpoints do not wait for each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey([u8; 32]);

impl OrderKey {
    /// The key of `text` at an endpoint.
    pub fn of(text: impl AsRef<[u8]>, endpoint: &str, tenant: Option<&str>, pack: &str) -> Self {
        Self(KeyScope::of_orders(endpoint, tenant, pack).digest(&KeyParts::of(text)))
    }

    /// From stored bytes, for store authors.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

hex_text!(OrderKey);
