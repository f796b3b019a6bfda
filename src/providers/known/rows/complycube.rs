//! ComplyCube.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const SDK: &str = "complycube/complycube-php, `EventVerifier`";

/// ComplyCube.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "complycube",
    title: "ComplyCube",
    page: Fact::assumed("https://docs.complycube.com/documentation/integration-resources/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("complycube-signature", SignatureEncoding::Hex).into()
        }),
        SDK,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(SecretForm::text("COMPLYCUBE_WEBHOOK_SECRET").shown_in("Developers, Webhooks")),
    marks: &["complycube-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["check.completed", "client.created", "document.created"],
        body: r#"{"id":"$eventid","type":$type,"resourceType":"check","payload":{"id":"$id","outcome":"clear"},"createdAt":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// ComplyCube: `complycube-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. The body's `id` identifies the event. That is assumed.
    complycube
}
