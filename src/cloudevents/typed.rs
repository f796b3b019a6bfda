//! [`CloudEvent`]: an event whose data is in a type of the application's.

use std::{fmt, marker::PhantomData};

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, Error, IntoDeserializer, MapAccess,
        value::MapAccessDeserializer,
    },
};

use super::{
    attributes::Attributes,
    data_type::{is_json, is_text},
    structured::{Content, ReadData},
};
use crate::{
    json::{Json, Misfit, is_too_deep},
    request::Unsigned,
};

/// An event of any sender: its attributes, and its data as a type of the application's, or as it came.
///
/// `Debug` shows type and time, and what kind of data there is.
#[derive(Clone)]
pub struct CloudEvent<T> {
    /// What it carries.
    pub data: TypedData<T>,
    pub(crate) origin: Origin,
}

impl<T> CloudEvent<T> {
    pub(crate) fn new(origin: Origin, data: TypedData<T>) -> Self {
        Self { data, origin }
    }

    /// The attributes, where the proof covers them. Only in binary mode under a signature over the body it does not.
    pub fn attributes(&self) -> Option<&Attributes> {
        self.origin.signed()
    }

    /// The attributes, where nothing signs them: whoever captured a delivery can send it again under others.
    pub fn claimed(&self) -> Option<&Unsigned<Attributes>> {
        self.origin.claimed()
    }

    /// The data, where it fits its type.
    pub fn known(&self) -> Option<&T> {
        match &self.data {
            TypedData::Known(data) => Some(data),
            _ => None,
        }
    }
}

impl<T> fmt::Debug for CloudEvent<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudEvent")
            .field("attributes", &self.attributes())
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

/// What an event carries. A handler has to meet each kind, so the list is closed on purpose.
#[derive(Clone)]
pub enum TypedData<T> {
    /// Nothing.
    Missing,
    /// It fits.
    Known(T),
    /// It is not a `T`, or of a type of event that the application does not name. Not an error of the sender's: handle
    /// what you can, ignore the rest.
    Unrecognized {
        /// The text that should be JSON.
        raw: Bytes,
        /// Why it does not fit.
        error: Misfit,
    },
    /// It is no JSON, as `datacontenttype` says, but text.
    Text(String),
    /// It is neither, or nothing says what it is.
    Bytes(Bytes),
}

/// Shows the kind and the length.
impl<T> fmt::Debug for TypedData<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("Missing"),
            Self::Known(_) => f.write_str("Known(..)"),
            Self::Unrecognized { error, .. } => f
                .debug_struct("Unrecognized")
                .field("error", error)
                .finish_non_exhaustive(),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
        }
    }
}

/// What is known of where an event's attributes come from.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    Signed(Attributes),
    Claimed(Unsigned<Attributes>),
}

impl Origin {
    pub(crate) fn signed(&self) -> Option<&Attributes> {
        match self {
            Self::Signed(attributes) => Some(attributes),
            Self::Claimed(_) => None,
        }
    }

    pub(crate) fn claimed(&self) -> Option<&Unsigned<Attributes>> {
        match self {
            Self::Signed(_) => None,
            Self::Claimed(attributes) => Some(attributes),
        }
    }
}

/// Reads data as a `T`.
pub(crate) struct AsType<T> {
    by_type: bool,
    data: PhantomData<fn() -> T>,
}

/// Data whose event's type the application names, or not.
pub(crate) enum Fit<T> {
    Known(T),
    OtherType(Json),
}

impl<T: DeserializeOwned> AsType<T> {
    /// `by_type` where `T` is an enum whose variants are types of events.
    pub(crate) const fn new(by_type: bool) -> Self {
        Self {
            by_type,
            data: PhantomData,
        }
    }

