//! Standard Webhooks, and Svix, which it grew out of.

use std::time::Duration;

use super::{
    Fact, JSON, KnownSender, Repeats, Sample, SecretForm,
    repeats::{hours, minutes, secs},
};
use crate::provider::Retries;

/// The schedule that the specification recommends.
const GAPS: &[Duration] = &[
    secs(5),
    minutes(5),
    minutes(30),
    hours(2),
    hours(5),
    hours(10),
    hours(14),
    hours(20),
    hours(24),
];

/// Senders that follow the specification. Each decides for itself how long it waits, and what it sends again.
pub(crate) const STANDARD_WEBHOOKS: KnownSender = KnownSender {
    name: "standard-webhooks",
    title: "Standard Webhooks",
    secret: Some(SecretForm::whsec("STANDARD_WEBHOOKS_SECRET")),
    timeout: Fact::assumed(secs(15)),
    retries: Fact::assumed(Retries::Unknown),
    repeats: Fact::assumed(Repeats::after(GAPS)),
    media_types: JSON,
    largest_body: None,
    warning: None,
    marks: &["webhook-signature", "webhook-id"],
    id_at: None,
    sample: Some(Sample::UNKNOWN),
};

/// Svix.
pub(crate) const SVIX: KnownSender = KnownSender {
    name: "svix",
    title: "Svix",
    secret: Some(SecretForm::whsec("SVIX_SECRET")),
    marks: &["svix-signature", "svix-id"],
    sample: Some(Sample {
        headers: &[("user-agent", "Svix-Webhooks/1.0")],
        ..Sample::UNKNOWN
    }),
    ..STANDARD_WEBHOOKS
};
