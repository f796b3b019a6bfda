//! Outreach.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "developers.outreach.io/client-extensions/app-lifecycle-webhooks";

/// Outreach.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "outreach",
    title: "Outreach",
    page: Fact::known(
        "https://developers.outreach.io/client-extensions/app-lifecycle-webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("outreach-webhook-signature", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/meta/eventName"), PAGE),
    secret: Some(SecretForm::text("OUTREACH_WEBHOOK_SECRET")),
    media_types: &["application/vnd.api+json", "application/json"],
    content_type: "application/vnd.api+json",
    marks: &["outreach-webhook-signature", "outreach-webhook-id"],
    sample: Some(Sample {
        types: &["install.created", "install.deleted"],
        body: r#"{"data":{"type":"install","id":"$uuid","relationships":{"app":{"data":{"type":"app","id":"$uuid"}}}},"meta":{"deliveredAt":"$time","eventName":$type}}"#,
        headers: &[("outreach-webhook-id", "$uuid")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Outreach: `outreach-webhook-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - `meta.deliveredAt` may differ from attempt to attempt. Then each attempt is an event of its own.
    outreach
}
