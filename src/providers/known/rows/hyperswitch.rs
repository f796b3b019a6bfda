//! Hyperswitch.

use std::time::Duration;

use crate::{
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{hours, minutes},
    },
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/juspay/hyperswitch, `X_WEBHOOK_SIGNATURE`";

const GAPS: &[Duration] = &[
    minutes(1),
    minutes(5),
    minutes(5),
    minutes(10),
    minutes(10),
    minutes(10),
    minutes(10),
    minutes(10),
    hours(1),
    hours(1),
    hours(1),
    hours(1),
    hours(1),
    hours(6),
    hours(6),
    hours(6),
];

/// Hyperswitch.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "hyperswitch",
    title: "Hyperswitch",
    page: Fact::assumed(
        "https://docs.hyperswitch.io/explore-hyperswitch/payment-orchestration/webhooks",
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-webhook-signature-512", SignatureEncoding::Hex)
                .digest(Digest::Sha512)
                .into()
        }),
        CODE,
    ),
    identity: Fact::assumed(Identity::Member("/event_id")),
    event_type: Fact::assumed(EventTypeAt::Member("/event_type")),
    secret: Some(
        SecretForm::text("HYPERSWITCH_PAYMENT_RESPONSE_HASH_KEY")
            .shown_in("the profile's payment response hash key"),
    ),
    repeats: Fact::assumed(Repeats::after(GAPS)),
    marks: &["x-webhook-signature-512"],
    id_at: Some("/event_id"),
    sample: Some(Sample {
        types: &["payment_succeeded", "refund_succeeded"],
        body: r#"{"merchant_id":"merchant_demo","event_id":"evt_$eventid","event_type":$type,"content":{"type":"payment_details","object":{"payment_id":"pay_$id","status":"succeeded","amount":1000,"currency":"EUR"}},"timestamp":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Hyperswitch: `x-webhook-signature-512` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - `event_id` in the body identifies an event, which is assumed.
    hyperswitch
}
