//! [`KeySet`]: the keys of a JWKS document (RFC 7517) that tokens may be signed with.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::JwksError;
use crate::{
    keys::{JwsAlgorithm, Key, LiveKeys, MAX_TRIALS, VerifyingKey},
    time::UnixTime,
};

/// The most keys in a set. Issuers publish a handful.
const MAX_KEYS: usize = 100;
/// The keys that fit, each with the algorithms that it may be used for.
pub(super) struct KeySet(Vec<Key>);

impl KeySet {
    /// Reads each key by itself, so that one that nobody understands costs no other.
    pub(super) fn read(document: &[u8], allowed: &[JwsAlgorithm]) -> Result<Self, JwksError> {
        let document: Document =
            serde_json::from_slice(document).map_err(|_| JwksError::Malformed)?;
        if document.keys.len() > MAX_KEYS {
            return Err(JwksError::TooManyKeys { limit: MAX_KEYS });
        }
        let read = |raw: &&RawValue| {
            let key = VerifyingKey::of_jwk(raw.get().as_bytes(), allowed).ok()?;
            key.validate().ok()?;
            Some(Key::from(key))
        };
        let keys: Vec<_> = document.keys.iter().filter_map(read).collect();
        if keys.is_empty() {
            return Err(JwksError::NoUsableKey);
        }
        Ok(Self(keys))
    }

    /// Whether what does not name its key may not be tried against the right one.
    pub(super) fn needs_key_ids(&self) -> bool {
        self.live().max_for_one_algorithm() > MAX_TRIALS
    }

    pub(super) fn has(&self, key_id: &str) -> bool {
        let mut keys = self.live().public_keys();
        keys.any(|(_, key)| key.id() == Some(key_id))
    }

    pub(super) fn keys(&self) -> &[Key] {
        &self.0
    }

    /// The keys, none of which has an end: the set as a whole has one.
    pub(super) fn live(&self) -> LiveKeys<'_> {
        LiveKeys::new(&self.0, UnixTime::EPOCH)
    }
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    keys: Vec<&'a RawValue>,
}
