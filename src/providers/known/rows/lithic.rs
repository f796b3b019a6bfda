//! Lithic.

use crate::providers::known::{
    EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
    rows::standard_webhooks::{self, under},
};

const CODE: &str = "github.com/lithic-com/lithic-python, `Webhooks`";

/// Lithic.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "lithic",
    title: "Lithic",
    page: Fact::assumed("https://docs.lithic.com/docs/events-api"),
    proof: Fact::known(Proof::Scheme(|| under("webhook")), CODE),
    identity: Fact::known(Identity::SignedId, CODE),
    event_type: Fact::assumed(EventTypeAt::Member("/event_type")),
    secret: Some(SecretForm::whsec("LITHIC_WEBHOOK_SECRET")),
    marks: &[],
    sample: Some(Sample {
        types: &["card.created", "account_holder.created"],
        body: r#"{"event_type":$type,"token":"$uuid","created":"$time"}"#,
        headers: &[],
    }),
    ..standard_webhooks::ROW
};

preset! {
    /// Lithic: [Standard Webhooks](Self::standard_webhooks), signed by Lithic.
    lithic
}
