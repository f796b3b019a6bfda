//! Conversion to and from the event of the public SDK. Feature `cloudevents-sdk`.

use ::cloudevents::{
    AttributesReader, Data as SdkData, Event as SdkEvent, EventBuilder, EventBuilderV10,
    event::{ExtensionValue, SpecVersion as SdkVersion},
};
use serde::Serialize;

use super::{
    attributes::{Attributes, Extension, SpecVersion, Timestamp},
    data_type::is_json,
    event::{Binary, Data, Event},
    typed::{CloudEvent, TypedData},
};
use crate::json::Json;

/// An event that the SDK's types cannot hold, or ours not. Carries nothing of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the event cannot be converted: {0}")]
pub struct NotConvertible(&'static str);

/// The SDK has types for fewer things. Data loses what a `serde_json::Value` cannot hold: numbers beyond a double's
/// digits, and the order of members. An extension that is not a truth value, a text or a whole number becomes the text
/// of its JSON. The content type of an event without data is dropped. An event of 0.3 becomes one of 1.0.
impl TryFrom<&Event> for SdkEvent {
    type Error = NotConvertible;

    fn try_from(event: &Event) -> Result<Self, NotConvertible> {
        let data = match &event.data {
            None => None,
            Some(Data::Json(json)) => {
                Some(SdkData::Json(json.parse().map_err(|_| {
                    NotConvertible("the data is no JSON value of serde_json's")
                })?))
            }
            Some(Data::Binary(Binary(bytes))) => Some(SdkData::Binary(bytes.clone())),
        };
        built(&event.attributes, data)
    }
}

/// As that of an [`Event`]. Data that does not fit its type stays JSON, where it is any.
///
/// An event whose attributes nothing signs is refused, since the SDK's event cannot say so.
impl<T: Serialize> TryFrom<&CloudEvent<T>> for SdkEvent {
    type Error = NotConvertible;

    fn try_from(event: &CloudEvent<T>) -> Result<Self, NotConvertible> {
        let attributes = event.attributes();
        let attributes = attributes.ok_or(NotConvertible("nothing signs its attributes"))?;
        let data = match &event.data {
            TypedData::Missing => None,
            TypedData::Known(data) => {
                Some(SdkData::Json(serde_json::to_value(data).map_err(|_| {
                    NotConvertible("its data cannot be written as JSON")
                })?))
            }
            TypedData::Unrecognized { raw, .. } => Some(
                serde_json::from_slice(raw)
                    .map_or_else(|_| SdkData::Binary(raw.to_vec()), SdkData::Json),
            ),
            TypedData::Text(text) => Some(SdkData::String(text.clone())),
            TypedData::Bytes(bytes) => Some(SdkData::Binary(bytes.to_vec())),
        };
        built(attributes, data)
    }
}

fn built(attributes: &Attributes, data: Option<SdkData>) -> Result<SdkEvent, NotConvertible> {
    let mut builder = EventBuilderV10::new()
        .id(&attributes.id)
        .source(&attributes.source)
        .ty(&attributes.event_type);
    if let Some(time) = &attributes.time {
        builder = builder.time(time.as_str());
    }
    if let Some(subject) = &attributes.subject {
        builder = builder.subject(subject);
    }
    for (name, _) in attributes.extensions.iter() {
        let value = match attributes.extension(name) {
            None => continue,
            Some(Extension::Boolean(value)) => ExtensionValue::Boolean(value),
            Some(Extension::Integer(value)) => ExtensionValue::Integer(value.into()),
            Some(Extension::Text(value)) => ExtensionValue::String(value.into_owned()),
            Some(Extension::Other(json)) => ExtensionValue::String(json.get().to_owned()),
        };
        builder = builder.extension(name, value);
    }
    if let Some(data) = data {
        // Without a content type, JSON is JSON (JSON format, section 3.1), and of bytes nothing is known.
        let content_type = match (&attributes.data_content_type, &data) {
            (Some(content_type), _) => content_type,
            (None, SdkData::Json(_)) => "application/json",
            (None, _) => "application/octet-stream",
        };
        builder = match &attributes.data_schema {
            Some(schema) => builder.data_with_schema(content_type, schema.as_str(), data),
            None => builder.data(content_type, data),
        };
    }
    builder
        .build()
        .map_err(|_| NotConvertible("`time` or `dataschema` is not in its type"))
}

/// Text is JSON where `datacontenttype` says so, and a text otherwise.
impl TryFrom<&SdkEvent> for Event {
    type Error = NotConvertible;

    fn try_from(event: &SdkEvent) -> Result<Self, NotConvertible> {
        let mut attributes = Attributes::new(event.id(), event.source().as_str(), event.ty());
        attributes.spec_version = match event.specversion() {
            SdkVersion::V10 => SpecVersion::V1,
            SdkVersion::V03 => SpecVersion::V03,
        };
        attributes.time = event.time().map(|time| Timestamp::new(time.to_rfc3339()));
        attributes.subject = event.subject().map(str::to_owned);
        attributes.data_content_type = event.datacontenttype().map(str::to_owned);
        attributes.data_schema = event.dataschema().map(|schema| schema.as_str().to_owned());
        let not_json = |_| NotConvertible("it holds what is no JSON");
        for (name, value) in event.iter_extensions() {
            let json = match value {
                ExtensionValue::Boolean(value) => Json::of(value),
                ExtensionValue::Integer(value) => Json::of(value),
                ExtensionValue::String(value) => Json::of(value),
            };
            attributes.extensions.insert(name, json.map_err(not_json)?);
        }
        let holds_json = event.datacontenttype().is_none_or(is_json);
        let data = match event.data() {
            None => None,
            Some(SdkData::Json(value)) => Some(Data::Json(Json::of(value).map_err(not_json)?)),
            Some(SdkData::String(text)) if holds_json => {
                Some(Data::Json(Json::read(text).map_err(not_json)?))
            }
            Some(SdkData::String(text)) => Some(Data::Json(Json::of(text).map_err(not_json)?)),
            Some(SdkData::Binary(bytes)) => Some(Data::Binary(Binary(bytes.clone()))),
        };
        Ok(Self { attributes, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_becomes_the_sdks() {
        let event = Event::from_structured(
            br#"{"specversion":"1.0","type":"t","source":"/s","id":"1","subject":"x","flag":true,
                 "count":3,"name":"n","list":[1],"none":null,"time":"2026-01-02T03:04:05Z",
                 "dataschema":"https://example.com/s","data":{"a":1}}"#,
        )
        .unwrap();
        let sdk = SdkEvent::try_from(&event).unwrap();
        assert_eq!(
            (sdk.id(), sdk.ty(), sdk.source().as_str()),
            ("1", "t", "/s")
        );
        assert_eq!(sdk.subject(), Some("x"));
        assert_eq!(sdk.time().unwrap().timestamp(), 1_767_323_045);
        assert_eq!(sdk.dataschema().unwrap().as_str(), "https://example.com/s");
        assert_eq!(sdk.extension("flag"), Some(&ExtensionValue::Boolean(true)));
        assert_eq!(sdk.extension("count"), Some(&ExtensionValue::Integer(3)));
        assert_eq!(
            sdk.extension("list"),
            Some(&ExtensionValue::String("[1]".to_owned()))
        );
        assert_eq!(sdk.extension("none"), None);
        let Some(SdkData::Json(data)) = sdk.data() else {
            panic!("no JSON");
        };
        assert_eq!(data["a"], 1);
        let back = Event::try_from(&sdk).unwrap();
        assert_eq!(SdkEvent::try_from(&back).unwrap(), sdk);

        let event = Event::from_structured(
            br#"{"specversion":"1.0","type":"t","source":"s","id":"1","time":"yesterday"}"#,
        );
        assert!(SdkEvent::try_from(&event.unwrap()).is_err());
    }
}
