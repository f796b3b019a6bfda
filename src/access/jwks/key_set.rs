//! [`KeySet`]: the keys of a JWKS document (RFC 7517) that tokens may be signed with.

use jsonwebtoken::DecodingKey;
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
        let read = |raw: &&RawValue| serde_json::from_str::<Jwk>(raw.get()).ok()?.key(allowed);
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

/// A public key as RFC 7517, RFC 7518 (section 6) and RFC 8037 write it. What a document may say of where to find keys
/// (`x5u`) and certificates (`x5c`) is not read.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Jwk {
    fn key(self, allowed: &[JwsAlgorithm]) -> Option<Key> {
        if !self.is_for_signatures() {
            return None;
        }
        let (key, fitting) = self.material()?;
        let named = |it: &JwsAlgorithm| {
            let alg = self.alg.as_deref();
            alg.is_none_or(|alg| JwsAlgorithm::from_name(alg) == Some(*it))
        };
        let algorithms: Vec<_> = fitting
            .iter()
            .copied()
            .filter(|it| allowed.contains(it) && named(it))
            .collect();
        if algorithms.is_empty() {
            return None;
        }
        let key = VerifyingKey::published(key, algorithms);
        Some(Key::from(match self.kid {
            Some(id) => key.with_id(id),
            None => key,
        }))
    }

    fn is_for_signatures(&self) -> bool {
        let purpose = self.purpose.as_deref().is_none_or(|it| it == "sig");
        let operations = self.key_ops.as_ref();
        purpose && operations.is_none_or(|list| list.iter().any(|it| it == "verify"))
    }

    /// `oct`, a shared secret, is not taken: what is published is no secret.
    fn material(&self) -> Option<(DecodingKey, &'static [JwsAlgorithm])> {
        use JwsAlgorithm::{EdDsa, Es256, Es384, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
        let point = || DecodingKey::from_ec_components(self.x.as_deref()?, self.y.as_deref()?).ok();
        match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => {
                let (n, e) = (self.n.as_deref()?, self.e.as_deref()?);
                let key = DecodingKey::from_rsa_components(n, e).ok()?;
                Some((key, &[Rs256, Rs384, Rs512, Ps256, Ps384, Ps512]))
            }
            ("EC", Some("P-256")) => Some((point()?, &[Es256])),
            ("EC", Some("P-384")) => Some((point()?, &[Es384])),
            ("OKP", Some("Ed25519")) => {
                let key = DecodingKey::from_ed_components(self.x.as_deref()?).ok()?;
                Some((key, &[EdDsa]))
            }
            _ => None,
        }
    }
}
