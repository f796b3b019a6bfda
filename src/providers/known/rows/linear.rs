//! Linear.

use std::time::Duration;

use crate::{
    provider::{Retries, TimeKind},
    providers::known::{
        BodyTime, EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{hours, minutes, secs},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str = "linear.app/developers/webhooks";
const SDK: &str = "@linear/sdk, `LinearWebhookClient`";

/// Three times. Then it gives up, and may disable the webhook.
const GAPS: &[Duration] = &[minutes(1), hours(1), hours(6)];

/// Linear.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "linear",
    title: "Linear",
    page: Fact::known("https://linear.app/developers/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("linear-signature", SignatureEncoding::Hex).into()),
        SDK,
    ),
    // Its `linear-delivery` is not signed. That a further attempt differs in its time alone is assumed.
    identity: Fact::assumed(Identity::DigestWithout(&["webhookTimestamp"])),
    event_type: Fact::known(EventTypeAt::Member("/type"), PAGE),
    // When the request was sent. Linear's own client refuses what is older than 60 s, so a further attempt must have a time
    // of its own.
    body_time: Some(Fact::known(
        BodyTime {
            at: "/webhookTimestamp",
            form: TimestampForm::Milliseconds,
            kind: TimeKind::SentAt,
        },
        PAGE,
    )),
    secret: Some(
        SecretForm::text("LINEAR_WEBHOOK_SECRET")
            .shown_in("Settings, API, Webhooks, the webhook's page"),
    ),
    timeout: Fact::known(secs(5), PAGE),
    retries: Fact::known(Retries::For(minutes(7 * 60 + 1)), PAGE),
    repeats: Fact::known(Repeats::after(GAPS), PAGE),
    content_type: "application/json; charset=utf-8",
    marks: &["linear-signature", "linear-delivery", "linear-event"],
    sample: Some(Sample {
        types: &["Issue", "Comment", "Project"],
        body: r#"{"action":"create","type":$type,"createdAt":"$time","data":{"id":"$uuid","createdAt":"2023-11-14T22:13:20Z","updatedAt":"$time"},"url":"https://linear.app/demo/issue/DEM-1","organizationId":"00000000-0000-4000-8000-000000000000","webhookTimestamp":$millis,"webhookId":"00000000-0000-4000-8000-000000000001"}"#,
        headers: &[
            ("user-agent", "Linear-Webhook"),
            ("linear-delivery", "$uuid"),
            ("linear-event", "$name"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Linear: `linear-signature` over the body alone, under the webhook's signing secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `webhookTimestamp` in the body says when it was sent, and must be there, and within 300 s. Linear advises 60 s, which `past`
    ///   and `future` of the receiver set.
    /// - Neither `linear-delivery` nor `linear-event` is signed. An event is identified by the digest of its body without
    ///   `webhookTimestamp`. That a further attempt differs in nothing else is assumed.
    /// - Known: Linear waits 5 s. It sends again after a minute, an hour and 6 hours. Then it gives up, and may disable the
    ///   webhook.
    linear
}
