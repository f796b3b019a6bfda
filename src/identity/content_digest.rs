//! [`ContentDigest`]: the digest by which two copies of an event are compared.

use sha2::{Digest, Sha256};

use super::hex_text::hex_text;

/// SHA-256 of what a pack declares stable in an event; never of attempt metadata.
///
/// Compared only with a completed mark: a difference is an observation, since senders re-sign and
/// presigned URLs change. A store may keep only the first 8 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentDigest([u8; 32]);

impl ContentDigest {
    /// The digest of `content`.
    pub fn of(content: &[u8]) -> Self {
        Self(Sha256::digest(content).into())
    }

    /// From stored bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

hex_text!(ContentDigest);
