//! [`StandardWebhooksSimulator`]: what senders that follow Standard Webhooks send, and Svix, which it comes from.

use std::fmt;

use bytes::Bytes;

use super::standard_webhooks::{scheme, svix_scheme};
use crate::{
    simulator::{HeaderSigner, Sent},
    time::UnixTime,
};

/// Sends as [Standard Webhooks](https://www.standardwebhooks.com) asks: HMAC-SHA256 over
/// `id.timestamp.body`, in base64, behind `v1,`.
///
/// # Examples
///
/// ```
/// use hookgate::{UnixTime, providers::preset::StandardWebhooksSimulator};
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
    signer: HeaderSigner,
    path: String,
}

impl StandardWebhooksSimulator {
    /// Signs with `secret`: the bytes, not the `whsec_` text.
    pub fn new(secret: impl AsRef<[u8]>) -> Self {
        Self {
            signer: HeaderSigner::new(scheme(), secret),
            path: "/".to_owned(),
        }
    }

    /// Signs with one more secret, as senders do while they rotate.
    pub fn also_signed_with(mut self, secret: impl AsRef<[u8]>) -> Self {
        self.signer.add(secret);
        self
    }

    /// Uses Svix's names: `svix-id`, `svix-timestamp`, `svix-signature`.
    pub fn svix_names(mut self) -> Self {
        self.signer.scheme = svix_scheme();
        self
    }

    /// Sends to this path.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Sends `body` as the message `id`, signed at `at`.
    pub fn send(&self, id: &str, at: UnixTime, body: impl Into<Bytes>) -> Sent {
        let sent = Sent::post(&self.path, "application/json", body);
        self.signer.sign(sent, id, at)
    }
}

impl fmt::Debug for StandardWebhooksSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StandardWebhooksSimulator")
            .field("signer", &self.signer)
            .finish_non_exhaustive()
    }
}
