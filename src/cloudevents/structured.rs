//! From bytes in structured JSON mode to attributes and typed data, in one pass.
//!
//! Where `type` stands before `data`, which is how senders write it, data is read straight into its type.
//! Where it comes later, and where something does not fit, the text of `data` is kept and read once all
//! attributes are known. Order decides about speed, never about the result.

use std::{borrow::Cow, fmt, ops::Range};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{
    Deserializer,
    de::{self, DeserializeSeed, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::attributes::{Attributes, Timestamp};
use crate::json::{Extra, Json, Misfit, is_too_deep, members::Name};

/// A body that is not the envelope of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a CloudEvent: {reason}")]
pub struct NotAnEvent {
    reason: &'static str,
}

impl NotAnEvent {
    /// What is wrong: a fixed text, nothing of the body.
    pub fn reason(self) -> &'static str {
        self.reason
    }
}

const fn no(reason: &'static str) -> NotAnEvent {
    NotAnEvent { reason }
}

/// Makes data of its JSON, once the event's type is known.
pub(crate) trait ReadData {
    type Data;

    fn read<'de, D: Deserializer<'de>>(
        &self,
        event_type: &str,
        data: D,
    ) -> Result<Self::Data, D::Error>;
}

/// A member of the envelope that is no attribute: it holds the proof of all others.
#[derive(Clone)]
pub(crate) struct Omitted {
    pub(crate) name: &'static str,
    /// Where it must stand, if the proof was taken out of this very text.
    pub(crate) within: Option<Range<usize>>,
}

/// What was read of a body.
pub(crate) struct Structured<T> {
    pub(crate) attributes: Attributes,
    pub(crate) content: Content<T>,
}

/// What became of the data.
pub(crate) enum Content<T> {
    /// There is none.
    Missing,
    /// It fits its type.
    Typed(T),
    /// It does not.
    Misfit { raw: Json, error: Misfit },
    /// It is not JSON.
    Binary(Vec<u8>),
}

impl<T> Structured<T> {
    pub(crate) fn read<R: ReadData<Data = T>>(
        body: &[u8],
        omitted: Option<Omitted>,
        reader: &R,
    ) -> Result<Self, NotAnEvent> {
        let text = std::str::from_utf8(body).map_err(|_| no("the body is not UTF-8"))?;
        if is_too_deep(body) {
            return Err(no("the body is nested too deep"));
        }
        let omitted = omitted.as_ref();
        let mut members = Members::default();
        let direct = Envelope {
            text,
            omitted,
            reader: Some(reader),
            members: &mut members,
        };
        if direct.parse().is_err() {
            // Data that does not fit ends the pass as JSON that is none does. Without a type for data, a
            // second one tells them apart.
            members = Members::default();
            let raw = Envelope::<R> {
                text,
                omitted,
                reader: None,
                members: &mut members,
            };
            raw.parse()
                .map_err(|_| no("the body is not a JSON object with attributes in their types"))?;
        }
        members.checked(omitted.is_some(), reader)
    }
}

/// The members of an envelope, as far as they were there.
struct Members<'de, T> {
    specversion: Option<Cow<'de, str>>,
    id: Option<String>,
    source: Option<String>,
    event_type: Option<String>,
    time: Option<Timestamp>,
    subject: Option<String>,
    data_content_type: Option<String>,
    data_schema: Option<String>,
    extensions: Extra,
    data: Option<Read<'de, T>>,
    data_base64: Option<Cow<'de, str>>,
    omitted: bool,
}

impl<T> Default for Members<'_, T> {
    fn default() -> Self {
        Self {
            specversion: None,
            id: None,
            source: None,
            event_type: None,
            time: None,
            subject: None,
            data_content_type: None,
            data_schema: None,
            extensions: Extra::default(),
            data: None,
            data_base64: None,
            omitted: false,
        }
    }
}

enum Read<'de, T> {
    Typed(T),
    Raw(&'de RawValue),
}

