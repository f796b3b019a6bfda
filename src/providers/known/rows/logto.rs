//! Logto.

use std::time::Duration;

use super::{Fact, JSON, KnownSender, Repeats, SecretForm, repeats::secs};
use crate::provider::Retries;

const CODE: &str = "github.com/logto-io/logto, packages/core, the library that triggers webhooks";

/// Builds that send again at all. Version 1.42.0 never does.
const GAPS: &[Duration] = &[
    Duration::from_millis(300),
    Duration::from_millis(600),
    Duration::from_millis(1200),
];

/// See [`Logto`](crate::providers::logto::Logto).
pub(crate) const LOGTO: KnownSender = KnownSender {
    name: "logto",
    title: "Logto",
    secret: Some(SecretForm::text("LOGTO_SIGNING_KEY")),
    timeout: Fact::known(secs(10), CODE),
    retries: Fact::known(Retries::For(secs(3)), CODE),
    repeats: Fact::known(
        Repeats {
            gaps: GAPS,
            only_after_5xx: true,
        },
        CODE,
    ),
    media_types: JSON,
    // Of the recordings; custom data makes larger ones.
    largest_body: Some(1415),
    warning: Some(
        "Logto 1.42.0 never sends an event again, later builds only within 3 s: answer fast, \
         keep a durable row or job of your own, and reconcile from the hook's recent logs",
    ),
    marks: &["logto-signature-sha-256"],
    id_at: None,
    sample: None,
};
