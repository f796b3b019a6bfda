//! Webex.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "developer.webex.com, \"Using a Webhook Secret\"";

/// Webex.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "webex",
    title: "Webex",
    page: "https://developer.webex.com/blog/using-a-webhook-secret",
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-spark-signature", SignatureEncoding::Hex)
                .digest(Digest::Sha1)
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/event")),
    secret: Some(SecretForm::text("WEBEX_WEBHOOK_SECRET")),
    marks: &["x-spark-signature"],
    sample: Some(Sample {
        types: &["created", "updated", "deleted"],
        body: r#"{"id":"$id","name":"demo","resource":"messages","event":$type,"created":"$time","data":{"id":"$hex","roomId":"$id"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Webex: `x-spark-signature` over the body alone, with SHA-1. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `id` is that of the webhook. The digest of the body identifies an event, which is assumed.
    /// - The type is `event`: what happened to the `resource`.
    webex
}
