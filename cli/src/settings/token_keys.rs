//! The keys that verify tokens, as settings name them.

use std::collections::BTreeSet;

use hookgate::{
    BuildError, Key, Keyring,
    keys::{JwsAlgorithm, VerifyingKey},
};
use serde::Deserialize;
use serde_json::Value;

use crate::settings::{
    keys_taken::is_shared, pem::pem_text, refused::Refused, shared_secret::secret,
};

/// The most keys of a set. Issuers publish a handful.
const MAX_KEYS: usize = 100;
/// How many unusable keys an error names.
const MAX_NAMED: usize = 4;

/// One of several keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenKey {
    pub(super) kid: Option<String>,
    pub(super) secret: Option<String>,
    pem: Option<String>,
}

/// A set of public keys (RFC 7517, section 5). Members that nobody knows are left alone, as the RFC says.
#[derive(Deserialize)]
pub(crate) struct KeySet {
    keys: Vec<Value>,
    /// The file that it was read from.
    file: Option<String>,
}

/// The algorithms of these names.
pub(crate) fn algorithms(names: &[String]) -> Result<Vec<JwsAlgorithm>, String> {
    let known = names.iter().map(|name| JwsAlgorithm::from_name(name));
    known
        .collect::<Option<_>>()
        .ok_or_else(|| "an algorithm is unknown".to_owned())
}

fn unusable() -> Refused {
    let why = "a key of `bearer` cannot be used: it is empty, or not in the encoding that it says";
    Refused::BadCredential(why.to_owned())
}

/// One key, of a secret or a PEM.
pub(crate) fn verifying(
    secret: &Option<String>,
    pem: &Option<String>,
    algorithms: &[JwsAlgorithm],
) -> Result<VerifyingKey, Refused> {
    let algorithms = algorithms.iter().copied();
    match (secret, pem) {
        (Some(text), None) => {
            let secret = self::secret(text).ok_or_else(unusable)?;
            Ok(VerifyingKey::secret(&secret, algorithms))
        }
        (None, Some(pem)) => {
            let pem = pem_text(pem).ok_or_else(unusable)?;
            Ok(VerifyingKey::pem(pem.as_bytes(), algorithms))
        }
        _ => Err(malformed("`bearer` has either a `secret` or a `pem`")),
    }
}

/// Keys under the ids that tokens name. A secret and a public key are never for the same algorithm.
pub(crate) fn ring(keys: &[TokenKey], algorithms: &[JwsAlgorithm]) -> Result<Keyring, Refused> {
    let mut seen = BTreeSet::new();
    let mut ids = keys.iter().filter_map(|key| key.kid.as_deref());
    if !ids.all(|id| seen.insert(id)) {
        return Err(malformed("two `keys` of `bearer` have the same `kid`"));
    }
    let keys = keys.iter().enumerate().map(|(place, key)| {
        let of_kind: Vec<JwsAlgorithm> = algorithms
            .iter()
            .copied()
            .filter(|it| is_shared(*it) == key.secret.is_some())
            .collect();
        let verifying = verifying(&key.secret, &key.pem, &of_kind)?;
        let verifying = match &key.kid {
            Some(kid) => verifying.with_id(kid),
            None => verifying,
        };
        Ok(Key::public(place.to_string(), verifying))
    });
    let keys = keys.collect::<Result<Vec<_>, Refused>>()?;
    match Keyring::new(keys) {
        Err(BuildError::NoKey) => Err(malformed("`keys` of `bearer` is empty")),
        ring => Ok(ring?),
    }
}

impl KeySet {
    /// The keys that can be used for these algorithms. Sets hold others too: for encryption, or for other algorithms.
    ///
    /// # Errors
    ///
    /// Where no key can be used: the file, and of each key why not.
    pub(crate) fn ring(&self, algorithms: &[JwsAlgorithm]) -> Result<Keyring, String> {
        if self.keys.len() > MAX_KEYS {
            return Err(self.fault(&format!("over {MAX_KEYS} keys")));
        }
        let (mut usable, mut unusable) = (Vec::new(), Vec::new());
        for (place, jwk) in self.keys.iter().enumerate() {
            let key = VerifyingKey::jwk(jwk.to_string(), algorithms.iter().copied());
            match key.validate() {
                Ok(()) => usable.push(Key::public(place.to_string(), key)),
                Err(why) => unusable.push(format!("{}: {why}", named(place, jwk))),
            }
        }
        if usable.is_empty() {
            unusable.truncate(MAX_NAMED);
            let why = if unusable.is_empty() {
                "no key is in it".to_owned()
            } else {
                format!("no key can be used; {}", unusable.join("; "))
            };
            return Err(self.fault(&why));
        }
        Keyring::new(usable).map_err(|error| self.fault(&error.to_string()))
    }

    fn fault(&self, why: &str) -> String {
        match &self.file {
            Some(file) => format!("`jwks` of the file {file}: {why}"),
            None => format!("`jwks`: {why}"),
        }
    }
}

/// A key by its place, counted from 1, and its id. An id is no secret, but a long one may be something else.
fn named(place: usize, jwk: &Value) -> String {
    let place = place.saturating_add(1);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    match jwk.get("kid").and_then(Value::as_str) {
        Some(id) if id.len() <= 64 && id.chars().all(plain) => {
            format!("key {place} (`kid` {id})")
        }
        _ => format!("key {place}"),
    }
}

fn malformed(what: &str) -> Refused {
    Refused::Malformed(format!("`settings`: `access`: {what}"))
}
