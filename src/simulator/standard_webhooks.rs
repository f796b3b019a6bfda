//! Senders that follow Standard Webhooks, and Svix, which it comes from.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use zeroize::Zeroizing;

use super::{Sent, hmac_sha256};
use crate::time::UnixTime;

/// Names of the headers: id, timestamp, signature.
type Names = [&'static str; 3];

const STANDARD: Names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
const SVIX: Names = ["svix-id", "svix-timestamp", "svix-signature"];

/// Sends as [Standard Webhooks](https://www.standardwebhooks.com) asks: HMAC-SHA256 over
/// `id.timestamp.body`, in base64, behind `v1,`.
///
/// # Examples
///
/// ```
/// use hookgate::{UnixTime, simulator::StandardWebhooksSimulator};
///
/// let sender = StandardWebhooksSimulator::new(b"the secret's bytes, decoded");
/// let now = UnixTime::from_secs(1_700_000_000);
/// let sent = sender.send("msg_1", now, r#"{"type":"user.created"}"#);
/// assert_eq!(sent.header("webhook-timestamp"), Some("1700000000"));
///
/// let stale = sender.send("msg_1", UnixTime::from_secs(1_600_000_000), "{}");
/// let forged = sent.with_tampered_signature();
/// # let _ = (stale, forged);
/// ```
#[derive(Clone)]
pub struct StandardWebhooksSimulator {
    secrets: Vec<Zeroizing<Vec<u8>>>,
    names: Names,
    path: String,
}

impl StandardWebhooksSimulator {
    /// Signs with `secret`: the bytes, not the `whsec_` text.
    pub fn new(secret: impl AsRef<[u8]>) -> Self {
        Self {
            secrets: vec![Zeroizing::new(secret.as_ref().to_vec())],
            names: STANDARD,
            path: "/".to_owned(),
        }
    }

    /// Signs with one more secret, as senders do while they rotate.
    pub fn also_signed_with(mut self, secret: impl AsRef<[u8]>) -> Self {
        self.secrets.push(Zeroizing::new(secret.as_ref().to_vec()));
        self
    }

    /// Uses Svix's names: `svix-id`, `svix-timestamp`, `svix-signature`.
    pub fn svix_names(mut self) -> Self {
        self.names = SVIX;
        self
    }

    /// Sends to this path.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Sends `body` as the message `id`, signed at `at`.
    pub fn send(&self, id: &str, at: UnixTime, body: impl Into<Bytes>) -> Sent {
        let body = body.into();
        let timestamp = at.as_secs().to_string();
        let pieces: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", &body];
        let signatures: Vec<_> = self
            .secrets
            .iter()
            .map(|secret| hmac_sha256(secret, &pieces))
            .map(|signature| format!("v1,{}", BASE64_STANDARD.encode(signature)))
            .collect();
        let signatures = signatures.join(" ");
        let [id_name, timestamp_name, signature_name] = self.names;
        let headers = [
            ("content-type", "application/json"),
            (id_name, id),
            (timestamp_name, &timestamp),
            (signature_name, &signatures),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Sent::new(&self.path, headers.into(), body, signature_name)
    }
}

impl fmt::Debug for StandardWebhooksSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StandardWebhooksSimulator")
            .field("secrets", &self.secrets.len())
            .finish_non_exhaustive()
    }
}
