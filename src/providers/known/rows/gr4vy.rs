//! Gr4vy.

use crate::{
    providers::known::{Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const SDK: &str = "gr4vy/gr4vy-python, its webhook verification and tests/test_webhooks.py";

/// Gr4vy.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "gr4vy",
    title: "Gr4vy",
    page: Fact::assumed("https://docs.gr4vy.com"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-gr4vy-webhook-signatures", SignatureEncoding::Hex)
                .layout(SignatureLayout::List)
                .timestamp("x-gr4vy-webhook-timestamp", TimestampForm::Seconds)
                .template("{timestamp}.{body}")
                .into()
        }),
        SDK,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    secret: Some(SecretForm::text("GR4VY_WEBHOOK_SECRET")),
    marks: &["x-gr4vy-webhook-signatures", "x-gr4vy-webhook-timestamp"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["event"],
        body: r#"{"type":$type,"id":"$eventuuid","created_at":"$time","target":{"type":"transaction","id":"$uuid"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Gr4vy: `x-gr4vy-webhook-signatures` over `x-gr4vy-webhook-timestamp`, a dot and the body. The secret is
    /// taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The header is a list: each live secret has signed. One of them has to match.
    /// - `id` in the body identifies an event, which is assumed. No type is read.
    gr4vy
}
