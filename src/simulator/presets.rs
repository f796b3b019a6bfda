//! Senders of presets: GitHub, Shopify, Slack, Stripe.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use zeroize::Zeroizing;

use super::{Sent, hmac_sha256};
use crate::time::UnixTime;

/// Sends as the sender of a [`Preset`](crate::providers::preset::Preset) does.
///
/// # Examples
///
/// ```
/// use hookgate::{UnixTime, simulator::PresetSimulator};
///
/// let now = UnixTime::from_secs(1_700_000_000);
/// let stripe = PresetSimulator::stripe("whsec_as_text");
/// let sent = stripe.send(now, r#"{"id":"evt_1","type":"invoice.paid"}"#);
/// assert!(sent.header("stripe-signature").unwrap().starts_with("t=1700000000,v1="));
///
/// let github = PresetSimulator::github("secret").event_type("push");
/// assert_eq!(github.send(now, "{}").header("x-github-event"), Some("push"));
/// ```
#[derive(Clone)]
pub struct PresetSimulator {
    sender: Sender,
    secret: Zeroizing<Vec<u8>>,
    event_type: String,
    path: String,
}

#[derive(Debug, Clone, Copy)]
enum Sender {
    GitHub,
    Shopify,
    Slack,
    Stripe,
}

impl PresetSimulator {
    /// GitHub. Its events are `push` unless told otherwise.
    pub fn github(secret: impl AsRef<[u8]>) -> Self {
        Self::new(Sender::GitHub, secret).event_type("push")
    }

    /// Shopify. Its topic is `orders/create` unless told otherwise.
    pub fn shopify(secret: impl AsRef<[u8]>) -> Self {
        Self::new(Sender::Shopify, secret).event_type("orders/create")
    }

    /// Slack. A body that begins with `{` is sent as JSON, any other as a form.
    pub fn slack(secret: impl AsRef<[u8]>) -> Self {
        Self::new(Sender::Slack, secret)
    }

    /// Stripe.
    pub fn stripe(secret: impl AsRef<[u8]>) -> Self {
        Self::new(Sender::Stripe, secret)
    }

    fn new(sender: Sender, secret: impl AsRef<[u8]>) -> Self {
        Self {
            sender,
            secret: Zeroizing::new(secret.as_ref().to_vec()),
            event_type: String::new(),
            path: "/".to_owned(),
        }
    }

    /// The type that GitHub and Shopify put into a header. Slack's and Stripe's is in the body.
    pub fn event_type(mut self, name: impl Into<String>) -> Self {
        self.event_type = name.into();
        self
    }

    /// Sends to this path.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Sends `body`, signed at `at` where the sender signs a time.
    pub fn send(&self, at: UnixTime, body: impl Into<Bytes>) -> Sent {
        let body = body.into();
        let time = at.as_secs().to_string();
        let sign = |pieces: &[&[u8]]| hmac_sha256(&self.secret, pieces);
        let hex = |pieces: &[&[u8]]| const_hex::encode(sign(pieces));
        let json = "application/json";
        let event_type = self.event_type.clone();
        let (signature_header, headers) = match self.sender {
            Sender::GitHub => (
                "x-hub-signature-256",
                vec![
                    ("content-type", json.to_owned()),
                    ("x-github-event", event_type),
                    ("x-hub-signature-256", format!("sha256={}", hex(&[&body]))),
                ],
            ),
            Sender::Shopify => (
                "x-shopify-hmac-sha256",
                vec![
                    ("content-type", json.to_owned()),
                    ("x-shopify-topic", event_type),
                    (
                        "x-shopify-hmac-sha256",
                        BASE64_STANDARD.encode(sign(&[&body])),
                    ),
                ],
            ),
            Sender::Slack => {
                let signature = hex(&[b"v0:", time.as_bytes(), b":", &body]);
                let media_type = if body.starts_with(b"{") {
                    json
                } else {
                    "application/x-www-form-urlencoded"
                };
                (
                    "x-slack-signature",
                    vec![
                        ("content-type", media_type.to_owned()),
                        ("x-slack-request-timestamp", time),
                        ("x-slack-signature", format!("v0={signature}")),
                    ],
                )
            }
            Sender::Stripe => {
                let signature = hex(&[time.as_bytes(), b".", &body]);
                (
                    "stripe-signature",
                    vec![
                        ("content-type", "application/json; charset=utf-8".to_owned()),
                        ("stripe-signature", format!("t={time},v1={signature}")),
                    ],
                )
            }
        };
        let headers = headers
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        Sent::new(&self.path, headers.collect(), body, signature_header)
    }
}

impl fmt::Debug for PresetSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresetSimulator")
            .field("sender", &self.sender)
            .finish_non_exhaustive()
    }
}
