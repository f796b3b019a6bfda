//! [`SigningKeys`]: the key that signs, and the ring of those that tokens may still be signed with.

use std::{
    fmt,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use serde_json::json;

use super::SigningKey;
use crate::{
    keys::{Keyring, LiveKeys},
    time::UnixTime,
};

/// A live handle: a rotation takes effect for the next request.
pub(crate) struct SigningKeys {
    /// Locked while it is rotated, so that two rotations at once do not end the key that signs.
    signs: RwLock<SigningKey>,
    /// Whoever checks tokens shares it.
    ring: Keyring,
}

impl SigningKeys {
    pub(crate) fn new(signs: SigningKey) -> Self {
        Self {
            ring: signs.verifying().into(),
            signs: RwLock::new(signs),
        }
    }

    /// The key that signs now.
    pub(crate) fn signing(&self) -> SigningKey {
        let signs = self.signs.read().unwrap_or_else(PoisonError::into_inner);
        signs.clone()
    }

    /// The keys that tokens may be signed with, the present one first.
    pub(crate) fn ring(&self) -> Keyring {
        self.ring.clone()
    }

    /// From now on `key` signs. What the present one signed is accepted for `overlap` more.
    pub(crate) fn rotate(&self, key: &SigningKey, now: UnixTime, overlap: Duration) {
        let mut signs = self.signs.write().unwrap_or_else(PoisonError::into_inner);
        self.ring
            .retire(key.verifying(), now, now.saturating_add(overlap));
        *signs = key.clone();
    }

    /// The public halves (RFC 7517, section 5).
    pub(crate) fn jwks(&self, now: UnixTime) -> String {
        let ring = self.ring.load();
        let live = LiveKeys::new(&ring, now).public_keys();
        let keys: Vec<_> = live.filter_map(|(_, key)| key.published_jwk()).collect();
        json!({"keys": keys}).to_string()
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKeys").field(&self.signing()).finish()
    }
}
