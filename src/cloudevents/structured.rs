//! From bytes in structured JSON mode to attributes and typed data, in one pass.
//!
//! Where `type` stands before `data`, which is how senders write it, data is read straight into its type.
//! Where it comes later, and where something does not fit, the text of `data` is kept and read once all
//! attributes are known. Order decides about speed, never about the result.

use std::{borrow::Cow, ops::Range};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserializer;

use super::{
    attributes::Attributes,
    data_type::is_json,
    envelope::{Envelope, Members, Read},
    tolerance::{Tolerance, Tolerances},
};
use crate::json::{Json, Misfit, is_too_deep};

/// What is not the envelope of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a CloudEvent: {reason}")]
pub struct NotAnEvent {
    reason: &'static str,
    is_foreign: bool,
}

impl NotAnEvent {
    /// What is wrong: a fixed text, nothing of the request.
    pub fn reason(self) -> &'static str {
        self.reason
    }

    /// Whether it is no CloudEvent at all: it has none of the attributes that every event has. Otherwise somebody meant it
    /// to be one, and it is broken.
    pub fn is_foreign(self) -> bool {
        self.is_foreign
    }

    /// Somebody meant it to be one.
    pub(crate) const fn new(reason: &'static str) -> Self {
        Self {
            reason,
            is_foreign: false,
        }
    }

    pub(super) const fn foreign(reason: &'static str) -> Self {
        Self {
            reason,
            is_foreign: true,
        }
    }
}

pub(super) const fn no(reason: &'static str) -> NotAnEvent {
    NotAnEvent::new(reason)
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
    /// It is not JSON, but text.
    Text(String),
    /// It is neither, or was written as bytes.
    Binary(Vec<u8>),
}

impl<T> Structured<T> {
    pub(crate) fn read<R: ReadData<Data = T>>(
        body: &[u8],
        omitted: Option<Omitted>,
        takes: Tolerances,
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
            takes,
            reader: Some(reader),
            members: &mut members,
        };
        if direct.parse().is_err() || members.is_data_mistaken(takes) {
            // Data that does not fit ends the pass as JSON that is none does. Without a type for data, a
            // second one tells them apart. It also keeps the text of data that turned out to be no JSON.
            members = Members::default();
            let raw = Envelope::<R> {
                text,
                omitted,
                takes,
                reader: None,
                members: &mut members,
            };
            raw.parse()
                .map_err(|_| no("the body is not a JSON object with attributes in their types"))?;
        }
        if omitted.is_some() != members.omitted {
            return Err(no("the member with the proof is not where it was found"));
        }
        let attributes = members.fields.checked(takes)?;
        let data = (members.data, members.data_base64);
        let content = content(data, &attributes, takes, reader)?;
        Ok(Self {
            attributes,
            content,
        })
    }
}

/// The data, once all attributes are known.
fn content<R: ReadData>(
    data: (Option<Read<'_, R::Data>>, Option<Cow<'_, str>>),
    attributes: &Attributes,
    takes: Tolerances,
    reader: &R,
) -> Result<Content<R::Data>, NotAnEvent> {
    Ok(match data {
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
            let read = if is_data_json(attributes.data_content_type.as_deref(), takes) {
                reader
                    .read(&attributes.event_type, &mut json)
                    .map(Content::Typed)
            } else {
                serde::Deserialize::deserialize(&mut json).map(Content::Text)
            };
            read.unwrap_or_else(|error| Content::Misfit {
                raw: Json::from_raw(raw),
                error: Misfit::at(&error),
            })
        }
    })
}

/// Whether the member `data` is JSON, and no text (JSON format, section 3.1.2).
pub(super) fn is_data_json(content_type: Option<&str>, takes: Tolerances) -> bool {
    takes.has(Tolerance::AnyDataType) || content_type.is_none_or(is_json)
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
            Structured::read(body.as_bytes(), Some(omitted), Tolerances::NONE, &Raw).map(|_| ())
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
