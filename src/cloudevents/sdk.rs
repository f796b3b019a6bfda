//! Conversion to the event of the public SDK. Feature `cloudevents-sdk`.

use ::cloudevents::{
    Data as SdkData, Event as SdkEvent, EventBuilder, EventBuilderV10, event::ExtensionValue,
};

use super::{
    attributes::Extension,
    event::{Binary, Data, Event},
};

/// An event that the SDK's types cannot hold. Carries nothing of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the SDK cannot hold the event: {0}")]
pub struct NotConvertible(&'static str);

/// The SDK has types for fewer things. Data loses what a `serde_json::Value` cannot hold: numbers beyond a double's
/// digits, and the order of members. An extension that is not a truth value, a text or a whole number becomes the text
/// of its JSON. The content type of an event without data is dropped.
impl TryFrom<&Event> for SdkEvent {
    type Error = NotConvertible;

    fn try_from(event: &Event) -> Result<Self, NotConvertible> {
        let attributes = &event.attributes;
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
        if let Some(data) = &event.data {
            let data = match data {
                Data::Json(json) => SdkData::Json(
                    json.parse()
                        .map_err(|_| NotConvertible("the data is no JSON value of serde_json's"))?,
                ),
                Data::Binary(Binary(bytes)) => SdkData::Binary(bytes.clone()),
            };
            // Without a content type, data is JSON (CloudEvents JSON format, section 3.1).
            let content_type = attributes
                .data_content_type
                .as_deref()
                .unwrap_or("application/json");
            builder = match &attributes.data_schema {
                Some(schema) => builder.data_with_schema(content_type, schema.as_str(), data),
                None => builder.data(content_type, data),
            };
        }
        builder
            .build()
            .map_err(|_| NotConvertible("`time` or `dataschema` is not in its type"))
    }
}

#[cfg(test)]
mod tests {
    use ::cloudevents::AttributesReader;

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

        let event = Event::from_structured(
            br#"{"specversion":"1.0","type":"t","source":"s","id":"1","time":"yesterday"}"#,
        );
        assert!(SdkEvent::try_from(&event.unwrap()).is_err());
    }
}
