//! Formbricks.

use crate::providers::known::{
    EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
    rows::standard_webhooks::under,
};

const CODE: &str = "formbricks/formbricks, apps/web/lib/crypto.ts";

/// Formbricks.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "formbricks",
    title: "Formbricks",
    page: Fact::assumed("https://formbricks.com/docs"),
    proof: Fact::known(Proof::Scheme(|| under("webhook")), CODE),
    identity: Fact::known(Identity::SignedId, CODE),
    event_type: Fact::assumed(EventTypeAt::Member("/event")),
    secret: Some(SecretForm::whsec("FORMBRICKS_WEBHOOK_SECRET").shown_in("the webhook's settings")),
    sample: Some(Sample {
        types: &["responseCreated", "responseUpdated", "responseFinished"],
        body: r#"{"webhookId":"demo","event":$type,"data":{"id":"$id","surveyId":"demo","createdAt":"$time"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Formbricks: `webhook-signature` over `{id}.{timestamp}.{body}`, under its `whsec_` secret
    /// ([`Secret::whsec`](crate::keys::Secret::whsec)).
    ///
    /// - Each attempt is assumed to be signed anew. The signed `webhook-id` identifies the event over all attempts.
    /// - The scheme of Standard Webhooks.
    formbricks
}