impl<T> Members<'_, T> {
    fn checked<R: ReadData<Data = T>>(
        self,
        wants_omitted: bool,
        reader: &R,
    ) -> Result<Structured<T>, NotAnEvent> {
        let filled =
            |text: Option<String>, reason| text.filter(|text| !text.is_empty()).ok_or(no(reason));
        if self.specversion.as_deref() != Some("1.0") {
            return Err(no("`specversion` is missing or not 1.0"));
        }
        if wants_omitted != self.omitted {
            return Err(no("the member with the proof is not where it was found"));
        }
        let attributes = Attributes {
            id: filled(self.id, "`id` is missing or empty")?,
            source: filled(self.source, "`source` is missing or empty")?,
            event_type: filled(self.event_type, "`type` is missing or empty")?,
            time: self.time,
            subject: self.subject,
            data_content_type: self.data_content_type,
            data_schema: self.data_schema,
            extensions: self.extensions,
        };
        let content = match (self.data, self.data_base64) {
            (Some(_), Some(_)) => return Err(no("there is both `data` and `data_base64`")),
            (None, None) => Content::Missing,
            (None, Some(text)) => Content::Binary(
                BASE64_STANDARD
                    .decode(&*text)
                    .map_err(|_| no("`data_base64` is not base64"))?,
            ),
            (Some(Read::Typed(data)), None) => Content::Typed(data),
            (Some(Read::Raw(raw)), None) => {
                let mut json = serde_json::Deserializer::from_str(raw.get());
                match reader.read(&attributes.event_type, &mut json) {
                    Ok(data) => Content::Typed(data),
                    Err(error) => Content::Misfit {
                        raw: Json::from_raw(raw),
                        error: Misfit::at(&error),
                    },
                }
            }
        };
        Ok(Structured {
            attributes,
            content,
        })
    }
}

/// Reads an envelope; data too, if there is a reader and the type is known in time.
struct Envelope<'de, 'r, R: ReadData> {
    text: &'de str,
    omitted: Option<&'r Omitted>,
    reader: Option<&'r R>,
    /// Filled in place: they are too many to be handed around.
    members: &'r mut Members<'de, R::Data>,
}

impl<'de, R: ReadData> Envelope<'de, '_, R> {
    fn parse(self) -> Result<(), serde_json::Error> {
        let mut json = serde_json::Deserializer::from_str(self.text);
        json.deserialize_map(self)?;
        json.end()
    }

    /// Reads the member that holds the proof and tells whether it stands where that was found.
    fn is_in_place<A: MapAccess<'de>>(
        &self,
        omitted: &Omitted,
        map: &mut A,
    ) -> Result<bool, A::Error> {
        // A text without escapes is a part of the body, and cheaper to have than a raw value.
        let value = match self.reader {
            Some(_) => match map.next_value()? {
                Name(Cow::Borrowed(text)) => text,
                Name(Cow::Owned(_)) => return Err(de::Error::custom("an escape")),
            },
            None => map.next_value::<&RawValue>()?.get(),
        };
        let start = value
            .as_ptr()
            .addr()
            .wrapping_sub(self.text.as_ptr().addr());
        Ok(omitted.within.as_ref().is_none_or(|within| {
            within.contains(&start) && start.saturating_add(value.len()) <= within.end
        }))
    }
}

