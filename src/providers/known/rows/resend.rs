//! Resend.

use crate::providers::known::{
    EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm, rows::standard_webhooks,
};

const SDK: &str = "resend/resend-node, `webhooks.verify`";

/// Resend.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "resend",
    title: "Resend",
    page: Fact::assumed("https://resend.com/docs/webhooks/verify-webhooks-requests"),
    proof: Fact::known(Proof::Scheme(|| standard_webhooks::under("svix")), SDK),
    identity: Fact::known(Identity::SignedId, SDK),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(SecretForm::whsec("RESEND_WEBHOOK_SECRET")),
    sample: Some(Sample {
        types: &["email.sent", "email.delivered", "email.bounced"],
        body: r#"{"type":$type,"created_at":"$time","data":{"email_id":"$uuid","from":"shop@example.com","to":["customer@example.com"],"subject":"Your order"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Resend: Standard Webhooks, under `svix-id`, `svix-timestamp`, `svix-signature`. The secret is taken with
    /// its prefix ([`Secret::whsec`](crate::keys::Secret::whsec)).
    resend
}
