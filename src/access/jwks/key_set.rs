//! [`KeySet`]: the keys of a JWKS document (RFC 7517) that tokens may be signed with.

use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::JwksError;
use crate::keys::{TokenAlgorithm, TokenKey, jose::Jwt};

/// The most keys in a set. Issuers publish a handful.
const MAX_KEYS: usize = 100;
/// The most keys that one token is tried against. Where several may be meant, a token must say which one by its `kid`
/// (OpenID Connect Core, section 10.1), so only an issuer that names none of its keys needs more than one, and that one
/// has the present key, the next and a few that have ended. Beyond, what a stranger sends would cost up to a hundred
/// verifications.
const MAX_TRIALS: usize = 8;

/// The keys that fit, each with the algorithms that it may be used for.
pub(super) struct KeySet(Vec<PublishedKey>);

struct PublishedKey {
    id: Option<String>,
    key: TokenKey,
}

impl KeySet {
    /// Reads each key by itself, so that one that nobody understands costs no other.
    pub(super) fn read(document: &[u8], allowed: &[TokenAlgorithm]) -> Result<Self, JwksError> {
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

    /// Whether a token that does not name its key may not be tried against the right one.
    pub(super) fn needs_key_ids(&self) -> bool {
        let mut algorithms = self.0.iter().flat_map(|it| it.key.algorithms());
        algorithms.any(|algorithm| {
            let fitting = self.0.iter().filter(|it| it.key.fits(*algorithm, None));
            fitting.count() > MAX_TRIALS
        })
    }

    pub(super) fn has(&self, key_id: &str) -> bool {
        self.0.iter().any(|it| it.id.as_deref() == Some(key_id))
    }

    /// Whether one of the keys signed the token: of those that fit, the ones that it names, then the nameless.
    pub(super) fn signed(&self, token: &Jwt<'_>) -> bool {
        let named = token.key_id.as_deref();
        let is_named = |it: &&PublishedKey| it.id.is_some() && it.id.as_deref() == named;
        let keys = self.0.iter().filter(is_named);
        let others = self.0.iter().filter(|it| !is_named(it));
        keys.chain(others)
            .filter(|it| it.key.fits(token.algorithm, named))
            .take(MAX_TRIALS)
            .any(|it| token.is_signed_with(&it.key))
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
    fn key(self, allowed: &[TokenAlgorithm]) -> Option<PublishedKey> {
        if !self.is_for_signatures() {
            return None;
        }
        let (key, fitting) = self.material()?;
        let named = |it: &TokenAlgorithm| {
            let alg = self.alg.as_deref();
            alg.is_none_or(|alg| TokenAlgorithm::from_name(alg) == Some(*it))
        };
        let algorithms: Vec<_> = fitting
            .iter()
            .copied()
            .filter(|it| allowed.contains(it) && named(it))
            .collect();
        if algorithms.is_empty() {
            return None;
        }
        let key = TokenKey::published(key, algorithms);
        let key = match &self.kid {
            Some(id) => key.with_id(id),
            None => key,
        };
        Some(PublishedKey { id: self.kid, key })
    }

    fn is_for_signatures(&self) -> bool {
        let purpose = self.purpose.as_deref().is_none_or(|it| it == "sig");
        let operations = self.key_ops.as_ref();
        purpose && operations.is_none_or(|list| list.iter().any(|it| it == "verify"))
    }

    /// `oct`, a shared secret, is not taken: what is published is no secret.
    fn material(&self) -> Option<(DecodingKey, &'static [TokenAlgorithm])> {
        use TokenAlgorithm::{EdDsa, Es256, Es384, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
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
