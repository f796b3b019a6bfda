//! [`WithKeyIds`]: a scheme's settings, with the ids by which requests name their keys. [`ring_of`]: those keys.

use hookgate::{Key, Keyring};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use serde_json::{Map, Value};

use crate::settings::{refused::Refused, text::Text};

/// The member of the settings that is not the scheme's.
pub(crate) const KEY_IDS: &str = "key_ids";

/// Of each of `keys` the id by which requests name it; `null` for none. Empty where they name no key.
pub(crate) type KeyIds = Vec<Option<String>>;

/// How a sender signs, and by which ids its requests name `keys`.
pub(crate) struct WithKeyIds<C> {
    pub(crate) key_ids: KeyIds,
    pub(crate) scheme: C,
}

impl<'de, C: DeserializeOwned> Deserialize<'de> for WithKeyIds<C> {
    /// Member by member: flattened, unknown ones would not be refused.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Map::deserialize(deserializer)?;
        Ok(Self {
            key_ids: taken_from(&mut members).map_err(D::Error::custom)?,
            scheme: serde_json::from_value(members.into()).map_err(D::Error::custom)?,
        })
    }
}

impl<C> WithKeyIds<C> {
    /// Under which a sender signs: the first name that there is.
    pub(crate) fn first_name(&self) -> Option<&str> {
        self.key_ids.iter().flatten().next().map(String::as_str)
    }
}

/// Takes the ids out of the members of settings.
pub(super) fn taken_from(members: &mut Map<String, Value>) -> serde_json::Result<KeyIds> {
    let key_ids = members.remove(KEY_IDS);
    serde_json::from_value(key_ids.unwrap_or_else(|| Value::Array(Vec::new())))
}

/// The ring of `keys`, each as `read` reads it: its text, its own id, which is its place, and the id by which requests name it.
pub(super) fn ring_of(
    keys: &[Text<'_>],
    key_ids: &[Option<String>],
    read: impl Fn(&str, String, Option<&str>) -> Option<Key>,
) -> Result<Keyring, Refused> {
    if !key_ids.is_empty() && key_ids.len() != keys.len() {
        return Err(Refused::Malformed(
            "`settings`: `key_ids`: there is not one for each of `keys`".to_owned(),
        ));
    }
    let keys = keys.iter().enumerate().map(|(place, text)| {
        let named = key_ids.get(place).and_then(Option::as_deref);
        read(text, place.to_string(), named)
    });
    let keys = keys.collect::<Option<Vec<_>>>().ok_or(Refused::BadKey)?;
    Ok(Keyring::new(keys)?)
}
