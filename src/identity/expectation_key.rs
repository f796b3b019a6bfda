//! [`ExpectationKey`]: whose end is awaited.

use super::{KeyParts, hex_text::hex_text, key_parts::KeyScope};

/// Whose end is awaited: a process of a sender.
///
/// SHA-256 over the ASCII text `hookgate/expectation/v1`, endpoint, tenant, pack and the process's id, encoded as
/// [`KeyParts`] says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExpectationKey([u8; 32]);

impl ExpectationKey {
    /// The key of the process `id` at an endpoint.
    pub fn of(id: impl AsRef<[u8]>, endpoint: &str, tenant: Option<&str>, pack: &str) -> Self {
        Self(KeyScope::of_expectations(endpoint, tenant, pack).digest(&KeyParts::of(id)))
    }

    /// The key under which a store keeps the rate of this name.
    pub fn of_rate(name: &str) -> Self {
        // No receiver has an empty name.
        Self::of(name, "", None, "")
    }

    /// The key under which a store keeps the silence of an endpoint.
    pub fn of_silence(endpoint: &str) -> Self {
        Self::of(endpoint, "", None, "silence")
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

hex_text!(ExpectationKey);
