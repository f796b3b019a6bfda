//! [`TokenRule`]: how a sender's tokens bind the body, and [`AudienceConfig`]: for whom they are.

use hookgate::{
    Key, Keyring,
    keys::JwsAlgorithm,
    schemes::{JwtBodyHash, JwtBodyHashConfig},
};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Map, Value};

use crate::settings::{
    public_key::{is_public, public_key},
    refused::Refused,
    shared_secret::secret,
    signed_request::KEY_IDS,
    text::Text,
};

/// How a sender signs, and by which ids its tokens name `keys`.
pub(crate) struct TokenRule {
    key_ids: Vec<Option<String>>,
    pub(crate) scheme: JwtBodyHashConfig,
}

impl<'de> Deserialize<'de> for TokenRule {
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

impl TokenRule {
    /// The scheme and these keys. A key's id is its place.
    pub(crate) fn scheme(self, keys: &[Text<'_>]) -> Result<(JwtBodyHash, Keyring), Refused> {
        let algorithms = self.scheme.algorithms.clone();
        let scheme = self.scheme.try_into()?;
        if !self.key_ids.is_empty() && self.key_ids.len() != keys.len() {
            return Err(Refused::Malformed(
                "`settings`: `key_ids`: there is not one for each of `keys`".to_owned(),
            ));
        }
        let keys = keys.iter().enumerate().map(|(place, text)| {
            let named = self.key_ids.get(place).and_then(Option::as_deref);
            token_key(text, place.to_string(), &algorithms, named)
        });
        let keys = keys.collect::<Option<Vec<_>>>().ok_or(Refused::BadKey)?;
        Ok((scheme, Keyring::new(keys)?))
    }

    /// The name of the first key.
    pub(crate) fn first_key_id(&self) -> Option<&str> {
        self.key_ids.first()?.as_deref()
    }
}

/// A key of tokens as a record spells it: for HS256 and its like a secret, else a public key.
pub(crate) fn token_key(
    text: &str,
    id: String,
    algorithms: &[JwsAlgorithm],
    named: Option<&str>,
) -> Option<Key> {
    let (shared, others): (Vec<_>, Vec<_>) = algorithms.iter().partition(|it| is_shared(**it));
    if !shared.is_empty() && (others.is_empty() || !is_public(text)) {
        return Some(Key::new(id, secret(text)?));
    }
    // Each is for one kind of key.
    let fits = |it: &JwsAlgorithm| public_key(text, &[*it]).is_some();
    let fitting: Vec<_> = others.into_iter().copied().filter(fits).collect();
    let key = public_key(text, &fitting)?;
    Some(Key::public(
        id,
        match named {
            Some(name) => key.with_id(name),
            None => key,
        },
    ))
}

/// Whether the algorithm is a MAC, with a secret that both ends have.
pub(crate) fn is_shared(algorithm: JwsAlgorithm) -> bool {
    matches!(
        algorithm,
        JwsAlgorithm::Hs256 | JwsAlgorithm::Hs384 | JwsAlgorithm::Hs512
    )
}
