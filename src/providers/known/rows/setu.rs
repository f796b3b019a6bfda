//! Setu.

use crate::{
    providers::known::{Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.setu.co, \"Verify signature\"";

/// Setu.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "setu",
    title: "Setu",
    page: Fact::known(
        "https://docs.setu.co/payments/umap/notifications/verify-signature",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-setu-signature", SignatureEncoding::Hex).into()),
        PAGE,
    ),
    secret: Some(SecretForm::text("SETU_WEBHOOK_SECRET")),
    marks: &["x-setu-signature"],
    sample: Some(Sample {
        types: &["payment"],
        body: r#"{"eventType":$type,"id":"$eventuuid","timeStamp":"$time","data":{"amount":1000}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Setu: `x-setu-signature` over the body alone. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The digest of the body identifies an event, which is assumed.
    setu
}
