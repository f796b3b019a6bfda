//! Slack.

use std::time::Duration;

use super::{
    Fact, KnownSender, Repeats, Sample, SecretForm,
    repeats::{hours, minutes, secs},
};
use crate::provider::Retries;

const PAGE: &str = "api.slack.com, \"The Events API\"";

/// At once, after a minute, after 5 minutes.
const GAPS: &[Duration] = &[Duration::ZERO, minutes(1), minutes(5)];

/// Slack.
pub(crate) const SLACK: KnownSender = KnownSender {
    name: "slack",
    title: "Slack",
    secret: Some(SecretForm::text("SLACK_SIGNING_SECRET")),
    timeout: Fact::known(secs(3), PAGE),
    // With "delayed events" switched on it sends again every hour for a day.
    retries: Fact::known(Retries::For(hours(24)), PAGE),
    repeats: Fact::known(Repeats::after(GAPS), PAGE),
    // Commands and interactions are forms.
    media_types: &["application/json", "application/x-www-form-urlencoded"],
    largest_body: None,
    warning: None,
    marks: &["x-slack-signature", "x-slack-request-timestamp"],
    id_at: Some("/event_id"),
    sample: Some(Sample {
        types: &["app_mention", "message"],
        body: r#"{"token":"","team_id":"T0000000","api_app_id":"A0000000","event":{"type":$type,"user":"U0000000","text":"hello","ts":"$secs.000100"},"type":"event_callback","event_id":"Ev$id","event_time":$secs}"#,
        headers: &[
            ("user-agent", "Slackbot 1.0 (+https://api.slack.com/robots)"),
            ("accept", "*/*"),
        ],
    }),
};
