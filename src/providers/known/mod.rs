//! Everything that is known of each sender, in one row, with the source of each fact.
//!
//! Packs, simulators and the command read these rows. The tables of the guides are held to them by tests.

mod facephi;
mod fact;
mod github;
mod idcloud;
mod logto;
mod repeats;
mod sample;
mod secret_form;
mod shopify;
mod slack;
mod standard_webhooks;
mod stripe;
mod unico_check;

use std::time::Duration;

pub use self::{fact::Fact, repeats::Repeats, sample::Sample, secret_form::SecretForm};
pub(crate) use self::{
    github::GITHUB,
    logto::LOGTO,
    shopify::SHOPIFY,
    slack::SLACK,
    standard_webhooks::{STANDARD_WEBHOOKS, SVIX},
    stripe::STRIPE,
};
use crate::provider::{Retries, SenderProfile};

/// Every sender that is known. Of two that share a mark the surer one comes first.
pub static ALL: &[&KnownSender] = &[
    &logto::LOGTO,
    &facephi::FACEPHI,
    &idcloud::IDCLOUD,
    &unico_check::UNICO_CHECK,
    &standard_webhooks::SVIX,
    &standard_webhooks::STANDARD_WEBHOOKS,
    &github::GITHUB,
    &stripe::STRIPE,
    &slack::SLACK,
    &shopify::SHOPIFY,
];

/// The sender of this name.
///
/// ```
/// let github = hookgate::providers::known::find("github").unwrap();
/// assert_eq!(github.secret.unwrap().variable, "GITHUB_WEBHOOK_SECRET");
/// assert!(!github.timeout.is_assumed());
/// ```
pub fn find(name: &str) -> Option<&'static KnownSender> {
    ALL.iter().copied().find(|sender| sender.name == name)
}

/// Everything that is known of one sender.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct KnownSender {
    /// The pack's name: part of every event key.
    pub name: &'static str,
    /// The sender's own name.
    pub title: &'static str,
    /// The secret that signs; `None` where nothing is signed with one.
    pub secret: Option<SecretForm>,
    /// How long it waits for an answer.
    pub timeout: Fact<Duration>,
    /// Whether, and for how long, it sends again.
    pub retries: Fact<Retries>,
    /// When it sends again, one attempt after the other.
    pub repeats: Fact<Repeats>,
    /// The media types that are taken, lower case, without parameters.
    pub media_types: &'static [&'static str],
    /// The largest body that it is known to send, in bytes.
    pub largest_body: Option<usize>,
    /// What an operator must know before relying on inline handling.
    pub warning: Option<&'static str>,
    /// Headers that only this sender writes.
    pub marks: &'static [&'static str],
    /// Where the body has the event's id, as a JSON Pointer (RFC 6901), for tools that show it.
    pub id_at: Option<&'static str>,
    /// An event as it might write one; `None` where the pack's simulator has its own.
    pub sample: Option<Sample>,
}

/// Media types of senders that send JSON alone.
const JSON: &[&str] = &["application/json"];

impl KnownSender {
    /// `profile` with what is known of the sender. What is only assumed is for tools: a receiver's defaults do not
    /// follow it.
    pub(crate) fn known_in(&self, profile: SenderProfile) -> SenderProfile {
        SenderProfile {
            timeout: self.timeout.if_known().copied(),
            retries: self.retries.if_known().copied().unwrap_or(Retries::Unknown),
            media_types: self.media_types,
            largest_body: self.largest_body,
            warning: self.warning,
            ..profile
        }
    }
}
