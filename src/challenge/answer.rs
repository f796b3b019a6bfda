//! [`AnswerAs`]: what a sender wants to hear.

use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use sha2::Sha256;

use super::Handshake;
use crate::{keys::Secret, schemes::SignatureEncoding};

/// What a sender wants to hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerAs {
    /// The text itself, as `text/plain`.
    Text,
    /// A JSON object whose only member is the text.
    Member(&'static str),
    /// A JSON object with the HMAC-SHA256 of the text, under a secret that the sender has too.
    Mac {
        /// The member that has the text, where there is one.
        text: Option<&'static str>,
        /// The member that has the MAC.
        mac: &'static str,
        /// What stands before the MAC.
        prefix: &'static str,
        /// How the MAC is written.
        encoding: SignatureEncoding,
    },
    /// The same each time: a status, and JSON or nothing.
    Always {
        /// The status.
        status: StatusCode,
        /// The body: JSON, or empty.
        body: &'static str,
    },
}

impl AnswerAs {
    pub(super) const fn is_mac(self) -> bool {
        matches!(self, Self::Mac { .. })
    }

    /// `None` where a secret is needed and there is none.
    pub(crate) fn to(self, text: &str, secret: Option<&Secret>) -> Option<Handshake> {
        Some(match self {
            Self::Text => Handshake::shown(text.to_owned(), "text/plain"),
            Self::Member(name) => json(&[(name, text)]),
            Self::Mac {
                text: echoed,
                mac,
                prefix,
                encoding,
            } => {
                let mut keyed = Hmac::<Sha256>::new_from_slice(secret?.expose()).ok()?;
                keyed.update(text.as_bytes());
                let written = encoding.encode(&keyed.finalize().into_bytes());
                let written = format!("{prefix}{written}");
                match echoed {
                    Some(name) => json(&[(name, text), (mac, &written)]),
                    None => json(&[(mac, &written)]),
                }
            }
            Self::Always { status, body } => json_text(body.to_owned()).status(status),
        })
    }
}

fn json(members: &[(&str, &str)]) -> Handshake {
    let members = members.iter().map(|(name, value)| {
        let value = serde_json::Value::from(*value);
        format!("\"{name}\":{value}")
    });
    let members: Vec<_> = members.collect();
    json_text(format!("{{{}}}", members.join(",")))
}

fn json_text(body: String) -> Handshake {
    Handshake::shown(body, "application/json")
}
