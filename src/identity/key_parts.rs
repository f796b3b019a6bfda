//! [`KeyParts`]: what identifies an event. [`KeyScope`]: where that identity counts.

use std::fmt;

use sha2::{Digest, Sha256};

use super::EventKey;

/// Domain of event keys. Things that are no events (a nonce, a `jti`) get a domain of their own.
const EVENT_DOMAIN: &[u8] = b"hookgate/key/v1";

/// Domain of nonces.
const NONCE_DOMAIN: &[u8] = b"hookgate/nonce/v1";

/// Domain of verified requests that could not be decoded, so that no event can be mistaken for one.
const UNDECODABLE_DOMAIN: &[u8] = b"hookgate/undecodable/v1";

/// Domain of what is handled in order.
const ORDER_DOMAIN: &[u8] = b"hookgate/order/v1";

/// Domain of what is awaited.
const EXPECTATION_DOMAIN: &[u8] = b"hookgate/expectation/v1";

/// Domain of what one instance at a time does.
#[cfg(feature = "logto-client")]
const TURN_DOMAIN: &[u8] = b"hookgate/turn/v1";

/// How many bytes of parts, each after its length, need no allocation: two ids or URLs of usual length, or six digests.
const INLINE: usize = 192;

/// The parts of an event's identity, in a fixed order. A pack [decodes](crate::pack::Provider::decode) them with the event.
///
/// Parts come from authenticated content only. They are the same wherever the event came from: the
/// [key](Self::key) of an event that was asked for is that of the one that was sent.
///
/// # The encoding is frozen
///
/// An event key is SHA-256 over the ASCII text `hookgate/key/v1` and what follows it: the endpoint, the tenant, the
/// pack's name and the pack's parts. Each of these stands after its length in bytes, an unsigned 64-bit big-endian
/// number. The tenant is empty where the endpoint has none. Lengths make the encoding injective: no two different lists
/// of parts give the same bytes. Vectors are in `tests/vectors/event_keys.json`. A change of this encoding makes every
/// stored key unknown, so it is a breaking change.
///
/// The nonce of a signed request is remembered under a key of the same form that begins with
/// `hookgate/nonce/v1` and has the nonce as its one part.
///
/// A verified request that cannot be decoded is kept in an inbox under such a key too. It begins with
/// `hookgate/undecodable/v1` and has the SHA-256 of the authenticated bytes, without the proof, as its one part.
///
/// A process whose end is [awaited](crate::polling) has a key of that form too. It begins with `hookgate/expectation/v1` and
/// has the process's id as its one part.
///
/// Instances take turns under such a key. It begins with `hookgate/turn/v1`.
///
/// # Examples
///
/// ```
/// use hookgate::pack::KeyParts;
///
/// let parts = KeyParts::of("evt_1");
/// let key = parts.key("stripe-prod", None, "stripe");
/// assert!(key.is_some());
/// assert_ne!(key, parts.key("stripe-test", None, "stripe"));
/// ```
#[derive(Clone)]
pub struct KeyParts {
    /// Each part after its length, as it is hashed.
    inline: [u8; INLINE],
    used: usize,
    /// All of them, once they no longer fit.
    spilled: Vec<u8>,
}

impl KeyParts {
    /// No part yet.
    pub const fn new() -> Self {
        Self {
            inline: [0; INLINE],
            used: 0,
            spilled: Vec::new(),
        }
    }

    /// One part.
    pub fn of(part: impl AsRef<[u8]>) -> Self {
        let mut parts = Self::new();
        parts.part(part);
        parts
    }

    /// The SHA-256 of `content` as the one part.
    pub fn of_digest(content: &[u8]) -> Self {
        let mut parts = Self::new();
        parts.digest_of(content);
        parts
    }

    /// Adds one part.
    pub fn part(&mut self, part: impl AsRef<[u8]>) -> &mut Self {
        let part = part.as_ref();
        self.write(&length(part));
        self.write(part);
        self
    }

    /// Adds the SHA-256 of `content` as one part.
    pub fn digest_of(&mut self, content: &[u8]) -> &mut Self {
        self.part(Sha256::digest(content))
    }

