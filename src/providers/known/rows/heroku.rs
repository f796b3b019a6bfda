//! Heroku.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str =
    "docs.rs/heroku_rs, `AppWebhookCreate`; github.com/Yizack/nuxt-webhook-validators, `heroku`";

/// Heroku.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "heroku",
    title: "Heroku",
    page: Fact::assumed("https://devcenter.heroku.com/articles/app-webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("heroku-webhook-hmac-sha256", SignatureEncoding::Base64).into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/webhook_metadata/event/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/resource")),
    secret: Some(
        SecretForm::text("HEROKU_WEBHOOK_SECRET").shown_in("the app, More, View Webhooks, Secret"),
    ),
    marks: &["heroku-webhook-hmac-sha256"],
    id_at: Some("/webhook_metadata/event/id"),
    sample: Some(Sample {
        types: &["build", "release"],
        body: r#"{"id":"$uuid","created_at":"$time","resource":$type,"action":"create","data":{"id":"$uuid","status":"succeeded"},"webhook_metadata":{"attempt":{"id":"$uuid"},"event":{"id":"$eventuuid","include":"api:build"}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Heroku: `heroku-webhook-hmac-sha256` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - `webhook_metadata.event.id` in the body identifies an event, which is assumed.
    heroku
}
