//! Orb.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const SDK: &str = "orbcorp/orb-python, src/orb/resources/webhooks.py and its tests";

/// Orb.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "orb",
    title: "Orb",
    page: Fact::assumed("https://docs.withorb.com"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-orb-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::SpaceSeparated {
                    prefix: "v1=".to_owned(),
                })
                .timestamp("x-orb-timestamp", TimestampForm::UtcDateTime)
                .template("v1:{timestamp}:{body}")
                .into()
        }),
        SDK,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::known(EventTypeAt::Member("/type"), SDK),
    secret: Some(SecretForm::text("ORB_WEBHOOK_SECRET")),
    marks: &["x-orb-signature", "x-orb-timestamp"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["customer.created", "subscription.created", "invoice.issued"],
        body: r#"{"id":"$eventid","created_at":"$time","type":$type,"properties":{},"customer":{"id":"$id"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Orb: `x-orb-signature` over its version, `x-orb-timestamp` and the body. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The time has no offset, and is one of UTC.
    /// - `id` in the body identifies an event, which is assumed.
    orb
}
