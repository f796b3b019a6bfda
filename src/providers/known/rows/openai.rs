//! OpenAI.

use crate::providers::known::{
    EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
    rows::standard_webhooks::{self, under},
};

const CODE: &str = "github.com/openai/openai-python, `Webhooks`";

/// OpenAI.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "openai",
    title: "OpenAI",
    page: Fact::assumed("https://platform.openai.com/docs/guides/webhooks"),
    proof: Fact::known(Proof::Scheme(|| under("webhook")), CODE),
    identity: Fact::known(Identity::SignedId, CODE),
    event_type: Fact::known(EventTypeAt::Member("/type"), CODE),
    secret: Some(SecretForm::whsec("OPENAI_WEBHOOK_SECRET")),
    marks: &[],
    sample: Some(Sample {
        types: &["response.completed", "batch.completed"],
        body: r#"{"id":"evt_$hex","object":"event","created_at":$secs,"type":$type,"data":{"id":"resp_$hex"}}"#,
        headers: &[],
    }),
    ..standard_webhooks::ROW
};

preset! {
    /// OpenAI: [Standard Webhooks](Self::standard_webhooks), signed by OpenAI.
    openai
}
