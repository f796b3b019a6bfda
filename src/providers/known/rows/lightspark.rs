//! Lightspark.

use crate::{
    providers::known::{
        BodyTime, EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/lightsparkdev/go-sdk, webhooks";

/// Lightspark.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "lightspark",
    title: "Lightspark",
    page: Fact::assumed("https://docs.lightspark.com/lightspark-sdk/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("lightspark-signature", SignatureEncoding::Hex).into()
        }),
        CODE,
    ),
    identity: Fact::known(Identity::Member("/event_id"), CODE),
    event_type: Fact::known(EventTypeAt::Member("/event_type"), CODE),
    body_time: Some(Fact::known(BodyTime::occurred_at("/timestamp"), CODE)),
    secret: Some(SecretForm::text("LIGHTSPARK_WEBHOOK_SECRET")),
    marks: &["lightspark-signature"],
    id_at: Some("/event_id"),
    sample: Some(Sample {
        types: &["NODE_STATUS", "PAYMENT_FINISHED"],
        body: r#"{"event_type":$type,"event_id":"$eventhex","timestamp":"$time","entity_id":"lightning_node:$uuid"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Lightspark: `lightspark-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `timestamp` in the body says when the event occurred.
    /// - `event_id` in the body identifies an event.
    lightspark
}
