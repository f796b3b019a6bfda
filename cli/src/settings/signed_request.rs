//! [`SignedRequestRule`]: what requests signed with a certificate's key must be.

use std::io;

use hookgate::{
    Key, Keyring,
    keys::{JwsAlgorithm, VerifyingKey},
    schemes::{SignedRequest, SignedRequestConfig},
    simulator::Signer,
};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Map;

use crate::settings::{
    key_ids::{KeyIds, ring_of, taken_from},
    public_key::{public_key, with_name},
    refused::Refused,
    shared_secret::secret,
    text::Text,
};

/// What `keys` are for, and how the sender signs.
pub(crate) struct SignedRequestRule {
    algorithms: Vec<String>,
    key_ids: KeyIds,
    scheme: SignedRequestConfig,
}

/// The member of the settings that is not the scheme's.
const ALGORITHMS: &str = "algorithms";
/// The scheme's own fields may stand in a member of this name.
const SCHEME: &str = "scheme";

impl<'de> Deserialize<'de> for SignedRequestRule {
    /// Member by member: flattened, unknown ones would not be refused.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Map::deserialize(deserializer)?;
        let algorithms = members
            .remove(ALGORITHMS)
            .ok_or_else(|| D::Error::missing_field(ALGORITHMS))?;
        let key_ids = taken_from(&mut members).map_err(D::Error::custom)?;
        let scheme = match members.remove(SCHEME) {
            None => members.into(),
            Some(scheme) if members.is_empty() => scheme,
            Some(_) => {
                return Err(D::Error::custom(
                    "a value of the wrong type, expected one `scheme`",
                ));
            }
        };
        Ok(Self {
            algorithms: serde_json::from_value(algorithms).map_err(D::Error::custom)?,
            key_ids,
            scheme: serde_json::from_value(scheme).map_err(D::Error::custom)?,
        })
    }
}

impl SignedRequestRule {
    /// The scheme and these keys, each a public key or a certificate: `pem:…` or, in base64, `der:…`; for HMAC a
    /// shared secret as elsewhere. A key's id is its place.
    pub(crate) fn scheme(self, keys: &[Text<'_>]) -> Result<(SignedRequest, Keyring), Refused> {
        let algorithms: Option<Vec<JwsAlgorithm>> = self
            .algorithms
            .iter()
            .map(|name| JwsAlgorithm::from_name(name))
            .collect();
        let algorithms = algorithms.ok_or_else(|| {
            Refused::Malformed("`settings`: `algorithms`: one is unknown".to_owned())
        })?;
        let ring = ring_of(keys, &self.key_ids, |text, id, named| {
            Some(Key::public(id, with_name(key(text, &algorithms)?, named)))
        })?;
        Ok((self.scheme.try_into()?, ring))
    }

    /// How the sender signs, without its keys.
    pub(crate) fn config(self) -> SignedRequestConfig {
        self.scheme
    }

    /// What signs as the scheme verifies, with the first of the algorithms that the private key is for.
    pub(crate) fn signer(self, private_key: &[u8]) -> io::Result<Signer> {
        let algorithms = self.algorithms.iter();
        let mut algorithms = algorithms.filter_map(|name| JwsAlgorithm::from_name(name));
        let of = |algorithm| Signer::private_key(self.scheme.clone(), private_key, algorithm);
        algorithms.find_map(|algorithm| of(algorithm).ok()).ok_or_else(|| {
            io::Error::other(
                "the private key cannot be read (PEM: PKCS #8, for RSA also PKCS #1), or the settings name no \
                 algorithm that it signs with",
            )
        })
    }
}

/// A key as a record spells it; `None` when it cannot be one of these algorithms. What is neither PEM nor DER is a shared
/// secret.
fn key(text: &str, algorithms: &[JwsAlgorithm]) -> Option<VerifyingKey> {
    if text.starts_with("pem:") || text.starts_with("der:") {
        return public_key(text, algorithms);
    }
    let key = VerifyingKey::secret(&secret(text)?, algorithms.iter().copied());
    key.validate().ok()?;
    Some(key)
}
