//! [`Envelope`]: the two members that a preset reads of a body that it otherwise leaves alone.

use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Names of top-level members of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) id: &'static str,
    pub(super) event_type: &'static str,
}

/// The text of those members. What is not there, or is no text, is not there.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Envelope {
    pub(super) id: Option<String>,
    pub(super) event_type: Option<String>,
}

impl Envelope {
    /// Reads a body; one that is no JSON object has no such members.
    ///
    /// # Errors
    ///
    /// When a member stands twice: readers disagree on which one counts.
    pub(super) fn read(body: &[u8], names: Names) -> Result<Self, Repeated> {
        let mut repeated = false;
        let mut json = serde_json::Deserializer::from_slice(body);
        let members = Members {
            names,
            repeated: &mut repeated,
        };
        let read = members
            .deserialize(&mut json)
            .and_then(|envelope| json.end().map(|()| envelope));
        match read {
            _ if repeated => Err(Repeated),
            Ok(envelope) => Ok(envelope),
            Err(_) => Ok(Self::default()),
        }
    }
}

/// A member that counts stands twice.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repeated;

struct Members<'a> {
    names: Names,
    repeated: &'a mut bool,
}

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = Envelope;

    fn deserialize<D: de::Deserializer<'de>>(self, json: D) -> Result<Envelope, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Envelope;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope, A::Error> {
        let (mut id, mut event_type) = (None, None);
        while let Some(name) = map.next_key::<String>()? {
            let place = if name == self.names.id {
                &mut id
            } else if name == self.names.event_type {
                &mut event_type
            } else {
                map.next_value::<de::IgnoredAny>()?;
                continue;
            };
            let value = map.next_value::<&RawValue>()?;
            if place.replace(text(value)).is_some() {
                *self.repeated = true;
                return Err(de::Error::custom("a member is repeated"));
            }
        }
        Ok(Envelope {
            id: id.flatten(),
            event_type: event_type.flatten(),
        })
    }
}

/// The text, where the value is one and says something.
fn text(value: &RawValue) -> Option<String> {
    let text: String = serde_json::from_str(value.get()).ok()?;
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names = Names {
        id: "id",
        event_type: "type",
    };

    fn read(body: &str) -> Result<(Option<String>, Option<String>), Repeated> {
        Envelope::read(body.as_bytes(), NAMES).map(|read| (read.id, read.event_type))
    }

    #[test]
    fn only_top_level_text_counts() {
        let both = Ok((Some("evt_1".to_owned()), Some("paid".to_owned())));
        assert_eq!(
            read(r#"{"a":{"id":"no"},"type":"paid","id":"evt_1"}"#),
            both
        );
        assert_eq!(read(r#"{"i\u0064":"evt\u005f1","type":"paid"}"#), both);
        for body in [
            r#"{"id":17,"type":null}"#,
            r#"{"id":"","type":{}}"#,
            r#"["id","evt_1"]"#,
            r#"{"id":"evt_1"} trailing"#,
            r#"{"id":"evt_1""#,
            "token=1&id=2",
            "",
        ] {
            assert_eq!(read(body), Ok((None, None)), "{body}");
        }
    }

    #[test]
    fn a_member_that_stands_twice_identifies_nothing() {
        for body in [
            r#"{"id":"a","id":"b"}"#,
            r#"{"id":17,"i\u0064":"b"}"#,
            r#"{"type":"a","type":"a","id":"b"}"#,
        ] {
            assert_eq!(read(body), Err(Repeated), "{body}");
        }
    }
}
