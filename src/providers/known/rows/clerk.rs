//! Clerk.

use crate::providers::known::{
    EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
    rows::standard_webhooks::under,
};

const PAGE: &str = "clerk.com/docs/guides/development/webhooks/overview";
const SDK: &str = "@clerk/backend, `verifyWebhook`";

/// Clerk.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "clerk",
    title: "Clerk",
    page: Fact::known(
        "https://clerk.com/docs/guides/development/webhooks/overview",
        PAGE,
    ),
    proof: Fact::known(Proof::Scheme(|| under("svix")), SDK),
    identity: Fact::known(Identity::SignedId, SDK),
    event_type: Fact::known(EventTypeAt::Member("/type"), PAGE),
    secret: Some(
        SecretForm::whsec("CLERK_WEBHOOK_SIGNING_SECRET")
            .shown_in("Webhooks, the endpoint, Signing Secret"),
    ),
    sample: Some(Sample {
        types: &["user.created", "user.updated", "session.created"],
        body: r#"{"data":{"id":"user_$id","object":"user","created_at":$millis},"object":"event","type":$type,"timestamp":$millis,"instance_id":"ins_demo"}"#,
        headers: &[("user-agent", "Svix-Webhooks/1.0")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Clerk: `svix-signature` over `{id}.{timestamp}.{body}`, under its `whsec_` secret
    /// ([`Secret::whsec`](crate::keys::Secret::whsec)).
    ///
    /// - Each attempt is assumed to be signed anew. The signed `svix-id` identifies the event over all attempts.
    /// - Clerk sends through Svix.
    clerk
}
