//! Chargebee.

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm, repeats::hours,
    },
    schemes::AccessTokenConfig,
};

const PAGE: &str = "apidocs.chargebee.com, \"Events\"";
const SETTINGS: &str = "www.chargebee.com/docs/2.0/webhook_settings.html";

/// Chargebee.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "chargebee",
    title: "Chargebee",
    page: Fact::known("https://apidocs.chargebee.com/docs/api/events", PAGE),
    proof: Fact::known(Proof::Token(|| AccessTokenConfig::basic().into()), SETTINGS),
    identity: Fact::known(Identity::Member("/id"), PAGE),
    event_type: Fact::known(EventTypeAt::Member("/event_type"), PAGE),
    secret: Some(
        SecretForm::text("CHARGEBEE_WEBHOOK_USER_PASSWORD").shown_in(
            "user and password that were typed into the webhook's form, as `user:password`",
        ),
    ),
    retries: Fact::known(Retries::For(hours(79)), PAGE),
    sample: Some(Sample {
        types: &["subscription_created", "payment_failed"],
        body: r#"{"id":"ev_$eventid","occurred_at":$secs,"source":"api","object":"event","api_version":"v2","content":{"customer":{"id":"$id"}},"event_type":$type,"webhook_status":"not_configured"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Chargebee: user and password by Basic, where the webhook is protected so. The key is `user:password`.
    ///
    /// - Access only: nothing of the body is signed. Whoever learns the token can write any event.
    /// - The body's `id` identifies an event, as Chargebee advises.
    /// - Known: Chargebee sends again for about 3 days and 7 hours. Events come in any order.
    chargebee
}
