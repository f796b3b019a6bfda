//! Syntage.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "docs.syntage.com, \"Validating Webhook Requests\"";

/// Syntage.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "syntage",
    title: "Syntage",
    page: Fact::known("https://docs.syntage.com/docs", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-satws-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "s".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(SecretForm::text("SYNTAGE_SIGNING_SECRET")),
    marks: &["x-satws-signature"],
    sample: Some(Sample {
        types: &["extraction.updated", "invoice.created"],
        body: r#"{"id":"$eventuuid","type":$type,"resource":"/extractions","createdAt":"$time","data":{"object":{"id":"$uuid"}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Syntage: `x-satws-signature` over the time and the body. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `id` identifies an event, which is assumed.
    syntage
}
