//! PagerDuty.

use crate::{
    provider::Retries,
    providers::known::{
        BodyTime, EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
        repeats::{hours, secs},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const SIGNATURES: &str = "developer.pagerduty.com, \"Verifying Signatures\"";
const BEHAVIOR: &str = "developer.pagerduty.com, \"Behavior\"";
const OVERVIEW: &str = "developer.pagerduty.com, \"Webhooks overview\"";

/// PagerDuty.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "pagerduty",
    title: "PagerDuty",
    page: Fact::assumed("https://docs.pagerduty.com/developer/verifying-webhook-signatures"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-pagerduty-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: None,
                })
                .into()
        }),
        SIGNATURES,
    ),
    identity: Fact::assumed(Identity::Member("/event/id")),
    event_type: Fact::known(EventTypeAt::Member("/event/event_type"), OVERVIEW),
    body_time: Some(Fact::known(
        BodyTime::occurred_at("/event/occurred_at"),
        OVERVIEW,
    )),
    secret: Some(
        SecretForm::text("PAGERDUTY_WEBHOOK_SECRET")
            .shown_in("the answer to the call or the form that creates the subscription"),
    ),
    timeout: Fact::known(secs(5), BEHAVIOR),
    retries: Fact::known(Retries::For(hours(48)), BEHAVIOR),
    largest_body: Some(262_144),
    marks: &["x-pagerduty-signature"],
    sample: Some(Sample {
        types: &[
            "incident.triggered",
            "incident.acknowledged",
            "incident.resolved",
        ],
        body: r#"{"event":{"id":"$eventhex","event_type":$type,"resource_type":"incident","occurred_at":"$time","agent":null,"client":null,"data":{"id":"Q$number","type":"incident","status":"triggered","title":"The disk is full"}}}"#,
        headers: &[
            ("user-agent", "PagerDuty-Webhook/V3.0"),
            ("x-webhook-id", "$uuid"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// PagerDuty: `x-pagerduty-signature` over the body alone. While a secret is replaced it carries several,
    /// separated by commas. The secret is taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `event.id` identifies an event, which is assumed. `x-webhook-id` is not signed.
    /// - `event.occurred_at` says when it occurred, and is the same on each attempt.
    /// - Known: PagerDuty waits 5 s, and repeats for up to 48 hours after timeouts, 429 and 5xx. No body is
    ///   above 256 KB.
    pagerduty
}
