//! What Facephi sends.

use std::fmt;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::Topic;
use crate::{
    cloudevents::STRUCTURED_JSON,
    json::canonical,
    providers::known::facephi::{SIGNATURE, signs},
    schemes::{Digest, HmacBodyField, Recipe},
    simulator::Sent,
    time::UnixTime,
};

/// One destination of a Facephi tenant, and one operation at a time: compact JSON in the order of the
/// vendor's sample, the signature inside it.
///
/// # Examples
///
/// ```
/// use hookgate::{UnixTime, providers::facephi::{FacephiSimulator, Mistake, Topic}};
///
/// let now = UnixTime::from_secs(1_795_304_115);
/// let facephi = FacephiSimulator::new("N0tASecretForAnyone0123456789abc", now)
///     .path("/webhooks/facephi")
///     .header("x-api-key", "0f3c…");
///
/// let onboarding = facephi.onboarding();
/// assert_eq!(onboarding.len(), 7);
/// let retried = facephi.retry().send(Topic::IdCaptured);
/// assert_ne!(retried.body, onboarding[1].body);
/// let forged = facephi.mistaken(Topic::OperationFinished, Mistake::Relabelled);
/// # let _ = forged;
/// ```
#[derive(Clone)]
pub struct FacephiSimulator {
    secret: Zeroizing<Vec<u8>>,
    now: UnixTime,
    operation: String,
    attempt: u32,
    recipe: Recipe,
    path: String,
    headers: Vec<(String, String)>,
}

/// What a sender, or somebody on the way, can do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mistake {
    /// The signature is missing.
    Unsigned,
    /// The signature is that of another key.
    WrongSignature,
    /// The signature stands twice, the second time under an escaped name.
    RepeatedSignature,
    /// The type is that of another topic; the signature is left as it was.
    Relabelled,
    /// The event is said to belong to another operation; the signature is left as it was.
    OtherOperation,
    /// The data has one more member; the signature is left as it was.
    ChangedData,
}

impl Mistake {
    /// Every mistake.
    pub const ALL: &'static [Self] = &[
        Self::Unsigned,
        Self::WrongSignature,
        Self::RepeatedSignature,
        Self::Relabelled,
        Self::OtherOperation,
        Self::ChangedData,
    ];
}

impl FacephiSimulator {
    /// A destination with this secret: the key's bytes, decoded. What it sends happens at `now`;
    /// [`UnixTime::EPOCH`] gives the time of the vendor's sample.
    pub fn new(secret: impl AsRef<[u8]>, now: UnixTime) -> Self {
        Self {
            secret: Zeroizing::new(secret.as_ref().to_vec()),
            now,
            operation: "11111111-2222-4333-8444-555555555555".to_owned(),
            attempt: 1,
            recipe: Recipe::default(),
            path: "/".to_owned(),
            headers: Vec::new(),
        }
    }

    /// The same destination at another time: for events that are stale or early.
    #[must_use]
    pub fn at(&self, now: UnixTime) -> Self {
        Self {
            now,
            ..self.clone()
        }
    }

    /// The same destination in another operation.
    #[must_use]
    pub fn operation(&self, id: impl Into<String>) -> Self {
        Self {
            operation: id.into(),
            ..self.clone()
        }
    }

    /// The same events once more: download links are signed anew, so bodies and signatures differ.
    #[must_use]
    pub fn retry(&self) -> Self {
        Self {
            attempt: self.attempt.saturating_add(1),
            ..self.clone()
        }
    }

    /// Which bytes are signed.
    #[must_use]
    pub fn recipe(mut self, recipe: Recipe) -> Self {
        self.recipe = recipe;
        self
    }

    /// Sends to this path and query.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// One more header on every request: the API key of the destination.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The whole onboarding of the operation: one event of each topic, in the typical order. Nothing
    /// promises that order: shuffle them.
    pub fn onboarding(&self) -> Vec<Sent> {
        Topic::ALL.iter().map(|topic| self.send(*topic)).collect()
    }

    /// One event of the operation.
    pub fn send(&self, topic: Topic) -> Sent {
        self.event(topic.event_type(), &self.data(topic))
    }

    /// An event of any type with any data: signed, whatever it says.
    pub fn event(&self, event_type: &str, data: &Value) -> Sent {
        let (event, data) = self.unsigned(event_type, data);
        self.sent(self.signed(&event, &data))
    }

    /// An event with something wrong.
    pub fn mistaken(&self, topic: Topic, mistake: Mistake) -> Sent {
        let (event, data) = self.unsigned(topic.event_type(), &self.data(topic));
        let body = self.signed(&event, &data);
        let signature = format!("\"{SIGNATURE}\":");
        self.sent(match mistake {
            Mistake::Unsigned => event,
            Mistake::WrongSignature => Self::new("another key", self.now)
                .recipe(self.recipe)
                .signed(&event, &data),
            Mistake::RepeatedSignature => body.replacen('{', "{\"\\u0073ignature\":\"\",", 1),
            Mistake::Relabelled => {
                let other = match topic {
                    Topic::OperationFinished => Topic::OperationStarted,
                    _ => Topic::OperationFinished,
                };
                body.replacen(topic.event_type(), other.event_type(), 1)
            }
            Mistake::OtherOperation => body.replacen(&self.operation, "another-operation", 1),
            Mistake::ChangedData => match body.split_once(&signature) {
                Some((head, tail)) => {
                    let tail = tail.replacen("\"data\":{", "\"data\":{\"added\":1,", 1);
                    format!("{head}{signature}{tail}")
                }
                None => body,
            },
        })
    }

