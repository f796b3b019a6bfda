//! Public keys, as records and settings spell them, and [`PublicKeyRule`]: how a sender signs with a private key.

use std::io;

use base64::{Engine, engine::general_purpose::STANDARD};
use hookgate::{
    Key, Keyring,
    keys::{JwsAlgorithm, VerifyingKey},
    schemes::{PublicKeySignature, PublicKeySignatureConfig},
    simulator::Signer,
};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Map, Value};

use crate::settings::{
    pem::pem_text, refused::Refused, shared_secret::secret, signed_request::KEY_IDS, text::Text,
    token_binding::token_key,
};

/// A public key as a record spells it, for these algorithms; `None` when it cannot be one.
pub(crate) fn public_key(text: &str, algorithms: &[JwsAlgorithm]) -> Option<VerifyingKey> {
    let usable = algorithms.iter().copied();
    let key = match text.split_once(':') {
        Some(("pem", pem)) => VerifyingKey::pem(pem_text(pem)?.as_bytes(), usable),
        Some(("der", der)) => VerifyingKey::der(STANDARD.decode(der).ok()?, usable),
        Some(("hex", hex)) => VerifyingKey::hex(hex, usable),
        Some(("base64", base64)) => VerifyingKey::base64(base64, usable),
        Some(("jwk", jwk)) => VerifyingKey::jwk(jwk, usable),
        _ if text.starts_with(WHPK) && algorithms.contains(&JwsAlgorithm::EdDsa) => {
            VerifyingKey::whpk(text)
        }
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

/// Which keys a sender's requests are verified with.
pub(crate) enum KeysTaken {
    Secrets,
    Public(JwsAlgorithm),
    /// Secrets, and beside them public keys that say themselves what they are.
    Either(JwsAlgorithm),
    /// Of tokens that are signed by these: secrets for MACs, public keys for the others.
    OfTokens(Vec<JwsAlgorithm>),
}

/// A key as a record spells it; `None` when it cannot be one of those that are taken.
pub(crate) fn key(text: &str, id: String, taken: &KeysTaken) -> Option<Key> {
    match taken {
        KeysTaken::Public(algorithm) => Some(Key::public(id, public_key(text, &[*algorithm])?)),
        KeysTaken::Either(algorithm) if text.starts_with(WHPK) => {
            Some(Key::public(id, public_key(text, &[*algorithm])?))
        }
        KeysTaken::OfTokens(algorithms) => token_key(text, id, algorithms, None),
        KeysTaken::Secrets | KeysTaken::Either(_) => Some(Key::new(id, secret(text)?)),
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

    /// What signs as the scheme verifies, in requests that name the first key that has a name.
    pub(crate) fn signer(self, private_key: &[u8]) -> io::Result<Signer> {
        let names_key = self.scheme.key_id_header.is_some();
        let signer = Signer::new(self.scheme, private_key).map_err(io::Error::other)?;
        let name = self.key_ids.into_iter().flatten().next();
        match name {
            Some(name) => Ok(signer.key_id(name)),
            None if names_key => Err(io::Error::other(
                "`settings`: `key_ids`: requests name their key, so the name of the one that signs must stand here",
            )),
            None => Ok(signer),
        }
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
