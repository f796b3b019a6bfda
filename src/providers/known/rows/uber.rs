//! Uber Eats.

use std::time::Duration;

use crate::{
    provider::{Retries, TimeKind},
    providers::known::{
        BodyTime, EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::secs,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str = "developer.uber.com, \"Order Release\", webhook";

const GAPS: &[Duration] = &[secs(1), secs(2), secs(4), secs(8), secs(16), secs(32)];

/// Uber Eats.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "uber",
    title: "Uber Eats",
    page: Fact::known(
        "https://developer.uber.com/docs/eats/references/api/webhooks/orders-release",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-uber-signature", SignatureEncoding::Hex).into()),
        PAGE,
    ),
    identity: Fact::known(Identity::Member("/event_id"), PAGE),
    event_type: Fact::known(EventTypeAt::Member("/event_type"), PAGE),
    body_time: Some(Fact::known(
        BodyTime {
            at: "/event_time",
            form: TimestampForm::Seconds,
            kind: TimeKind::OccurredAt,
        },
        PAGE,
    )),
    secret: Some(SecretForm::text("UBER_CLIENT_SECRET")),
    retries: Fact::known(Retries::For(secs(64)), PAGE),
    repeats: Fact::known(Repeats::after(GAPS), PAGE),
    marks: &["x-uber-signature"],
    sample: Some(Sample {
        types: &["orders.notification", "orders.release", "orders.cancel"],
        body: r#"{"event_id":"$eventuuid","event_time":$secs,"event_type":$type,"meta":{"user_id":"$uuid","resource_id":"$uuid","status":"pos"},"resource_href":"https://api.uber.com/v1/eats/order/1"}"#,
        headers: &[("x-environment", "sandbox")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Uber Eats: `x-uber-signature` over the body alone, under the client secret of the app. The secret is
    /// taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `event_id` identifies an event, and `event_time` says when it occurred.
    /// - `x-environment`, which tells the sandbox, is not signed.
    /// - Known: only 200 counts. Uber repeats after 1, 2, 4, 8, 16 and 32 s.
    uber
}
