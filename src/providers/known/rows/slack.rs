//! Slack.

use std::time::Duration;

use crate::{
    challenge::{AnswerAs, Question, Shape, TextAt},
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, JSON, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{hours, minutes, secs},
    },
    request::form::FORM,
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const SIGNATURE: &str = "api.slack.com, \"Verifying requests from Slack\"";
const PAGE: &str = "api.slack.com, \"The Events API\"";

/// At once, after a minute, after 5 minutes.
const GAPS: &[Duration] = &[Duration::ZERO, minutes(1), minutes(5)];

/// Slack.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "slack",
    title: "Slack",
    page: Fact::assumed("https://docs.slack.dev/apis/events-api/"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-slack-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("v0="))
                .timestamp("x-slack-request-timestamp", TimestampForm::Seconds)
                .template("v0:{timestamp}:{body}")
                .into()
        }),
        SIGNATURE,
    ),
    // Commands and interactions are forms, without an id.
    identity: Fact::known(Identity::Member("/event_id"), PAGE),
    event_type: Fact::known(EventTypeAt::Member("/type"), PAGE),
    // docs.slack.dev, "Using HTTP Request URLs", section "URL verification handshake".
    challenges: &[Question::event(
        &[("/type", "url_verification")],
        TextAt::Body("/challenge"),
        Shape::token(1, 256),
        AnswerAs::Text,
    )],
    secret: Some(
        SecretForm::text("SLACK_SIGNING_SECRET")
            .shown_in("the app's page, Basic Information, App Credentials, Signing Secret"),
    ),
    timeout: Fact::known(secs(3), PAGE),
    // With "delayed events" switched on it sends again every hour for a day.
    retries: Fact::known(Retries::For(hours(24)), PAGE),
    repeats: Fact::known(Repeats::after(GAPS).counted_in("x-slack-retry-num"), PAGE),
    media_types: &[JSON, FORM],
    marks: &["x-slack-signature", "x-slack-request-timestamp"],
    id_at: Some("/event_id"),
    sample: Some(Sample {
        types: &["app_mention", "message"],
        body: r#"{"token":"","team_id":"T0000000","api_app_id":"A0000000","event":{"type":$type,"user":"U0000000","text":"hello","ts":"$secs.000100"},"type":"event_callback","event_id":"Ev$eventid","event_time":$secs}"#,
        headers: &[
            ("user-agent", "Slackbot 1.0 (+https://api.slack.com/robots)"),
            ("accept", "*/*"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Slack: `x-slack-signature` over `v0:{timestamp}:{body}`, under the app's signing secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Events are JSON, identified by their `event_id`. Commands and interactions are forms. They are
    ///   verified alike, and identified by the digest of the body. They arrive as
    ///   [`Payload::Unrecognized`](crate::json::Payload::Unrecognized) with the form in `raw`.
    /// - `url_verification` reaches the handler. Answer it with a response of your own, which carries the
    ///   `challenge`: a 2xx of the handler's own is passed on. Or let the receiver answer it:
    ///   [`answer_challenge`](Self::answer_challenge).
    /// - Known: Slack waits 3 s, and sends an event again at once, after a minute and after 5 minutes.
    ///   With "delayed events" switched on it also does so every hour for a day, which the retention
    ///   covers.
    slack
}
