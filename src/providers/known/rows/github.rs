//! GitHub.

use super::{Fact, JSON, KnownSender, Repeats, Sample, SecretForm, repeats::secs};
use crate::provider::Retries;

const FAILED: &str = "docs.github.com, \"Handling failed webhook deliveries\"";
const BEST_PRACTICES: &str = "docs.github.com, \"Best practices for using webhooks\"";

/// GitHub.
pub(crate) const GITHUB: KnownSender = KnownSender {
    name: "github",
    title: "GitHub",
    secret: Some(SecretForm::text("GITHUB_WEBHOOK_SECRET")),
    timeout: Fact::known(secs(10), BEST_PRACTICES),
    retries: Fact::known(Retries::Never, FAILED),
    repeats: Fact::known(Repeats::NEVER, FAILED),
    media_types: JSON,
    largest_body: Some(25_000_000),
    warning: Some(
        "GitHub never sends again by itself: an event that is answered with an error is lost \
         unless it is redelivered by hand or through the API within 3 days",
    ),
    marks: &["x-hub-signature-256", "x-github-event", "x-github-delivery"],
    id_at: None,
    sample: Some(Sample {
        types: &["push", "issues", "ping"],
        body: r#"{"ref":"refs/heads/main","after":"$hex00000000","repository":{"id":$number,"full_name":"octo-org/demo","private":true},"sender":{"login":"octocat","id":1}}"#,
        headers: &[
            ("accept", "*/*"),
            ("user-agent", "GitHub-Hookshot/0000000"),
            ("x-github-delivery", "$uuid"),
            ("x-github-hook-id", "1"),
        ],
    }),
};
