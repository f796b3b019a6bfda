//! Nylas.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/nylas/nylas-java, `WebhookRequestValidator`";

/// Nylas.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "nylas",
    title: "Nylas",
    page: Fact::assumed("https://developer.nylas.com/docs/v3/notifications"),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-nylas-signature", SignatureEncoding::Hex).into()),
        CODE,
    ),
    identity: Fact::known(Identity::Member("/id"), CODE),
    event_type: Fact::known(EventTypeAt::Member("/type"), CODE),
    secret: Some(SecretForm::text("NYLAS_WEBHOOK_SECRET")),
    marks: &["x-nylas-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["message.created", "grant.deleted"],
        body: r#"{"specversion":"1.0","type":$type,"source":"/nylas/system","id":"$eventid","time":$secs,"webhook_delivery_attempt":1,"data":{"application_id":"$uuid","object":{"grant_id":"$uuid","provider":"google"}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Nylas: `x-nylas-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - `id` in the body identifies an event.
    /// - `webhook_delivery_attempt` in the body counts attempts, so the id identifies an event.
    /// - Assumed: when the webhook is set up, Nylas asks with GET and `challenge`, unsigned. Answer it beside this
    ///   route.
    nylas
}
