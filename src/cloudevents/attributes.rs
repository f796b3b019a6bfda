//! The attributes of an event: what is said about it, beside its data.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeMap};
use serde_json::value::RawValue;

use crate::{
    json::{Extra, Json},
    request::TraceContext,
    time::{EventTime, UnixTime},
};

/// Context attributes (CloudEvents 1.0, section "Context Attributes").
///
/// `Debug` shows type and time, and the number of extensions: `source` and `subject` may name people.
#[derive(Clone)]
#[non_exhaustive]
pub struct Attributes {
    /// The version of CloudEvents that the event is of.
    pub spec_version: SpecVersion,
    /// Identifies the event, together with `source`.
    pub id: String,
    /// Where it happened: a URI reference.
    pub source: String,
    /// What happened.
    pub event_type: String,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// What it is about, within `source`.
    pub subject: Option<String>,
    /// The media type of the data; JSON without.
    pub data_content_type: Option<String>,
    /// The schema of the data: a URI.
    pub data_schema: Option<String>,
    /// All other attributes, each as it was written.
    pub extensions: Extra,
}

impl Attributes {
    /// The three that every event has.
    pub fn new(
        id: impl Into<String>,
        source: impl Into<String>,
        event_type: impl Into<String>,
    ) -> Self {
        Self {
            spec_version: SpecVersion::V1,
            id: id.into(),
            source: source.into(),
            event_type: event_type.into(),
            time: None,
            subject: None,
            data_content_type: None,
            data_schema: None,
            extensions: Extra::default(),
        }
    }

    /// When it happened. `None` without a time, and when it is no time by RFC 3339.
    pub fn occurred_at(&self) -> Option<UnixTime> {
        self.event_time().at()
    }

    /// The same, where one that cannot be read is told from none.
    pub(crate) fn event_time(&self) -> EventTime {
        self.time
            .as_ref()
            .map_or(EventTime::Missing, |time| time.time)
    }

    /// The extension `name`, in the type system of CloudEvents. `null` is one that is not set.
    pub fn extension(&self, name: &str) -> Option<Extension<'_>> {
        let json = self.extensions.get(name)?;
        Some(match json.get().as_bytes() {
            b"null" => return None,
            b"true" => Extension::Boolean(true),
            b"false" => Extension::Boolean(false),
            [b'"', ..] => match serde_json::from_str(json.get()) {
                Ok(text) => Extension::Text(text),
                Err(_) => Extension::Other(json),
            },
            _ => match json.get().parse() {
                Ok(number) => Extension::Integer(number),
                Err(_) => Extension::Other(json),
            },
        })
    }

    /// The trace that the event belongs to, by the extension for distributed tracing: `traceparent`, and
    /// `tracestate` where that is well-formed.
    pub fn trace_context(&self) -> Option<TraceContext> {
        if self.extensions.is_empty() {
            return None;
        }
        let text = |name| match self.extension(name) {
            Some(Extension::Text(text)) => Some(text),
            _ => None,
        };
        let context = TraceContext::parse(text("traceparent")?.as_bytes())?;
        Some(match text("tracestate") {
            Some(state) => context.with_state(state.as_bytes()),
            None => context,
        })
    }

    pub(super) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("specversion", self.spec_version.as_str())?;
        map.serialize_entry("type", &self.event_type)?;
        map.serialize_entry("source", &self.source)?;
        map.serialize_entry("id", &self.id)?;
        if let Some(time) = &self.time {
            map.serialize_entry("time", time)?;
        }
        for (name, value) in [
            ("subject", &self.subject),
            ("datacontenttype", &self.data_content_type),
            ("dataschema", &self.data_schema),
        ] {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        self.extensions
            .iter()
            .try_for_each(|(name, value)| map.serialize_entry(name, value))
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attributes")
            .field("event_type", &self.event_type)
            .field("time", &self.time)
            .field("extensions", &self.extensions.len())
            .finish_non_exhaustive()
    }
}

/// A version of CloudEvents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpecVersion {
    /// 1.0.
    #[default]
    V1,
    /// 0.3. Only where that is [tolerated](super::Tolerance::Version03).
    V03,
}

impl SpecVersion {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "1.0",
            Self::V03 => "0.3",
        }
    }
}

/// A moment as its sender wrote it.
///
/// What is no RFC 3339 time is kept, and is no time. A receiver that checks times refuses such an event; who reads one
/// without a receiver must not lose what it says over the way it writes its date.
#[derive(Clone)]
pub struct Timestamp {
    written: Written,
    time: EventTime,
}

#[derive(Clone)]
enum Written {
    Text(String),
    /// JSON that is no text.
    Other(Json),
}

impl Timestamp {
    /// A text that should be an RFC 3339 time.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            time: EventTime::of_rfc3339(&text),
            written: Written::Text(text),
        }
    }

    /// JSON that should be such a text.
    pub(super) fn of_json(json: &RawValue) -> Self {
        match serde_json::from_str::<String>(json.get()) {
            Ok(text) => Self::new(text),
            Err(_) => Self {
                written: Written::Other(Json::from_raw(json)),
                time: EventTime::Unreadable,
            },
        }
    }

    /// The text as it was written; of what is no text, its JSON.
    pub fn as_str(&self) -> &str {
        match &self.written {
            Written::Text(text) => text,
            Written::Other(json) => json.get(),
        }
    }

    /// The moment.
    pub fn at(&self) -> Option<UnixTime> {
        self.time.at()
    }
}

impl From<UnixTime> for Timestamp {
    fn from(at: UnixTime) -> Self {
        Self {
            written: Written::Text(at.to_rfc3339()),
            time: EventTime::At(at),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at() {
            Some(at) => at.fmt(f),
            None => f.write_str("Timestamp(..)"),
        }
    }
}

/// From a text.
impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.written {
            Written::Text(text) => serializer.serialize_str(text),
            Written::Other(json) => json.serialize(serializer),
        }
    }
}

/// The value of an extension, in the types that CloudEvents has for JSON.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Extension<'a> {
    /// A truth value.
    Boolean(bool),
    /// A whole number of 32 bits with its sign.
    Integer(i32),
    /// A text: String, URI, URI reference, Timestamp or Binary.
    Text(Cow<'a, str>),
    /// JSON that CloudEvents has no type for.
    Other(&'a Json),
}
