//! KOMOJU.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "doc.komoju.com/docs/webhooks";

/// KOMOJU.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "komoju",
    title: "KOMOJU",
    page: Fact::known("https://doc.komoju.com/docs/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-komoju-signature", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(SecretForm::text("KOMOJU_WEBHOOK_SECRET")),
    marks: &["x-komoju-signature", "x-komoju-event"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["payment.captured", "payment.refunded"],
        body: r#"{"id":"$eventid","type":$type,"resource":"event","data":{"id":"$id","resource":"payment","status":"captured","amount":1000,"currency":"JPY"},"created_at":"$time"}"#,
        headers: &[("x-komoju-event", "$name"), ("x-komoju-id", "$id")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// KOMOJU: `x-komoju-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - `id` in the body identifies an event, which is assumed.
    komoju
}
