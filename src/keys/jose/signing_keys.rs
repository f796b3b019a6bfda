//! [`SigningKeys`]: the key that signs, and those that signed before it.

use std::{fmt, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use serde_json::json;

use super::SigningKey;
use crate::{keys::TokenKey, time::UnixTime};

/// A live handle: a rotation takes effect for the next request.
pub(crate) struct SigningKeys(ArcSwap<Ring>);

#[derive(Clone)]
struct Ring {
    signs: SigningKey,
    /// Retired keys, and when their last tokens have ended.
    retired: Vec<(SigningKey, UnixTime)>,
}

impl SigningKeys {
    pub(crate) fn new(signs: SigningKey) -> Self {
        Self(ArcSwap::from_pointee(Ring {
            signs,
            retired: Vec::new(),
        }))
    }

    /// The key that signs now.
    pub(crate) fn signing(&self) -> SigningKey {
        self.0.load().signs.clone()
    }

    /// From now on `key` signs. What the present one signed is accepted for `overlap` more.
    pub(crate) fn rotate(&self, key: &SigningKey, now: UnixTime, overlap: Duration) {
        self.0.rcu(|ring| {
            let mut retired = ring.retired.clone();
            retired.push((ring.signs.clone(), now.saturating_add(overlap)));
            retired.retain(|(old, until)| *until > now && old.id() != key.id());
            Ring {
                signs: key.clone(),
                retired,
            }
        });
    }

    /// The keys that tokens may be signed with at `now`, the present one first.
    pub(crate) fn live_at(&self, now: UnixTime) -> LiveKeys {
        LiveKeys {
            ring: self.0.load_full(),
            now,
        }
    }

    /// The public halves (RFC 7517, section 5).
    pub(crate) fn jwks(&self, now: UnixTime) -> String {
        let live = self.live_at(now);
        let keys: Vec<_> = live.keys().filter_map(SigningKey::jwk).collect();
        json!({"keys": keys}).to_string()
    }
}

/// The keys at one moment.
pub(crate) struct LiveKeys {
    ring: Arc<Ring>,
    now: UnixTime,
}

impl LiveKeys {
    fn keys(&self) -> impl Iterator<Item = &SigningKey> {
        let retired = self.ring.retired.iter();
        let live = retired.filter(|(_, until)| *until > self.now);
        std::iter::once(&self.ring.signs).chain(live.map(|(key, _)| key))
    }

    pub(crate) fn verifiers(&self) -> impl Iterator<Item = &TokenKey> {
        self.keys().map(SigningKey::verifier)
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKeys")
            .field(&self.0.load().signs)
            .finish()
    }
}
