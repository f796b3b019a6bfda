//! Telegram bots.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::AccessTokenConfig,
};

const CODE: &str = "docs.rs, `teloxide_core` and `conogram`, `setWebhook`";

/// Telegram bots.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "telegram",
    title: "Telegram bots",
    page: Fact::assumed("https://core.telegram.org/bots/api#setwebhook"),
    proof: Fact::known(
        Proof::Token(|| AccessTokenConfig::header("x-telegram-bot-api-secret-token").into()),
        CODE,
    ),
    identity: Fact::known(Identity::Digest, CODE),
    event_type: Fact::assumed(EventTypeAt::Nowhere),
    secret: Some(
        SecretForm::text("TELEGRAM_BOT_SECRET_TOKEN")
            .shown_in("the `secret_token` of the call of `setWebhook`"),
    ),
    marks: &["x-telegram-bot-api-secret-token"],
    sample: Some(Sample {
        types: &["message"],
        body: r#"{"update_id":$eventnumber,"message":{"message_id":$number,"date":$secs,"chat":{"id":$number,"type":"private"},"text":$type}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Telegram's bots: `x-telegram-bot-api-secret-token` is the `secret_token` that was given to `setWebhook`. It is not the
    /// bot's token.
    ///
    /// - Access only: nothing of the body is signed. Whoever learns the token can write any event.
    /// - Each update has an `update_id` of its own. The digest of the body identifies it.
    /// - An update's type is the name of its one other member, such as `message`: no text of the body says it.
    telegram
}
