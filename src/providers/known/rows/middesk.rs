//! Middesk.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.middesk.com/build/secure-webhooks";

/// Middesk.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "middesk",
    title: "Middesk",
    page: Fact::known("https://docs.middesk.com/build/secure-webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-middesk-signature-256", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(SecretForm::text("MIDDESK_WEBHOOK_SECRET").shown_in("chosen with the webhook")),
    marks: &["x-middesk-signature-256"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["business.created", "business.updated", "tin.retried"],
        body: r#"{"object":"event","id":"$eventuuid","account_id":"00000000-0000-4000-8000-000000000001","type":$type,"data":{"object":{"object":"business","id":"$uuid","status":"approved"}},"created_at":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Middesk: `x-middesk-signature-256` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. The body's `id` identifies the event. That is assumed.
    /// - For webhooks with a secret.
    middesk
}
