//! Worldline.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.connect.worldline-solutions.com, \"Webhooks event structure\"";

/// Worldline.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "worldline",
    title: "Worldline",
    page: Fact::known(
        "https://docs.connect.worldline-solutions.com/documentation/webhooks/event-structure/",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-gcs-signature", SignatureEncoding::Base64).into()
        }),
        "Worldline-Global-Collect/connect-sdk-python3, signature_validator.py",
    ),
    identity: Fact::known(Identity::Member("/id"), PAGE),
    event_type: Fact::known(EventTypeAt::Member("/type"), PAGE),
    secret: Some(SecretForm::text("WORLDLINE_WEBHOOKS_SECRET")),
    marks: &["x-gcs-signature", "x-gcs-keyid"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["payment.created", "payment.paid", "refund.refunded"],
        body: r#"{"apiVersion":"v1","id":"$eventuuid","created":"$time","merchantId":"20000","type":$type,"payment":{"id":"$number","status":"PAID"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Worldline, formerly Ingenico: `x-gcs-signature` over the body alone. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - It is for Worldline Connect, and for Worldline Direct, whose headers are the same.
    /// - `x-gcs-keyid` names the key and is not signed. It is not read: each live secret is tried.
    /// - `id` in the body identifies an event. No time is signed.
    worldline
}
