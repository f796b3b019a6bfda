//! Truepic.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const SDK: &str = "github.com/TRUEPIC/webhook-verifier-nodejs";

/// Truepic.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "truepic",
    title: "Truepic",
    page: Fact::known("https://github.com/TRUEPIC/webhook-verifier-nodejs", SDK),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("truepic-signature", SignatureEncoding::Base64)
                .layout(SignatureLayout::Pairs {
                    signature: "s".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{url},{timestamp},{body}")
                .into()
        }),
        SDK,
    ),
    event_type: Fact::known(EventTypeAt::Member("/type"), SDK),
    secret: Some(SecretForm::text("TRUEPIC_WEBHOOK_SECRET")),
    marks: &["truepic-signature"],
    sample: Some(Sample {
        types: &["captures.created", "captures.processed"],
        body: r#"{"type":$type,"data":{"id":"$uuid","type":"PHOTO","status":"WAITING","custom_data":null,"created_at":"2023-10-25T18:48:39.479Z","updated_at":"$time"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Truepic: `truepic-signature: t=…,s=…` over the endpoint's address, the time and the body, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)). It needs [`address`](Self::address).
    ///
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    truepic
}
