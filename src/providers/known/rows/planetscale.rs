//! PlanetScale.

use crate::{
    provider::TimeKind,
    providers::known::{
        BodyTime, EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm, repeats::secs,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str = "planetscale.com/docs/concepts/webhooks";
const EVENTS: &str = "planetscale.com/docs/reference/webhook-events";

/// PlanetScale.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "planetscale",
    title: "PlanetScale",
    page: Fact::known("https://planetscale.com/docs/concepts/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-planetscale-signature", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/event"), EVENTS),
    body_time: Some(Fact::assumed(BodyTime {
        at: "/timestamp",
        form: TimestampForm::Seconds,
        kind: TimeKind::OccurredAt,
    })),
    secret: Some(
        SecretForm::text("PLANETSCALE_WEBHOOK_SECRET")
            .shown_in("the database's settings, Webhooks, the webhook's menu, Show secret"),
    ),
    timeout: Fact::known(secs(2), PAGE),
    marks: &["x-planetscale-signature"],
    sample: Some(Sample {
        types: &[
            "branch.ready",
            "deploy_request.opened",
            "deploy_request.schema_applied",
        ],
        body: r#"{"timestamp":$secs,"event":$type,"organization":"demo","database":"shop","resource":{"id":"$id","type":"Branch","name":"main"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// PlanetScale: `x-planetscale-signature` over the body alone. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `timestamp` in the body says when the event occurred. The digest of the body identifies it, which is
    ///   assumed.
    /// - Known: PlanetScale waits 2 s, and disables webhooks that fail again and again.
    planetscale
}
