//! GoCardless.

use crate::{
    providers::known::{Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/gocardless/gocardless-pro-python, `webhooks.parse`";

/// GoCardless.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "gocardless",
    title: "GoCardless",
    page: Fact::assumed(
        "https://developer.gocardless.com/getting-started/staying-up-to-date-with-webhooks",
    ),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("webhook-signature", SignatureEncoding::Hex).into()),
        CODE,
    ),
    secret: Some(SecretForm::text("GOCARDLESS_WEBHOOK_SECRET")),
    sample: Some(Sample {
        types: &["payments", "mandates"],
        body: r#"{"events":[{"id":"EV$eventid","created_at":"$time","resource_type":$type,"action":"created","links":{"payment":"PM000001"},"details":{"origin":"api","cause":"payment_created"},"metadata":{}}]}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// GoCardless: `webhook-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - One request holds several events, in `events`. They are one event here: its handler goes through them.
    gocardless
}