impl<'de, R: ReadData> Visitor<'de> for Envelope<'de, '_, R> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    /// Longer than a screen: it is a table, one row for each attribute.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // `null` is an attribute that is not set, so a place that is still empty may have been filled.
        let mut seen = Seen(0);
        while let Some(Name(name)) = map.next_key()? {
            match &*name {
                "specversion" => {
                    seen.first(0)?;
                    self.members.specversion = map
                        .next_value::<Option<Name<'de>>>()?
                        .map(|Name(text)| text);
                }
                "id" => {
                    seen.first(1)?;
                    self.members.id = map.next_value()?;
                }
                "source" => {
                    seen.first(2)?;
                    self.members.source = map.next_value()?;
                }
                "type" => {
                    seen.first(3)?;
                    self.members.event_type = map.next_value()?;
                }
                "time" => {
                    seen.first(4)?;
                    self.members.time = match self.reader {
                        Some(_) => map.next_value()?,
                        // What is no text has ended the first pass.
                        None => map
                            .next_value::<Option<&RawValue>>()?
                            .map(Timestamp::of_json),
                    };
                }
                "subject" => {
                    seen.first(5)?;
                    self.members.subject = map.next_value()?;
                }
                "datacontenttype" => {
                    seen.first(6)?;
                    self.members.data_content_type = map.next_value()?;
                }
                "dataschema" => {
                    seen.first(7)?;
                    self.members.data_schema = map.next_value()?;
                }
                "data" => {
                    seen.first(8)?;
                    self.members.data = Some(match (self.reader, &self.members.event_type) {
                        (Some(reader), Some(event_type)) => {
                            Read::Typed(map.next_value_seed(DataSeed { reader, event_type })?)
                        }
                        _ => Read::Raw(map.next_value()?),
                    });
                }
                "data_base64" => {
                    seen.first(9)?;
                    self.members.data_base64 = map
                        .next_value::<Option<Name<'de>>>()?
                        .map(|Name(text)| text);
                }
                other => match self.omitted.filter(|omitted| omitted.name == other) {
                    Some(omitted) => {
                        seen.first(10)?;
                        self.members.omitted = self.is_in_place(omitted, &mut map)?;
                    }
                    None => {
                        if self
                            .members
                            .extensions
                            .insert(other, map.next_value()?)
                            .is_some()
                        {
                            return Err(repeated());
                        }
                    }
                },
            }
        }
        Ok(())
    }
}

/// Which members have been there: a bit each.
struct Seen(u16);

impl Seen {
    fn first<E: de::Error>(&mut self, member: u8) -> Result<(), E> {
        let bit = 1_u16.checked_shl(u32::from(member)).unwrap_or(0);
        if self.0 & bit != 0 {
            return Err(repeated());
        }
        self.0 |= bit;
        Ok(())
    }
}

fn repeated<E: de::Error>() -> E {
    E::custom("a member is repeated")
}

struct DataSeed<'r, R> {
    reader: &'r R,
    event_type: &'r str,
}

impl<'de, R: ReadData> DeserializeSeed<'de> for DataSeed<'_, R> {
    type Value = R::Data;

    fn deserialize<D: Deserializer<'de>>(self, data: D) -> Result<R::Data, D::Error> {
        self.reader.read(self.event_type, data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Raw;

    impl ReadData for Raw {
        type Data = Json;

        fn read<'de, D: Deserializer<'de>>(&self, _: &str, data: D) -> Result<Json, D::Error> {
            serde::Deserialize::deserialize(data)
        }
    }

    #[test]
    fn the_member_with_the_proof_must_stand_where_it_was_found() {
        let read = |body: &str, within: Option<Range<usize>>| {
            let omitted = Omitted {
                name: "mac",
                within,
            };
            Structured::read(body.as_bytes(), Some(omitted), &Raw).map(|_| ())
        };
        for value in ["\"x\"", "\"\\u0078\""] {
            let body = format!(
                r#"{{"specversion":"1.0","id":"1","mac":{value},"type":"t","source":"s"}}"#
            );
            let start = body.find("\"mac\"").unwrap();
            let end = body.find("\"type\"").unwrap();
            assert_eq!(read(&body, Some(start..end)), Ok(()));
            assert_eq!(read(&body, None), Ok(()));
            for wrong in [0..start, end..body.len(), start..start + 7, end - 2..end] {
                assert!(read(&body, Some(wrong)).is_err());
            }
        }
        let without =
            r#"{"specversion":"1.0","id":"1","type":"t","source":"s","data":{"mac":"x"}}"#;
        assert!(read(without, None).is_err());
    }
}