    /// Signs and sends a whole event, a JSON object without `signature`. The signature goes before
    /// `data`, or at the end.
    pub fn body(&self, event: &str, data: &str) -> Sent {
        self.sent(self.signed(event, data))
    }

    /// The event without its signature, and its data.
    fn unsigned(&self, event_type: &str, data: &Value) -> (String, String) {
        let data = data.to_string();
        // The id is the event's, whatever the attempt.
        let of = [self.operation.as_bytes(), event_type.as_bytes()];
        let id = Digest::Sha256.mac(b"id", of.into_iter());
        let id = const_hex::encode(id.get(..16).unwrap_or_default());
        let attributes = [
            ("specversion", "1.0".to_owned()),
            ("type", event_type.to_owned()),
            ("source", format!("/operations/{}", self.operation)),
            ("id", id),
            ("time", self.now.to_rfc3339()),
        ];
        let mut event = String::from("{");
        for (name, value) in attributes {
            event.push_str(&format!("\"{name}\":{},", Value::from(value)));
        }
        event.push_str(&format!("\"data\":{data}}}"));
        (event, data)
    }

    /// The event with its signature, before the data as in the vendor's sample.
    fn signed(&self, event: &str, data: &str) -> String {
        let scheme = HmacBodyField::of_row(signs()).recipe(self.recipe);
        let blank = with_signature(event, "\"\"");
        let signed = scheme.signed(blank.as_bytes(), &self.secret);
        match signed.map(String::from_utf8) {
            Ok(Ok(signed)) => signed,
            // What cannot be written canonically is signed as it is: the receiver refuses either.
            _ => {
                let text = match self.recipe {
                    Recipe::DataOnly => data,
                    _ => event,
                };
                let mac = scheme.mac_of(std::iter::once(text.as_bytes()), &self.secret);
                with_signature(event, &format!("\"{mac}\""))
            }
        }
    }

    fn sent(&self, body: String) -> Sent {
        let mut headers = vec![("content-type".to_owned(), STRUCTURED_JSON.to_owned())];
        headers.extend(self.headers.iter().cloned());
        Sent::new(&self.path, headers, body).signed_within(SIGNATURE)
    }

    /// Data as it is known, or else assumed.
    fn data(&self, topic: Topic) -> Value {
        let asset = |what: &str| {
            let url = format!(
                "https://cdn.example/{}/{what}?sig={}",
                self.operation, self.attempt
            );
            json!({ "type": what, "url": url })
        };
        match topic {
            Topic::OperationStarted => json!({ "type": "ONBOARDING", "customerId": "customer-1" }),
            Topic::IdCaptured => json!({
                "ocr": { "DocumentNumber": "000000000" },
                "assets": [asset("id_front"), asset("id_back"), asset("id_portrait")],
            }),
            Topic::SelfieCaptured => json!({ "assets": [asset("selfie")] }),
            Topic::FacialAuthenticationEvaluated => {
                json!({ "result": "POSITIVE", "similarity": 0.9917 })
            }
            Topic::PassiveLivenessEvaluated => json!({ "diagnostic": "Live" }),
            Topic::IdValidated => json!({
                "status": "success",
                "verification": {
                    "code": 9001, "status": "approved", "reason": null, "reasonCode": null,
                },
            }),
            Topic::OperationFinished => json!({ "status": "SUCCEEDED", "reason": "" }),
        }
    }
}

/// Puts the member before `data` at the top level, or at the end where there is none.
fn with_signature(event: &str, value: &str) -> String {
    let data = canonical::cut(event.as_bytes(), "data").ok();
    let before_data = data.and_then(|cut| {
        let head = event.get(..cut.value.start)?;
        event.split_at_checked(head.rfind("\"data\"")?)
    });
    match (before_data, event.trim_end().strip_suffix('}')) {
        (Some((head, tail)), _) => format!("{head}\"{SIGNATURE}\":{value},{tail}"),
        (None, Some(head)) if head.trim_end().ends_with('{') => {
            format!("{head}\"{SIGNATURE}\":{value}}}")
        }
        (None, Some(head)) => format!("{head},\"{SIGNATURE}\":{value}}}"),
        (None, None) => event.to_owned(),
    }
}

impl fmt::Debug for FacephiSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FacephiSimulator")
            .field("operation", &self.operation)
            .field("now", &self.now)
            .field("attempt", &self.attempt)
            .field("recipe", &self.recipe)
            .finish_non_exhaustive()
    }
}
