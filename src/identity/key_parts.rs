//! [`KeyParts`]: how the identity of an event is written.

use std::fmt;

use sha2::{Digest, Sha256};

use super::EventKey;

/// Domain of event keys. Things that are no events (a nonce, a `jti`) get a domain of their own.
const EVENT_DOMAIN: &[u8] = b"hookgate/key/v1";

/// Domain of nonces.
const NONCE_DOMAIN: &[u8] = b"hookgate/nonce/v1";

/// Where a pack writes the parts of an event's identity, in a fixed order.
///
/// Parts come from authenticated content only.
///
/// # The encoding is frozen
///
/// An event key is SHA-256 over the ASCII text `hookgate/key/v1`, followed by the endpoint, the
/// tenant (empty where the endpoint has none), the pack's name and the pack's parts, each preceded
/// by its length in bytes as an unsigned 64-bit big-endian number. Lengths make the encoding
/// injective: no two different lists of parts give the same bytes. Vectors are in
/// `tests/vectors/event_keys.json`; a change of this encoding makes every stored key unknown, so
/// it is a breaking change.
///
/// The nonce of a signed request is remembered under a key of the same form that begins with
/// `hookgate/nonce/v1` and has the nonce as its one part.
#[derive(Clone)]
pub struct KeyParts {
    hash: Sha256,
    parts: usize,
}

impl KeyParts {
    /// Ready for the parts of one event.
    pub fn new(endpoint: &str, tenant: Option<&str>, pack: &str) -> Self {
        Self::in_domain(EVENT_DOMAIN, endpoint, tenant, pack)
    }

    /// Ready for a nonce, which no part of an event can be mistaken for.
    pub(crate) fn of_nonce(endpoint: &str, tenant: Option<&str>, pack: &str) -> Self {
        Self::in_domain(NONCE_DOMAIN, endpoint, tenant, pack)
    }

    fn in_domain(domain: &[u8], endpoint: &str, tenant: Option<&str>, pack: &str) -> Self {
        let mut key = Self {
            hash: Sha256::new_with_prefix(domain),
            parts: 0,
        };
        key.write(endpoint.as_bytes());
        key.write(tenant.unwrap_or_default().as_bytes());
        key.write(pack.as_bytes());
        key
    }

    /// Adds one part.
    pub fn part(&mut self, part: impl AsRef<[u8]>) -> &mut Self {
        self.write(part.as_ref());
        self.parts = self.parts.saturating_add(1);
        self
    }

    /// Adds the SHA-256 of `content` as one part.
    pub fn digest_of(&mut self, content: &[u8]) -> &mut Self {
        self.part(Sha256::digest(content))
    }

    /// The key, or `None` when no part was given: an event without identity cannot be handled once.
    pub fn finish(self) -> Option<EventKey> {
        (self.parts > 0).then(|| EventKey::from_bytes(self.hash.finalize().into()))
    }

    fn write(&mut self, bytes: &[u8]) {
        self.hash.update((bytes.len() as u64).to_be_bytes());
        self.hash.update(bytes);
    }
}

impl fmt::Debug for KeyParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyParts")
            .field("parts", &self.parts)
            .finish_non_exhaustive()
    }
}
