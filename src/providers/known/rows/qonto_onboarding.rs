//! Qonto Onboarding.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.qonto.com/api-reference/onboarding-api/webhooks";

/// Qonto Onboarding.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "qonto-onboarding",
    title: "Qonto Onboarding",
    page: Fact::known(
        "https://docs.qonto.com/api-reference/onboarding-api/webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("qonto-sha256-signature", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::known(EventTypeAt::Member("/event_type"), PAGE),
    secret: Some(
        SecretForm::text("QONTO_WEBHOOK_SECRET").shown_in("chosen when the webhook is created"),
    ),
    marks: &["qonto-sha256-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["registrations.pending", "registrations.approved"],
        body: r#"{"id":"$eventuuid","event_type":$type,"resource_type":"registration","resource_id":"$uuid","created_at":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Qonto's Onboarding API: `qonto-sha256-signature` over the body alone. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - It is not for the Business API of Qonto, whose header is `x-qonto-signature`.
    /// - `id` in the body identifies an event, which is assumed. No time is signed.
    qonto_onboarding
}
