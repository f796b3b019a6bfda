//! NMI.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.nmi.com/reference/subscriptions";

/// NMI.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "nmi",
    title: "NMI",
    page: Fact::known("https://docs.nmi.com/reference/subscriptions", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("signature", SignatureEncoding::Hex).into()),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/event_type")),
    secret: Some(SecretForm::text("NMI_WEBHOOK_SUBSCRIPTION_SECRET")),
    sample: Some(Sample {
        types: &["application.updated"],
        body: r#"{"event_id":"$eventuuid","event_type":$type,"event_body":{"id":"$number"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// NMI: `signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - The merchant boarding API.
    nmi
}
