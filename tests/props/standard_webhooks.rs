//! Events signed as Standard Webhooks senders do.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;

use super::{Call, hmac_sha256};

pub(crate) const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The `v1,…` signature of `{id}.{timestamp}.{body}` under [`KEY`].
pub(crate) fn signature(id: &str, timestamp: &str, body: &[u8]) -> String {
    let key = STANDARD.decode(&KEY[6..]).unwrap();
    let mut text = format!("{id}.{timestamp}.").into_bytes();
    text.extend_from_slice(body);
    format!("v1,{}", STANDARD.encode(hmac_sha256(&key, &text)))
}

/// A delivery, sent at `timestamp` in seconds.
pub(crate) fn signed(id: &str, timestamp: i64, body: impl Into<Bytes>) -> Call {
    let (timestamp, body) = (timestamp.to_string(), body.into());
    let signature = signature(id, &timestamp, &body);
    Call::post("/hook", body)
        .with("webhook-id", id)
        .with("webhook-timestamp", timestamp)
        .with("webhook-signature", signature)
}
