//! Logto.

use std::time::Duration;

use crate::{
    provider::Retries,
    providers::known::{
        BodyTime, EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats, SecretForm,
        repeats::secs,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/logto-io/logto, packages/core, the library that triggers webhooks";

/// The header that carries the signature.
const SIGNATURE: &str = "logto-signature-sha-256";

/// Builds that send again at all. Version 1.42.0 never does.
const GAPS: &[Duration] = &[
    Duration::from_millis(300),
    Duration::from_millis(600),
    Duration::from_millis(1200),
];

/// See [`Logto`](crate::providers::logto::Logto).
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "logto",
    title: "Logto",
    page: Fact::assumed("https://docs.logto.io/developers/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new(SIGNATURE, SignatureEncoding::Hex).into()),
        CODE,
    ),
    // It sends no id.
    identity: Fact::known(Identity::Digest, CODE),
    event_type: Fact::known(EventTypeAt::Member("/event"), CODE),
    body_time: Some(Fact::known(BodyTime::occurred_at("/createdAt"), CODE)),
    secret: Some(SecretForm::text("LOGTO_SIGNING_KEY").shown_in("the webhook's page, Signing key")),
    timeout: Fact::known(secs(10), CODE),
    retries: Fact::known(Retries::For(secs(3)), CODE),
    repeats: Fact::known(Repeats::after(GAPS).only_after_5xx(), CODE),
    // Of the recordings; custom data makes larger ones.
    largest_body: Some(1415),
    warning: Some(
        "Logto 1.42.0 never sends an event again, later builds only within 3 s; the hook's recent logs keep what failed",
    ),
    marks: &[SIGNATURE],
    ..KnownSender::UNKNOWN
};
