//! JSON that the sender leaves open: kept as it was written, never shown.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeOwned, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// One JSON value, kept as the text that the sender wrote.
///
/// Numbers stay exact at any size, members keep their order, and nothing is parsed until someone
/// asks. `Debug` shows the length only: what is free-form is likely to be personal.
#[derive(Clone)]
pub struct Json(Box<RawValue>);

impl Json {
    /// The JSON text of `value`.
    ///
    /// # Errors
    ///
    /// When `value` cannot be written as JSON, such as a map whose keys are not text.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::value::to_raw_value(value).map(Self)
    }

    /// Checks that `text` is JSON and keeps it.
    pub(crate) fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self)
    }

    pub(crate) fn from_raw(raw: &RawValue) -> Self {
        Self(raw.to_owned())
    }

    /// The JSON text, without white space around it.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Reads the text as a type of yours.
    ///
    /// # Errors
    ///
    /// When the text does not fit `T`. The error may quote the text: do not log it.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.get())
    }
}

/// An empty object.
impl Default for Json {
    fn default() -> Self {
        // Cannot fail; `null` would be the next best thing.
        Self::read("{}").unwrap_or_else(|_| Self(RawValue::NULL.to_owned()))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::deserialize(deserializer).map(Self)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({} bytes)", self.get().len())
    }
}

/// An object whose member names are data themselves: route parameters, identities by provider.
///
/// Reading refuses a name that comes twice. `Debug` shows the number of members only.
#[derive(Clone)]
pub struct ByName<V>(
    #[expect(
        clippy::box_collection,
        reason = "most objects have no member, and an empty map takes three words and its own drop"
    )]
    Option<Box<BTreeMap<String, V>>>,
);

impl<V> ByName<V> {
    /// The value under `name`.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.0.as_ref()?.get(name)
    }

    /// Puts `value` under `name` and gives back what was there.
    pub fn insert(&mut self, name: impl Into<String>, value: V) -> Option<V> {
        let members = self.0.get_or_insert_default();
        members.insert(name.into(), value)
    }

    /// Names and values, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        let members = self.0.iter().flat_map(|members| members.iter());
        members.map(|(name, value)| (name.as_str(), value))
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |members| members.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<V> {
        self.0.as_mut()?.remove(name)
    }
}

impl<V> Default for ByName<V> {
    fn default() -> Self {
        Self(None)
    }
}

impl<V> fmt::Debug for ByName<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ByName({} members)", self.len())
    }
}

impl<V: Serialize> Serialize for ByName<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for ByName<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<V>(std::marker::PhantomData<V>);

        impl<'de, V: Deserialize<'de>> Visitor<'de> for Members<V> {
            type Value = ByName<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ByName<V>, A::Error> {
                let mut members = ByName::default();
                while let Some((name, value)) = map.next_entry::<String, V>()? {
                    if members.insert(name, value).is_some() {
                        return Err(de::Error::custom("a member is repeated"));
                    }
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Members(std::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    #[test]
    fn members_are_read_by_name_counted_and_read_once() {
        let mut members: ByName<u8> = serde_json::from_str(r#"{"b":2,"a":1}"#).unwrap();
        assert_eq!((members.len(), members.is_empty()), (2, false));
        assert!(members.iter().eq([("a", &1), ("b", &2)]));
        assert_eq!((members.get("b"), members.get("c")), (Some(&2), None));
        assert_eq!(members.insert("c", 3), None);
        assert_eq!((members.insert("c", 4), members.len()), (Some(3), 3));
        let none: ByName<u8> = serde_json::from_str("{}").unwrap();
        assert_eq!((none.len(), none.is_empty()), (0, true));
        assert!(serde_json::from_str::<ByName<u8>>(r#"{"a":1,"a":1}"#).is_err());
    }
}
