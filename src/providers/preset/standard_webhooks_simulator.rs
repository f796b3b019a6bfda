//! [`StandardWebhooksSimulator`]: what senders that follow Standard Webhooks send, and Svix, which it comes from.

use bytes::Bytes;

use super::PresetSimulator;
#[cfg(feature = "public-keys")]
use crate::providers::known::STANDARD_WEBHOOKS;
use crate::{providers::known::SVIX, simulator::Sent, time::UnixTime};

/// Sends as [Standard Webhooks](https://www.standardwebhooks.com) asks: HMAC-SHA256 over
/// `id.timestamp.body`, in base64, behind `v1,`. It is a [`PresetSimulator`] whose messages each have an id.
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
#[derive(Debug, Clone)]
pub struct StandardWebhooksSimulator(PresetSimulator);

impl StandardWebhooksSimulator {
    /// Signs with `secret`: the bytes, not the `whsec_` text.
    pub fn new(secret: impl AsRef<[u8]>) -> Self {
        Self(PresetSimulator::standard_webhooks(secret))
    }

    /// Signs with a private key alone, by Ed25519 and behind `v1a,`: the seed's bytes, not the `whsk_` text (feature
    /// `public-keys`).
    #[cfg(feature = "public-keys")]
    pub fn by_key(seed: impl AsRef<[u8]>) -> Self {
        Self(PresetSimulator::without_key(&STANDARD_WEBHOOKS)).also_signed_by_key(seed)
    }

    /// Signs with a private key too: see [`by_key`](Self::by_key).
    #[cfg(feature = "public-keys")]
    pub fn also_signed_by_key(self, seed: impl AsRef<[u8]>) -> Self {
        Self(self.0.also_signed_by_key(seed))
    }

    /// Signs with one more secret, as senders do while they rotate.
    pub fn also_signed_with(self, secret: impl AsRef<[u8]>) -> Self {
        Self(self.0.also_signed_with(secret))
    }

    /// Uses Svix's names: `svix-id`, `svix-timestamp`, `svix-signature`.
    pub fn svix_names(mut self) -> Self {
        self.0.sender = SVIX;
        self
    }

    /// Sends to this path.
    pub fn path(self, path: impl Into<String>) -> Self {
        Self(self.0.path(path))
    }

    /// Sends `body` as the message `id`, signed at `at`.
    pub fn send(&self, id: &str, at: UnixTime, body: impl Into<Bytes>) -> Sent {
        self.0.clone().message_id(id).send(at, body)
    }
}
