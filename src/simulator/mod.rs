//! What senders send, correctly signed, and wrong on demand. Feature `simulator`.
//!
//! Tests of an application go through the same road as real deliveries: a simulator signs, the
//! receiver verifies. There is no other way to get a delivery. Each pack has a simulator of its
//! own, such as [`logto::LogtoSimulator`](crate::providers::logto::LogtoSimulator) or
//! [`facephi::FacephiSimulator`](crate::providers::facephi::FacephiSimulator). Senders that follow
//! Standard Webhooks share [`StandardWebhooksSimulator`](crate::providers::preset::StandardWebhooksSimulator), and those of
//! the other presets [`PresetSimulator`](crate::providers::preset::PresetSimulator). A [`Signer`] signs for any other sender.
//! All of them give a [`Sent`], and [`Sent::new`] makes one of whatever you sign yourself.
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
//! [`Asking`] asks whether an endpoint is its owner's, as a sender does.
//!
//! A simulated API answers what our clients ask:
//! [`idcloud::IdCloudApiSimulator`](crate::providers::idcloud::IdCloudApiSimulator).
//!
//! # Security
//!
//! A simulator holds a key and signs whatever it is given. It belongs into tests and tools.

mod asking;
mod header_signer;
#[cfg(feature = "jwt")]
mod request_signer;
mod sample_id;
mod sent;
mod signer;
mod tamper;
#[cfg(feature = "jwt")]
mod token_signer;

use self::header_signer::HeaderSigner;
#[cfg(feature = "jwt")]
pub use self::request_signer::RequestSigner;
#[cfg(feature = "jwt")]
use self::token_signer::TokenSigner;
pub use self::{
    asking::Asking,
    sample_id::SampleId,
    sent::Sent,
    signer::{SignError, Signer},
};
