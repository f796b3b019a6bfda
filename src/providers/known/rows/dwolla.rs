//! Dwolla.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, JSON, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "developers.dwolla.com, \"Process and validate webhooks\"";

/// Dwolla.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "dwolla",
    title: "Dwolla",
    page: Fact::assumed("https://developers.dwolla.com"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-request-signature-sha-256", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/topic")),
    secret: Some(
        SecretForm::text("DWOLLA_WEBHOOK_SECRET").shown_in("chosen with the webhook subscription"),
    ),
    media_types: &[JSON, "application/vnd.dwolla.v1.hal+json"],
    marks: &["x-request-signature-sha-256", "x-dwolla-topic"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &[
            "transfer_completed",
            "customer_verified",
            "bank_transfer_failed",
        ],
        body: r#"{"id":"$eventuuid","resourceId":"$uuid","topic":$type,"timestamp":"$time","_links":{"self":{"href":"https://api.dwolla.com/events/$uuid"}},"created":"$time"}"#,
        headers: &[("x-dwolla-topic", "$name")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Dwolla: `x-request-signature-sha-256` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. The body's `id` identifies the event. That is assumed.
    /// - `x-dwolla-topic` is not signed. The body's `topic` is.
    dwolla
}
