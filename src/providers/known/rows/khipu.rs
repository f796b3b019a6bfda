//! Khipu.

use crate::{
    providers::known::{Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const PAGE: &str = "docs.khipu.com, notifications 3.0 (example)";

/// Khipu.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "khipu",
    title: "Khipu",
    page: Fact::assumed("https://docs.khipu.com"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-khipu-signature", SignatureEncoding::Base64)
                .layout(SignatureLayout::Pairs {
                    signature: "s".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .timestamp_form(TimestampForm::Milliseconds)
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    secret: Some(SecretForm::text("KHIPU_MERCHANT_SECRET")),
    marks: &["x-khipu-signature"],
    sample: Some(Sample {
        types: &["demo"],
        body: r#"{"payment_id":"$id","receiver_id":$number,"subject":"demo","amount":"1000.0000","currency":"CLP","transaction_id":"$uuid","conciliation_date":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Khipu: `x-khipu-signature` holds a time, and signs it with the body, under the secret as
    /// text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    khipu
}
