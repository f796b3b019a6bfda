//! What a verdict says of a CloudEvent: its attributes and its data, as the receiver read them.

use base64::{Engine, engine::general_purpose::STANDARD};
use hookgate::{
    cloudevents::{Attributes, CloudEvent, TypedData},
    json::Json,
};
use serde::{
    Serialize, Serializer,
    ser::{Error, SerializeMap},
};
use serde_json::value::RawValue;

/// `attributes`, or `claimed_attributes` where nothing signs them. Beside them `data`, `data_base64` where it is bytes, or
/// `unrecognized_base64` where it is not what its type says.
pub(super) fn write<M: SerializeMap>(
    members: &mut M,
    event: &CloudEvent<Json>,
) -> Result<(), M::Error> {
    if let Some(attributes) = event.attributes() {
        members.serialize_entry("attributes", &Written(attributes))?;
    }
    if let Some(claimed) = event.claimed() {
        let attributes = claimed.trust_unsigned();
        members.serialize_entry("claimed_attributes", &Written(attributes))?;
    }
    match &event.data {
        TypedData::Missing => Ok(()),
        TypedData::Known(json) => members.serialize_entry("data", &OnOneLine(json)),
        TypedData::Text(text) => members.serialize_entry("data", text),
        TypedData::Bytes(bytes) => members.serialize_entry("data_base64", &STANDARD.encode(bytes)),
        TypedData::Unrecognized { raw, .. } => {
            members.serialize_entry("unrecognized_base64", &STANDARD.encode(raw))
        }
    }
}

/// Attributes as the JSON format has them.
struct Written<'a>(&'a Attributes);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let attributes = self.0;
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("specversion", attributes.spec_version.as_str())?;
        for (name, value) in [
            ("id", &attributes.id),
            ("source", &attributes.source),
            ("type", &attributes.event_type),
        ] {
            members.serialize_entry(name, value)?;
        }
        if let Some(time) = &attributes.time {
            members.serialize_entry("time", time.as_str())?;
        }
        for (name, value) in [
            ("subject", &attributes.subject),
            ("datacontenttype", &attributes.data_content_type),
            ("dataschema", &attributes.data_schema),
        ] {
            if let Some(value) = value {
                members.serialize_entry(name, value)?;
            }
        }
        for (name, value) in attributes.extensions.iter() {
            if value.get() != "null" {
                members.serialize_entry(name, &OnOneLine(value))?;
            }
        }
        members.end()
    }
}

/// JSON without the white space between its parts, since a verdict is a line. All else stays as it was written, digits
/// of numbers included.
struct OnOneLine<'a>(&'a Json);

impl Serialize for OnOneLine<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(without_white_space(self.0.get()));
        raw.map_err(S::Error::custom)?.serialize(serializer)
    }
}

fn without_white_space(json: &str) -> String {
    let mut written = String::with_capacity(json.len());
    let (mut in_text, mut escaped) = (false, false);
    for character in json.chars() {
        if !in_text && character.is_ascii_whitespace() {
            continue;
        }
        in_text ^= character == '"' && !escaped;
        escaped = in_text && !escaped && character == '\\';
        written.push(character);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::without_white_space;

    #[test]
    fn only_what_stands_between_parts_goes() {
        for (json, line) in [
            ("{ \"a b\" :\r\n\t[1.50 , 2] }", "{\"a b\":[1.50,2]}"),
            (r#"" \" \\" "#, r#"" \" \\""#),
            (r#"{"a":" \\" , "b":"x y"}"#, r#"{"a":" \\","b":"x y"}"#),
        ] {
            assert_eq!(without_white_space(json), line);
        }
    }
}