    /// What was read in structured mode. Bytes are JSON or text where `content_type` says so.
    pub(crate) fn of_content(
        &self,
        content: Content<Fit<T>>,
        (event_type, content_type): (&str, Option<&str>),
    ) -> TypedData<T> {
        match content {
            Content::Missing => TypedData::Missing,
            Content::Typed(fit) => of_fit(fit),
            Content::Misfit { raw, error } => TypedData::Unrecognized {
                raw: Bytes::from(raw.get().to_owned()),
                error,
            },
            Content::Text(text) => TypedData::Text(text),
            Content::Binary(bytes) => self.of_bytes(bytes.into(), (event_type, content_type)),
        }
    }

    /// Bytes, as `content_type` says what they are. Without one, nothing is assumed of them.
    pub(crate) fn of_bytes(
        &self,
        bytes: Bytes,
        (event_type, content_type): (&str, Option<&str>),
    ) -> TypedData<T> {
        match content_type {
            Some(it) if is_json(it) => self.of_json(bytes, event_type),
            Some(it) if is_text(it) => match std::str::from_utf8(&bytes) {
                Ok(text) => TypedData::Text(text.to_owned()),
                Err(_) => TypedData::Bytes(bytes),
            },
            _ => TypedData::Bytes(bytes),
        }
    }

    /// JSON.
    pub(crate) fn of_json(&self, bytes: Bytes, event_type: &str) -> TypedData<T> {
        let read = if is_too_deep(&bytes) {
            Err(Misfit::TooDeep)
        } else {
            let mut json = serde_json::Deserializer::from_slice(&bytes);
            let fit = self.read(event_type, &mut json);
            fit.and_then(|fit| json.end().map(|()| fit))
                .map_err(|error| Misfit::at(&error))
        };
        match read {
            Ok(fit) => of_fit(fit),
            Err(error) => TypedData::Unrecognized { raw: bytes, error },
        }
    }
}

fn of_fit<T>(fit: Fit<T>) -> TypedData<T> {
    match fit {
        Fit::Known(data) => TypedData::Known(data),
        Fit::OtherType(json) => TypedData::Unrecognized {
            raw: Bytes::from(json.get().to_owned()),
            error: Misfit::UnknownName,
        },
    }
}

impl<T: DeserializeOwned> ReadData for AsType<T> {
    type Data = Fit<T>;

    fn read<'de, D: Deserializer<'de>>(
        &self,
        event_type: &str,
        data: D,
    ) -> Result<Fit<T>, D::Error> {
        if !self.by_type {
            return T::deserialize(data).map(Fit::Known);
        }
        let mut data = Some(data);
        let mut is_other = false;
        let tagged = Tagged {
            event_type,
            data: &mut data,
            next: Next::Type,
            is_other: &mut is_other,
        };
        let read = T::deserialize(MapAccessDeserializer::new(tagged));
        match (read, data) {
            (Err(_), Some(data)) if is_other => Json::deserialize(data).map(Fit::OtherType),
            (read, _) => read.map(Fit::Known),
        }
    }
}

/// The object `{"type": …, "data": …}`, of which only the second is in the body: what serde's `tag` and `content` read.
struct Tagged<'t, D> {
    event_type: &'t str,
    data: &'t mut Option<D>,
    next: Next,
    /// The type is none of the enum's.
    is_other: &'t mut bool,
}

enum Next {
    Type,
    Data,
    Nothing,
}

impl<'de, D: Deserializer<'de>> MapAccess<'de> for Tagged<'_, D> {
    type Error = D::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, D::Error> {
        let name = match self.next {
            Next::Type => "type",
            Next::Data => "data",
            Next::Nothing => return Ok(None),
        };
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, D::Error> {
        if let Next::Type = self.next {
            self.next = Next::Data;
            let read = seed.deserialize(self.event_type.into_deserializer());
            *self.is_other = read.is_err();
            return read;
        }
        self.next = Next::Nothing;
        let data = self.data.take();
        seed.deserialize(data.ok_or_else(|| D::Error::custom("no data"))?)
    }
}
