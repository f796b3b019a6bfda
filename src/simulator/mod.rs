//! What senders send, correctly signed, and wrong on demand. Feature `simulator`.
//!
//! Tests of an application go through the same road as real deliveries: a simulator signs, the
//! receiver verifies. There is no other way to get a delivery. Each pack has a simulator of its
//! own, such as [`logto::LogtoSimulator`](crate::providers::logto::LogtoSimulator) or
//! [`facephi::FacephiSimulator`](crate::providers::facephi::FacephiSimulator); senders that follow
//! Standard Webhooks share [`StandardWebhooksSimulator`], and those of the other presets
//! [`PresetSimulator`]. All of them give a [`Sent`].
//!
//! | mistake | how |
//! | --- | --- |
//! | body changed on the way | [`Sent::with_tampered_body`] |
//! | signature changed | [`Sent::with_tampered_signature`] |
//! | no signature | [`Sent::unsigned`] |
//! | a forged signature joined with the real one | [`Sent::with_joined_signature`] |
//! | the signature's header twice | [`Sent::with_repeated_signature`] |
//! | another key | a simulator with another key |
//! | stale, or from the future | a simulator at another time |
//!
//! # Security
//!
//! A simulator holds a key and signs whatever it is given. It belongs into tests and tools.

mod presets;
#[cfg(feature = "jwt")]
mod request_signer;
mod sample_id;
mod sent;
mod standard_webhooks;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

#[cfg(feature = "jwt")]
pub use self::request_signer::RequestSigner;
pub use self::{
    presets::PresetSimulator, sample_id::SampleId, sent::Sent,
    standard_webhooks::StandardWebhooksSimulator,
};

/// HMAC-SHA256 over the pieces, one after the other.
pub(crate) fn hmac_sha256(key: &[u8], pieces: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length, so the default, a signature of nothing, is never sent.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mut mac| {
            pieces.iter().for_each(|piece| mac.update(piece));
            mac.finalize().into_bytes().into()
        })
        .unwrap_or_default()
}
