//! Sentry.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm, repeats::secs},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.sentry.io, \"Integration platform webhooks\"";

/// Sentry.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "sentry",
    title: "Sentry",
    page: Fact::known(
        "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("sentry-hook-signature", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    equal_bodies: Some("an issue is resolved twice without an error between"),
    event_type: Fact::known(EventTypeAt::Header("sentry-hook-resource"), PAGE),
    secret: Some(SecretForm::text("SENTRY_CLIENT_SECRET")),
    timeout: Fact::assumed(secs(1)),
    marks: &[
        "sentry-hook-signature",
        "sentry-hook-resource",
        "sentry-hook-timestamp",
    ],
    sample: Some(Sample {
        types: &["issue", "event_alert", "installation"],
        body: r#"{"action":"created","installation":{"uuid":"$uuid"},"data":{"issue":{"id":"$number","title":"TypeError","lastSeen":"$time"}},"actor":{"type":"application","id":"sentry","name":"Sentry"}}"#,
        headers: &[("request-id", "$hex"), ("sentry-hook-timestamp", "$secs")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Sentry: `sentry-hook-signature` over the body alone, under the client secret of the integration. The
    /// secret is taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Neither `sentry-hook-resource` nor `sentry-hook-timestamp` is signed. The first is a
    ///   [`claimed_type`](crate::delivery::Delivery::claimed_type).
    /// - The digest of the body identifies an event, which is assumed.
    sentry
}
