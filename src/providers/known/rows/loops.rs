//! Loops.

use crate::providers::known::{
    EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
    rows::standard_webhooks::{self, under},
};

const CODE: &str = "github.com/simstudioai/sim, `loops`";

/// Loops.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "loops",
    title: "Loops",
    page: Fact::assumed("https://loops.so/docs/webhooks"),
    proof: Fact::known(Proof::Scheme(|| under("webhook")), CODE),
    identity: Fact::known(Identity::SignedId, CODE),
    event_type: Fact::assumed(EventTypeAt::Member("/eventName")),
    secret: Some(SecretForm::whsec("LOOPS_WEBHOOK_SECRET")),
    assumed: &["its secret begins with `whsec_`"],
    marks: &[],
    sample: Some(Sample {
        types: &["email.delivered", "contact.created"],
        body: r#"{"eventName":$type,"eventTime":$secs,"webhookSchemaVersion":"1.0.0","contact":{"id":"$id","email":"demo@example.com"}}"#,
        headers: &[],
    }),
    ..standard_webhooks::ROW
};

preset! {
    /// Loops: [Standard Webhooks](Self::standard_webhooks), signed by Loops.
    loops
}
