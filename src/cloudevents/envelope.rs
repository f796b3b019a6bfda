//! The members of an envelope in structured JSON mode, read in one pass.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    attributes::Timestamp,
    fields::Fields,
    structured::{Omitted, ReadData, is_data_json},
    tolerance::Tolerances,
};
use crate::json::members::Name;

/// The members of an envelope, as far as they were there.
pub(super) struct Members<'de, T> {
    pub(super) fields: Fields<'de>,
    pub(super) data: Option<Read<'de, T>>,
    pub(super) data_base64: Option<Cow<'de, str>>,
    pub(super) omitted: bool,
}

impl<T> Default for Members<'_, T> {
    fn default() -> Self {
        Self {
            fields: Fields::default(),
            data: None,
            data_base64: None,
            omitted: false,
        }
    }
}

impl<T> Members<'_, T> {
    /// Whether data was read as JSON before a later member said that it is none.
    pub(super) fn is_data_mistaken(&self, takes: Tolerances) -> bool {
        let content_type = self.fields.data_content_type.as_deref();
        matches!(self.data, Some(Read::Typed(_))) && !is_data_json(content_type, takes)
    }
}

pub(super) enum Read<'de, T> {
    Typed(T),
    Raw(&'de RawValue),
}

/// Reads an envelope; data too, if there is a reader and the type is known in time.
pub(super) struct Envelope<'de, 'r, R: ReadData> {
    pub(super) text: &'de str,
    pub(super) omitted: Option<&'r Omitted>,
    pub(super) takes: Tolerances,
    pub(super) reader: Option<&'r R>,
    /// Filled in place: they are too many to be handed around.
    pub(super) members: &'r mut Members<'de, R::Data>,
}

impl<'de, R: ReadData> Envelope<'de, '_, R> {
    pub(super) fn parse(self) -> Result<(), serde_json::Error> {
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
                    self.members.fields.specversion = map
                        .next_value::<Option<Name<'de>>>()?
                        .map(|Name(text)| text);
                }
                "id" => {
                    seen.first(1)?;
                    self.members.fields.id = map.next_value()?;
                }
                "source" => {
                    seen.first(2)?;
                    self.members.fields.source = map.next_value()?;
                }
                "type" => {
                    seen.first(3)?;
                    self.members.fields.event_type = map.next_value()?;
                }
                "time" => {
                    seen.first(4)?;
                    self.members.fields.time = match self.reader {
                        Some(_) => map.next_value()?,
                        // What is no text has ended the first pass.
                        None => map
                            .next_value::<Option<&RawValue>>()?
                            .map(Timestamp::of_json),
                    };
                }
                "subject" => {
                    seen.first(5)?;
                    self.members.fields.subject = map.next_value()?;
                }
                "datacontenttype" => {
                    seen.first(6)?;
                    self.members.fields.data_content_type = map.next_value()?;
                }
                "dataschema" => {
                    seen.first(7)?;
                    self.members.fields.data_schema = map.next_value()?;
                }
                "data" => {
                    seen.first(8)?;
                    let fields = &self.members.fields;
                    let content_type = fields.data_content_type.as_deref();
                    let is_json = is_data_json(content_type, self.takes);
                    let reader = self.reader.filter(|_| is_json);
                    self.members.data = Some(match (reader, &fields.event_type) {
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
                        let value = map.next_value()?;
                        let extensions = &mut self.members.fields.extensions;
                        if extensions.insert(other, value).is_some() {
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
