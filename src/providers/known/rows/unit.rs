//! Unit.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding},
};

const SDK: &str = "unit-finance/unit-node-sdk, `webhooks.verify` and its tests";

/// Unit.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "unit",
    title: "Unit",
    page: Fact::assumed("https://docs.unit.co/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-unit-signature", SignatureEncoding::Base64)
                .digest(Digest::Sha1)
                .into()
        }),
        SDK,
    ),
    event_type: Fact::known(EventTypeAt::Nowhere, SDK),
    secret: Some(SecretForm::text("UNIT_WEBHOOK_TOKEN")),
    marks: &["x-unit-signature"],
    sample: Some(Sample {
        types: &["application.approved", "payment.sent"],
        body: r#"{"data":[{"id":"$eventnumber","type":$type,"attributes":{"createdAt":"$time"},"relationships":{"customer":{"data":{"id":"1","type":"individualCustomer"}}}}]}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Unit: `x-unit-signature` over the body alone, with SHA-1. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The body may hold several events. The digest of the body identifies them together, which is assumed.
    unit
}
