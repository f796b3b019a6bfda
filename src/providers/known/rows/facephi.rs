//! Facephi.

use std::time::Duration;

use super::{
    Fact, KnownSender, Repeats, SecretForm,
    repeats::{minutes, secs},
};
use crate::{cloudevents::STRUCTURED_JSON, provider::Retries};

/// Nothing is known: for tools that have to send again all the same.
const GAPS: &[Duration] = &[secs(1), secs(5), secs(30), minutes(5)];

/// See [`Facephi`](crate::providers::facephi::Facephi).
pub(super) const FACEPHI: KnownSender = KnownSender {
    name: "facephi",
    title: "Facephi",
    secret: Some(SecretForm::text("FACEPHI_SECRET")),
    timeout: Fact::assumed(secs(10)),
    retries: Fact::assumed(Retries::Unknown),
    repeats: Fact::assumed(Repeats::after(GAPS)),
    media_types: &[STRUCTURED_JSON],
    largest_body: None,
    warning: None,
    marks: &[],
    id_at: Some("/id"),
    sample: None,
};
