//! [`CompactJws`]: a compact JWS, taken apart. Tokens and signed requests are read here alone.

use super::{JwsHead, base64url};

/// A compact JWS (RFC 7515, section 3.1): three parts in base64url, parted by dots.
pub(crate) struct CompactJws<'a> {
    pub(crate) head: JwsHead,
    pub(crate) signature: Vec<u8>,
    /// Head and payload as they were signed.
    message: &'a str,
    head_part: &'a str,
    payload_part: &'a str,
}

impl<'a> CompactJws<'a> {
    /// `None` for what is no compact JWS. Whether its head is acceptable is the caller's question.
    pub(crate) fn read(text: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let (message, signature) = text.rsplit_once('.')?;
        let (head_part, payload_part) = message.split_once('.')?;
        Some(Self {
            head: JwsHead::read(head_part.as_bytes())?,
            signature: base64url::decode(signature)?,
            message,
            head_part,
            payload_part,
        })
    }

    /// What the signature is over.
    pub(crate) fn message(&self) -> &'a [u8] {
        self.message.as_bytes()
    }

    /// The payload; `None` where it is not base64url.
    pub(crate) fn payload(&self) -> Option<Vec<u8>> {
        base64url::decode(self.payload_part)
    }

    /// Whether the payload is left out (RFC 7515, appendix F).
    pub(crate) fn is_detached(&self) -> bool {
        self.payload_part.is_empty()
    }

    /// What the signature is over where `payload` was left out.
    pub(crate) fn message_over(&self, payload: &[u8]) -> Vec<u8> {
        format!("{}.{}", self.head_part, base64url::encode(payload)).into_bytes()
    }

    /// The same, where `payload` was signed as it is (RFC 7797, section 3).
    pub(crate) fn message_over_unencoded(&self, payload: &[u8]) -> Vec<u8> {
        [self.head_part.as_bytes(), b".", payload].concat()
    }
}

/// What a signer of a compact JWS signs: head and payload in base64url, with a dot between them.
#[cfg(any(feature = "token", feature = "simulator"))]
pub(crate) fn message_of(head: &serde_json::Value, payload: &[u8]) -> String {
    let head = base64url::encode(head.to_string());
    format!("{head}.{}", base64url::encode(payload))
}
