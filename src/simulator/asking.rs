//! [`Asking`]: how a sender asks whether an endpoint is its owner's.

use http::StatusCode;
use serde_json::{Map, Value};

use super::{SampleId, Sent};
use crate::{
    challenge::{AskedBy, Question, TextAt},
    keys::Secret,
    request::form::encoded,
};

/// A [`Question`] as its sender asks it, and the answer that it wants to hear.
///
/// ```
/// use hookgate::{challenge, simulator::{Asking, SampleId}};
///
/// let asking = Asking::new(challenge::DROPBOX, SampleId::from_bits(7), None);
/// let sent = asking.request("/hook");
/// assert_eq!(sent.method, "GET");
/// let (_, text) = sent.path.split_once("?challenge=").unwrap();
/// assert!(asking.is_answered(http::StatusCode::OK, text.as_bytes()));
/// assert!(!asking.is_answered(http::StatusCode::OK, b"something else"));
/// ```
#[derive(Debug)]
pub struct Asking {
    question: Question,
    text: String,
    secret: Option<Secret>,
}

impl Asking {
    /// `question` with a text of its shape, made of `id`. `secret` is the token that the application chose, or the key of the
    /// answer.
    pub fn new(question: Question, id: SampleId, secret: Option<Secret>) -> Self {
        Self {
            question,
            text: question.shape.sample(&id.hex()),
            secret,
        }
    }

    /// Whether it is signed as an event is: [`request`](Self::request) is to be signed then.
    pub fn is_signed(&self) -> bool {
        !self.question.is_unsigned()
    }

    /// The request to this path and query, without a signature.
    pub fn request(&self, path: &str) -> Sent {
        match self.question.by {
            AskedBy::Request {
                method,
                with,
                token,
            } => {
                let shown = self.secret.as_ref().map(|it| encoded(it.expose()));
                let mut fields: Vec<(&str, String)> = Vec::new();
                fields.extend(
                    with.iter()
                        .map(|(name, value)| (*name, encoded(value.as_bytes()))),
                );
                fields.extend(token.zip(shown));
                if let TextAt::Query(name) = self.question.text {
                    fields.push((name, encoded(self.text.as_bytes())));
                }
                let mut target = path.to_owned();
                for (name, value) in fields {
                    let mark = if target.contains('?') { '&' } else { '?' };
                    target.push_str(&format!("{mark}{name}={value}"));
                }
                let none: [(&str, &str); 0] = [];
                let mut sent = match self.question.text {
                    TextAt::Body(at) => {
                        let mut body = Value::Object(Map::new());
                        put(&mut body, at, self.text.as_str().into());
                        Sent::post(&target, "application/json", body.to_string())
                    }
                    TextAt::Header(name) => Sent::new(&target, [(name, self.text.clone())], ""),
                    TextAt::Query(_) | TextAt::Nowhere => Sent::new(&target, none, ""),
                };
                sent.method = method.parse().unwrap_or(sent.method);
                sent
            }
            AskedBy::Event { with, in_list } => {
                let mut body = Value::Object(Map::new());
                for (at, value) in with {
                    let value = match *value {
                        "" => self.question.shape.sample("0").into(),
                        value => serde_json::from_str(value).unwrap_or_else(|_| value.into()),
                    };
                    put(&mut body, at, value);
                }
                if let TextAt::Body(at) = self.question.text {
                    put(&mut body, at, self.text.as_str().into());
                }
                let body = if in_list {
                    Value::Array(vec![body])
                } else {
                    body
                };
                Sent::post(path, "application/json", body.to_string())
            }
        }
    }

    /// Whether that is the answer that the sender wants to hear. JSON may be written in any way.
    pub fn is_answered(&self, status: StatusCode, body: &[u8]) -> bool {
        let Some(wanted) = self.question.answer.to(&self.text, self.secret.as_ref()) else {
            return false;
        };
        let json = |text: &[u8]| serde_json::from_slice::<Value>(text).ok();
        let is_same = wanted.body == body
            || (wanted.body.starts_with(b"{") && json(&wanted.body) == json(body));
        wanted.status == status && is_same
    }
}

/// Puts `value` at a place, through objects that are made where there are none.
fn put(body: &mut Value, at: &str, value: Value) {
    let mut here = body;
    for name in at.trim_start_matches('/').split('/') {
        if !here.is_object() {
            *here = Value::Object(Map::new());
        }
        let Some(members) = here.as_object_mut() else {
            return;
        };
        here = members.entry(name).or_insert(Value::Null);
    }
    *here = value;
}
