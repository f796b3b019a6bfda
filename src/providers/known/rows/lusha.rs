//! Lusha.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str = "docs.lusha.com/webhooks/security";

/// Lusha.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "lusha",
    title: "Lusha",
    page: Fact::known("https://docs.lusha.com/webhooks/security", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-lusha-signature", SignatureEncoding::Hex)
                .timestamp("x-lusha-timestamp", TimestampForm::Seconds)
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(SecretForm::text("LUSHA_WEBHOOK_SECRET")),
    assumed: &["its time is in seconds"],
    marks: &["x-lusha-signature", "x-lusha-timestamp"],
    sample: Some(Sample {
        types: &["contact.updated"],
        body: r#"{"id":"$eventuuid","type":$type,"entityType":"contact","data":{"id":"$number"}}"#,
        headers: &[("user-agent", "Lusha-Webhooks/1.0")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Lusha: `x-lusha-signature` over `x-lusha-timestamp` and the body, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    lusha
}
