//! Replicate.

use crate::providers::known::{
    Fact, Identity, KnownSender, Proof, Sample, SecretForm, rows::standard_webhooks,
};

const SDK: &str = "replicate/replicate-javascript, `validateWebhook` and its tests";

/// Replicate.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "replicate",
    title: "Replicate",
    page: Fact::assumed("https://replicate.com/docs/topics/webhooks/verify-webhook"),
    proof: Fact::known(Proof::Scheme(|| standard_webhooks::under("webhook")), SDK),
    identity: Fact::known(Identity::SignedId, SDK),
    secret: Some(SecretForm::whsec("REPLICATE_WEBHOOK_SECRET")),
    sample: Some(Sample {
        types: &["prediction"],
        body: r#"{"id":"$id","model":"demo/model","object":$type,"status":"succeeded","created_at":"$time","output":null}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Replicate: Standard Webhooks, under `webhook-id`, `webhook-timestamp`, `webhook-signature`. The secret
    /// is taken with its prefix ([`Secret::whsec`](crate::keys::Secret::whsec)).
    replicate
}
