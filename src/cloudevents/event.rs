//! An event whose data nobody has looked at yet.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Serialize, Serializer, de::Deserialize, ser::SerializeMap};

use super::{
    attributes::Attributes,
    structured::{Content, NotAnEvent, ReadData, Structured},
    tolerance::Tolerances,
};
use crate::json::Json;

/// An event: its attributes, and its data as it was written.
///
/// Serialised, it is in structured JSON mode again, every member with an equal value.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Event {
    /// What is said about it.
    pub attributes: Attributes,
    /// What it carries.
    pub data: Option<Data>,
}

/// What an event carries.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Data {
    /// The member `data`.
    Json(Json),
    /// The member `data_base64`, decoded.
    Binary(Binary),
}

/// Bytes. `Debug` shows how many.
#[derive(Clone, PartialEq, Eq)]
pub struct Binary(pub Vec<u8>);

impl std::fmt::Debug for Binary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Binary({} bytes)", self.0.len())
    }
}

impl Event {
    /// An event without data.
    pub fn new(attributes: Attributes) -> Self {
        Self {
            attributes,
            data: None,
        }
    }

    /// The event with this data.
    #[must_use]
    pub fn with_data(mut self, data: Data) -> Self {
        self.data = Some(data);
        self
    }

    /// Reads a body in structured JSON mode. The event is not a verified one: that is what a receiver is
    /// for.
    ///
    /// # Errors
    ///
    /// When the body is not the envelope of one event.
    ///
    /// # Examples
    ///
    /// ```
    /// use hookgate::cloudevents::{Event, Extension};
    ///
    /// let body = br#"{"specversion":"1.0","id":"1","source":"/s","type":"t","level":3,"data":[1.50]}"#;
    /// let event = Event::from_structured(body)?;
    /// assert!(matches!(event.attributes.extension("level"), Some(Extension::Integer(3))));
    /// # Ok::<(), hookgate::cloudevents::NotAnEvent>(())
    /// ```
    pub fn from_structured(body: &[u8]) -> Result<Self, NotAnEvent> {
        let read = Structured::read(body, None, Tolerances::AS_WRITTEN, &AsWritten)?;
        Ok(Self {
            attributes: read.attributes,
            data: match read.content {
                Content::Missing => None,
                Content::Typed(json) | Content::Misfit { raw: json, .. } => Some(Data::Json(json)),
                Content::Text(text) => Json::of(&text).ok().map(Data::Json),
                Content::Binary(bytes) => Some(Data::Binary(Binary(bytes))),
            },
        })
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.attributes.write(&mut map)?;
        match &self.data {
            None => {}
            Some(Data::Json(json)) => map.serialize_entry("data", json)?,
            Some(Data::Binary(Binary(bytes))) => {
                map.serialize_entry("data_base64", &BASE64_STANDARD.encode(bytes))?;
            }
        }
        map.end()
    }
}

/// Keeps data as it is.
struct AsWritten;

impl ReadData for AsWritten {
    type Data = Json;

    fn read<'de, D: serde::Deserializer<'de>>(
        &self,
        _event_type: &str,
        data: D,
    ) -> Result<Json, D::Error> {
        Json::deserialize(data)
    }
}
