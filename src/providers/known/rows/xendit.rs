//! Xendit.

use std::time::Duration;

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{hours, minutes, secs},
    },
    schemes::AccessTokenConfig,
};

const PAGE: &str = "docs.xendit.co, \"Callback\"";
const RETRIES: &str = "docs.xendit.co, \"Webhook\"";
const TAB: &str = "help.xendit.co, \"How Do I Reconcile My Webhook\"";

const GAPS: &[Duration] = &[
    minutes(15),
    minutes(45),
    hours(2),
    hours(3),
    hours(6),
    hours(12),
];

/// Xendit.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "xendit",
    title: "Xendit",
    page: Fact::known(
        "https://docs.xendit.co/api-integration/callback/setup",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Token(|| AccessTokenConfig::header("x-callback-token").into()),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Digest),
    event_type: Fact::assumed(EventTypeAt::Nowhere),
    secret: Some(
        SecretForm::text("XENDIT_WEBHOOK_VERIFICATION_TOKEN")
            .shown_in("Dashboard, Settings, Webhooks, the verification token"),
    ),
    timeout: Fact::known(secs(30), TAB),
    retries: Fact::known(Retries::For(hours(24)), RETRIES),
    repeats: Fact::known(Repeats::after(GAPS), RETRIES),
    marks: &["x-callback-token"],
    sample: Some(Sample {
        types: &["invoice.paid"],
        body: r#"{"id":"$id","external_id":"demo","status":"PAID","amount":1000,"currency":"IDR","description":$type,"updated":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Xendit: `x-callback-token` is the account's verification token itself.
    ///
    /// - Access only: nothing of the body is signed. Whoever learns the token can write any event.
    /// - One token is that of all webhooks of an account. A receiver for each address takes the same token.
    /// - The digest of the body identifies an event. That a further attempt has the same body is assumed.
    /// - Known: Xendit waits 30 s. It sends up to 6 times again, within 24 hours, and never after a timeout.
    xendit
}
