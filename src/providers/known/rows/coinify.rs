//! Coinify.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "coinify.readme.io/docs/webhook-signature";

/// Coinify.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "coinify",
    title: "Coinify",
    page: Fact::known("https://coinify.readme.io/docs/webhook-signature", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-coinify-webhook-signature", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/event")),
    secret: Some(
        SecretForm::text("COINIFY_WEBHOOK_SECRET").shown_in("the shared secret of the webhook"),
    ),
    marks: &["x-coinify-webhook-signature"],
    sample: Some(Sample {
        types: &[
            "payment-intent.completed",
            "payment-intent.failed",
            "settlement.created",
        ],
        body: r#"{"id":"$eventuuid","time":"$time","event":$type,"context":{"id":"$uuid","orderId":"demo"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Coinify: `x-coinify-webhook-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    coinify
}
