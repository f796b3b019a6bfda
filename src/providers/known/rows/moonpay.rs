//! MoonPay.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm, repeats::secs},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "dev.moonpay.com/api-reference/platform/webhooks/overview";

/// MoonPay.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "moonpay",
    title: "MoonPay",
    page: Fact::known(
        "https://dev.moonpay.com/api-reference/platform/webhooks/overview",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("moonpay-signature-v2", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "s".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(SecretForm::text("MOONPAY_WEBHOOK_KEY").shown_in("Developers, webhook API key")),
    timeout: Fact::known(secs(5), PAGE),
    marks: &["moonpay-signature-v2"],
    sample: Some(Sample {
        types: &["transaction_created", "transaction_updated"],
        body: r#"{"type":$type,"externalCustomerId":"$uuid","data":{"id":"$uuid","status":"completed","createdAt":"2023-11-14T22:13:20Z","updatedAt":"$time"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// MoonPay: `moonpay-signature-v2` holds a time, and signs it with the body, under the secret
    /// as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - Known: MoonPay waits 5 s.
    moonpay
}
