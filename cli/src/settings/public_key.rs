//! Public keys, as records and settings spell them, and [`PublicKeyRule`]: how a sender signs with a private key.

use base64::{Engine, engine::general_purpose::STANDARD};
use hookgate::{
    Key, Keyring,
    keys::{JwsAlgorithm, VerifyingKey},
    schemes::{PublicKeySignature, PublicKeySignatureConfig},
};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Map, Value};

use crate::settings::{
    pem::pem_text, refused::Refused, shared_secret::secret, signed_request::KEY_IDS, text::Text,
    token_binding::token_key,
};

/// A public key as a record spells it, for these algorithms; `None` when it cannot be one.
pub(crate) fn public_key(text: &str, algorithms: &[JwsAlgorithm]) -> Option<VerifyingKey> {
    let algorithms = algorithms.iter().copied();
    let key = match text.split_once(':') {
        Some(("pem", pem)) => VerifyingKey::pem(pem_text(pem)?.as_bytes(), algorithms),
        Some(("der", der)) => VerifyingKey::der(STANDARD.decode(der).ok()?, algorithms),
        Some(("hex", hex)) => VerifyingKey::hex(hex, algorithms),
        Some(("base64", base64)) => VerifyingKey::base64(base64, algorithms),
        Some(("jwk", jwk)) => VerifyingKey::jwk(jwk, algorithms),
        _ if text.starts_with(WHPK) => VerifyingKey::whpk(text),
        _ => return None,
    };
    key.validate().ok()?;
    Some(key)
}

/// Whether a key as a record spells it can only be a public one.
pub(crate) fn is_public(text: &str) -> bool {
    ["pem:", "der:", "jwk:"]
        .iter()
        .any(|it| text.starts_with(it))
}

/// What a public key of Standard Webhooks begins with.
pub(crate) const WHPK: &str = "whpk_";

/// A key as a record spells it: one of these `algorithms` where the sender signs by them, or a public one where it says so
/// itself.
pub(crate) fn key(text: &str, id: String, algorithms: &[JwsAlgorithm]) -> Option<Key> {
    match algorithms {
        [_, ..] => token_key(text, id, algorithms, None),
        [] if text.starts_with(WHPK) => Some(Key::public(id, public_key(text, &[])?)),
        [] => Some(Key::new(id, secret(text)?)),
    }
}

/// How a sender signs, and by which ids its requests name `keys`.
pub(crate) struct PublicKeyRule {
    key_ids: Vec<Option<String>>,
    pub(crate) scheme: PublicKeySignatureConfig,
}

impl<'de> Deserialize<'de> for PublicKeyRule {
    /// Member by member: flattened, unknown ones would not be refused.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Map::deserialize(deserializer)?;
        let key_ids = members
            .remove(KEY_IDS)
            .unwrap_or_else(|| Value::Array(Vec::new()));
        Ok(Self {
            key_ids: serde_json::from_value(key_ids).map_err(D::Error::custom)?,
            scheme: serde_json::from_value(members.into()).map_err(D::Error::custom)?,
        })
    }
}

impl PublicKeyRule {
    /// The scheme and these keys. A key's id is its place.
    pub(crate) fn scheme(
        self,
        keys: &[Text<'_>],
    ) -> Result<(PublicKeySignature, Keyring), Refused> {
        let algorithm = [self.scheme.algorithm];
        let scheme = self.scheme.try_into()?;
        let ring = ring_of(keys, &self.key_ids, |text| public_key(text, &algorithm))?;
        Ok((scheme, ring))
    }
}

/// The ring of `keys`, each with the id by which requests name it, where they do. A key's own id is its place.
pub(crate) fn ring_of(
    keys: &[Text<'_>],
    key_ids: &[Option<String>],
    read: impl Fn(&str) -> Option<VerifyingKey>,
) -> Result<Keyring, Refused> {
    if !key_ids.is_empty() && key_ids.len() != keys.len() {
        return Err(Refused::Malformed(
            "`settings`: `key_ids`: there is not one for each of `keys`".to_owned(),
        ));
    }
    let keys = keys.iter().enumerate();
    let keys = keys.map(|(place, text)| {
        let key = read(text)?;
        let key = match key_ids.get(place) {
            Some(Some(id)) => key.with_id(id),
            _ => key,
        };
        Some(Key::public(place.to_string(), key))
    });
    let keys = keys.collect::<Option<Vec<_>>>().ok_or(Refused::BadKey)?;
    Ok(Keyring::new(keys)?)
}