    /// The key of an event of `pack` at `endpoint`, or `None` where there is no part: an event without identity cannot
    /// be handled once. `tenant` is the canonical id, where the endpoint serves many.
    ///
    /// [`Receiver::event_key`](crate::Receiver::event_key) knows endpoint and pack.
    pub fn key(&self, endpoint: &str, tenant: Option<&str>, pack: &str) -> Option<EventKey> {
        KeyScope::new(endpoint, tenant, pack).key(self)
    }

    fn encoded(&self) -> &[u8] {
        if self.spilled.is_empty() {
            self.inline.get(..self.used).unwrap_or_default()
        } else {
            &self.spilled
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        let end = self.used.saturating_add(bytes.len());
        if self.spilled.is_empty() {
            if let Some(room) = self.inline.get_mut(self.used..end) {
                room.copy_from_slice(bytes);
                self.used = end;
                return;
            }
            let so_far = self.inline.get(..self.used).unwrap_or_default();
            self.spilled.extend_from_slice(so_far);
        }
        self.spilled.extend_from_slice(bytes);
    }
}

impl Default for KeyParts {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows nothing of the parts: they may be personal.
impl fmt::Debug for KeyParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyParts").finish_non_exhaustive()
    }
}

/// Endpoint, tenant and pack: what every key of theirs begins with, hashed once.
#[derive(Clone)]
pub(crate) struct KeyScope(Sha256);

impl KeyScope {
    /// Of events.
    pub(crate) fn new(endpoint: &str, tenant: Option<&str>, pack: &str) -> Self {
        Self::in_domain(EVENT_DOMAIN, endpoint, tenant, pack)
    }

    /// Of nonces, which no event can be mistaken for.
    pub(crate) fn of_nonces(endpoint: &str, tenant: Option<&str>, pack: &str) -> Self {
        Self::in_domain(NONCE_DOMAIN, endpoint, tenant, pack)
    }

    /// Of verified requests that could not be decoded.
    pub(crate) fn of_undecodable(endpoint: &str, tenant: Option<&str>, pack: &str) -> Self {
        Self::in_domain(UNDECODABLE_DOMAIN, endpoint, tenant, pack)
    }

    /// Of what is handled in order.
    pub(super) fn of_orders(endpoint: &str, tenant: Option<&str>, pack: &str) -> Self {
        Self::in_domain(ORDER_DOMAIN, endpoint, tenant, pack)
    }

    /// Of what is awaited.
    pub(super) fn of_expectations(endpoint: &str, tenant: Option<&str>, pack: &str) -> Self {
        Self::in_domain(EXPECTATION_DOMAIN, endpoint, tenant, pack)
    }

    /// Of what one instance at a time does.
    #[cfg(feature = "logto-client")]
    pub(crate) fn of_turns(endpoint: &str, tenant: Option<&str>, pack: &str) -> Self {
        Self::in_domain(TURN_DOMAIN, endpoint, tenant, pack)
    }

    fn in_domain(domain: &[u8], endpoint: &str, tenant: Option<&str>, pack: &str) -> Self {
        let mut hash = Sha256::new_with_prefix(domain);
        for part in [endpoint, tenant.unwrap_or_default(), pack] {
            hash.update(length(part.as_bytes()));
            hash.update(part);
        }
        Self(hash)
    }

    /// The key of `parts`; `None` where there are none.
    pub(crate) fn key(&self, parts: &KeyParts) -> Option<EventKey> {
        let is_empty = parts.encoded().is_empty();
        (!is_empty).then(|| EventKey::from_bytes(self.digest(parts)))
    }

    pub(super) fn digest(&self, parts: &KeyParts) -> [u8; 32] {
        let mut hash = self.0.clone();
        hash.update(parts.encoded());
        hash.finalize().into()
    }
}

fn length(part: &[u8]) -> [u8; 8] {
    (part.len() as u64).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However much of it fits, the encoding is one.
    #[test]
    fn parts_that_need_an_allocation_are_encoded_as_those_that_do_not() {
        for size in [
            0,
            1,
            INLINE / 2 - 9,
            INLINE - 16,
            INLINE - 8,
            INLINE - 7,
            4 * INLINE,
        ] {
            let part = vec![b'x'; size];
            let mut parts = KeyParts::new();
            parts.part(&part).part("second").part(&part);
            let mut expected = Vec::new();
            for part in [&part[..], b"second", &part] {
                expected.extend_from_slice(&length(part));
                expected.extend_from_slice(part);
            }
            assert_eq!(parts.encoded(), expected, "{size}");
        }
    }
}
