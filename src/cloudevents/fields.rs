//! [`Fields`]: the attributes of an event while they are read. What must be there is asked for once, for every mode.

use std::borrow::Cow;

use super::{
    Attributes, SpecVersion, Timestamp, Tolerance,
    structured::{NotAnEvent, no},
    tolerance::Tolerances,
};
use crate::json::{Extra, Json};

#[derive(Default)]
pub(super) struct Fields<'de> {
    pub(super) specversion: Option<Cow<'de, str>>,
    pub(super) id: Option<String>,
    pub(super) source: Option<String>,
    pub(super) event_type: Option<String>,
    pub(super) time: Option<Timestamp>,
    pub(super) subject: Option<String>,
    pub(super) data_content_type: Option<String>,
    pub(super) data_schema: Option<String>,
    pub(super) extensions: Extra,
}

impl Fields<'_> {
    /// # Errors
    ///
    /// When an attribute is missing that every event has, or one is not as it should be and that is not tolerated.
    pub(super) fn checked(self, takes: Tolerances) -> Result<Attributes, NotAnEvent> {
        let required = [&self.id, &self.source, &self.event_type];
        if self.specversion.is_none() && required.iter().all(|it| it.is_none()) {
            return Err(NotAnEvent::foreign(
                "no CloudEvent at all: it has none of the attributes that every event has",
            ));
        }
        let spec_version = match self.specversion.as_deref() {
            Some("1.0") => SpecVersion::V1,
            Some("0.3") if takes.has(Tolerance::Version03) => SpecVersion::V03,
            _ => return Err(no("`specversion` is missing or not 1.0")),
        };
        let filled =
            |text: Option<String>, reason| text.filter(|text| !text.is_empty()).ok_or(no(reason));
        let optional = [&self.subject, &self.data_content_type, &self.data_schema];
        let is_empty = |text: &&Option<String>| text.as_deref() == Some("");
        if !takes.has(Tolerance::EmptyText) && optional.iter().any(is_empty) {
            return Err(no("an attribute is empty"));
        }
        for (name, value) in self.extensions.iter() {
            if !takes.has(Tolerance::AnyName) && !is_name(name) {
                return Err(no(
                    "the name of an extension is not of `a` to `z` and digits",
                ));
            }
            if !takes.has(Tolerance::AnyValue) && !is_value(value) {
                return Err(no("an extension is no text, whole number or truth value"));
            }
        }
        Ok(Attributes {
            spec_version,
            id: filled(self.id, "`id` is missing or empty")?,
            source: filled(self.source, "`source` is missing or empty")?,
            event_type: filled(self.event_type, "`type` is missing or empty")?,
            time: self.time,
            subject: self.subject,
            data_content_type: self.data_content_type,
            data_schema: self.data_schema,
            extensions: self.extensions,
        })
    }
}

/// CloudEvents 1.0, section "Naming Conventions".
fn is_name(name: &str) -> bool {
    let is_one = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    !name.is_empty() && name.bytes().all(is_one)
}

/// Whether it is one of the types that CloudEvents has in JSON, or not set (JSON format, section 2.2).
fn is_value(value: &Json) -> bool {
    match value.get().as_bytes() {
        [b'"', ..] | b"null" | b"true" | b"false" => true,
        _ => value.get().parse::<i32>().is_ok(),
    }
}
