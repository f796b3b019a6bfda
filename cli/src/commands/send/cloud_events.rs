//! What `send cloudevents` sends: an event of any type, in each mode.

use std::fmt::Write;

use clap::ValueEnum;
use hookgate::{
    UnixTime,
    cloudevents::{BATCH_JSON, STRUCTURED_JSON},
    simulator::Sent,
};
use serde_json::{Map, Value, json};

/// How many events a batch has.
const OF_A_BATCH: usize = 3;

/// How events lie in a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum SentMode {
    /// One event as the body.
    #[default]
    Structured,
    /// The data as the body, and attributes in headers.
    Binary,
    /// A list of three events as the body.
    Batch,
}

/// One event: its attributes, and its data as JSON text, or any bytes.
pub(super) struct CloudEventSent<'a> {
    pub(super) event_type: &'a str,
    pub(super) id: String,
    pub(super) at: UnixTime,
    /// In place of the sample's.
    pub(super) data: Option<&'a [u8]>,
}

impl CloudEventSent<'_> {
    /// The request to `path`.
    pub(super) fn request(&self, mode: SentMode, path: &str) -> Sent {
        match mode {
            SentMode::Structured => {
                let body = Value::Object(self.envelope(&self.id)).to_string();
                Sent::post(path, STRUCTURED_JSON, body)
            }
            SentMode::Batch => {
                let id = |number: usize| format!("{}-{number}", self.id);
                let events = (1..=OF_A_BATCH).map(|number| self.envelope(&id(number)).into());
                let body = Value::Array(events.collect()).to_string();
                Sent::post(path, BATCH_JSON, body)
            }
            SentMode::Binary => {
                let (media_type, body) = match self.data {
                    Some(data) if self.json().is_none() => {
                        ("application/octet-stream", data.to_vec())
                    }
                    Some(data) => ("application/json", data.to_vec()),
                    None => ("application/json", self.sample().to_string().into_bytes()),
                };
                let head = self.head(&self.id);
                head.iter()
                    .fold(Sent::post(path, media_type, body), |sent, (name, value)| {
                        sent.with_header(format!("ce-{name}"), encoded(value))
                    })
            }
        }
    }

    fn head(&self, id: &str) -> [(&'static str, String); 5] {
        [
            ("specversion", "1.0".to_owned()),
            ("type", self.event_type.to_owned()),
            ("source", "/hookgate/send".to_owned()),
            ("id", id.to_owned()),
            ("time", self.at.to_rfc3339()),
        ]
    }

    fn envelope(&self, id: &str) -> Map<String, Value> {
        let head = self.head(id).into_iter();
        let mut event: Map<String, Value> = head
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        let (name, value) = match (self.data, self.json()) {
            (None, _) => ("data", self.sample()),
            (Some(_), Some(json)) => ("data", json),
            (Some(data), None) => {
                event.insert(
                    "datacontenttype".to_owned(),
                    "application/octet-stream".into(),
                );
                ("data_base64", base64(data).into())
            }
        };
        event.insert(name.to_owned(), value);
        event
    }

    fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.data?).ok()
    }

    /// The data of an event that has none of its own.
    pub(super) fn sample(&self) -> Value {
        json!({"id": self.id, "sent_by": "hookgate send"})
    }
}

fn base64(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
}

/// A header's value (HTTP binding, section 3.1.3.2).
fn encoded(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'!'..=b'~' if byte != b'"' && byte != b'%' => encoded.push(byte.into()),
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_encoded_as_the_binding_says() {
        assert_eq!(
            encoded("Euro \u{20ac} \u{1f600}"),
            "Euro%20%E2%82%AC%20%F0%9F%98%80"
        );
        assert_eq!(encoded("a\"%"), "a%22%25");
    }
}
