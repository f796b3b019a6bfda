//! Duffel.

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm, repeats::hours,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const SDK: &str = "duffelhq/duffel-api-ruby, `WebhookEvent.genuine?`";
const API: &str = "duffel.com/docs/api/webhooks";

/// Duffel.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "duffel",
    title: "Duffel",
    page: Fact::known("https://duffel.com/docs/guides/receiving-webhooks", API),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-duffel-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        SDK,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::known(EventTypeAt::Member("/type"), API),
    secret: Some(
        SecretForm::text("DUFFEL_WEBHOOK_SECRET")
            .shown_in("shown once, when the webhook is created"),
    ),
    retries: Fact::known(Retries::For(hours(72)), API),
    marks: &["x-duffel-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["order.created", "order.updated", "ping.triggered"],
        body: r#"{"id":"wev_$eventid","api_version":"v2","type":$type,"data":{"object":{"id":"ord_$id"}},"live_mode":false,"idempotency_key":"ord_$id","created_at":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Duffel: `x-duffel-signature` over `{timestamp}.{body}`, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time. The body's `id` identifies the event. That is
    ///   assumed.
    /// - Known: Duffel sends again for 72 hours.
    duffel
}
