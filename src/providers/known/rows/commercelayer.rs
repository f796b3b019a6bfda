//! Commerce Layer.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm, repeats::secs},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.commercelayer.io/core/callbacks-security";
const WEBHOOKS: &str = "docs.commercelayer.io/core/real-time-webhooks";

/// Commerce Layer.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "commercelayer",
    title: "Commerce Layer",
    page: Fact::known(
        "https://docs.commercelayer.io/core/callbacks-security",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-commercelayer-signature", SignatureEncoding::Base64).into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Header("x-commercelayer-topic"), WEBHOOKS),
    secret: Some(
        SecretForm::text("COMMERCELAYER_SHARED_SECRET")
            .shown_in("`shared_secret` in the answer that creates the webhook")
            .several("each webhook of Commerce Layer has a secret of its own"),
    ),
    timeout: Fact::known(secs(5), WEBHOOKS),
    marks: &["x-commercelayer-signature", "x-commercelayer-topic"],
    sample: Some(Sample {
        types: &["orders.place", "orders.pay", "shipments.ship"],
        body: r#"{"data":{"id":"$id","type":"orders","attributes":{"number":$number,"status":"placed","updated_at":"$time"}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Commerce Layer: `x-commercelayer-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - `x-commercelayer-topic` is not signed.
    /// - Known: Commerce Layer waits 5 s. It is assumed to send again up to 10 times, and to disable the webhook after
    ///   30 failures in a row.
    commercelayer
}
