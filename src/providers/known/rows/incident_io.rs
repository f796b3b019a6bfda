//! incident.io.

use crate::providers::known::{
    EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
    rows::standard_webhooks::{self, under},
};

const CODE: &str = "github.com/simstudioai/sim, `incidentio`";

/// incident.io.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "incident-io",
    title: "incident.io",
    page: Fact::assumed("https://api-docs.incident.io/tag/Webhooks"),
    proof: Fact::known(Proof::Scheme(|| under("webhook")), CODE),
    identity: Fact::known(Identity::SignedId, CODE),
    event_type: Fact::assumed(EventTypeAt::Member("/event_type")),
    secret: Some(SecretForm::whsec("INCIDENT_IO_WEBHOOK_SECRET")),
    marks: &[],
    sample: Some(Sample {
        types: &["public_incident.incident_created_v2"],
        body: r#"{"event_type":$type,"public_incident.incident_created_v2":{"id":"$id","name":"demo","created_at":"$time"}}"#,
        headers: &[],
    }),
    ..standard_webhooks::ROW
};

preset! {
    /// incident.io: [Standard Webhooks](Self::standard_webhooks), signed by incident.io.
    incident_io
}
