//! Lago.

use std::time::Duration;

use crate::{
    providers::known::{
        EventTypeAt, Fact, KnownSender, Proof, Repeats, Sample, SecretForm, repeats::secs,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const SIGNATURE: &str = "github.com/getlago/lago-api, `Webhook#hmac_signature`";
const EVENTS: &str = "getlago.com/docs/api-reference/webhooks/format---signature";
const DELIVERY: &str = "github.com/getlago/lago-api, `SendHttpService`";

const GAPS: &[Duration] = &[secs(3), secs(18)];

/// Lago.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "lago",
    title: "Lago",
    page: "https://getlago.com/docs/api-reference/webhooks/format---signature",
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-lago-signature", SignatureEncoding::Base64).into()
        }),
        SIGNATURE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/webhook_type"), EVENTS),
    secret: Some(SecretForm::text("LAGO_WEBHOOK_HMAC_KEY")),
    timeout: Fact::known(secs(30), DELIVERY),
    repeats: Fact::known(Repeats::after(GAPS), DELIVERY),
    marks: &[
        "x-lago-signature",
        "x-lago-signature-algorithm",
        "x-lago-unique-key",
    ],
    sample: Some(Sample {
        types: &["invoice.created", "customer.created"],
        body: r#"{"webhook_type":$type,"object_type":"invoice","organization_id":"$uuid","invoice":{"lago_id":"$uuid","status":"finalized","currency":"EUR"}}"#,
        headers: &[
            ("x-lago-signature-algorithm", "hmac"),
            ("x-lago-unique-key", "$uuid"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Lago: `x-lago-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - Choose `hmac` at the webhook endpoint. With `jwt`, its default, nothing is accepted.
    /// - `x-lago-unique-key` is not signed.
    /// - Known: unless its owner sets other values, Lago waits 30 s, and sends twice again.
    lago
}
