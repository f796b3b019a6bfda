//! Twitch EventSub.

use crate::{
    challenge::{AnswerAs, Question, Shape, TextAt},
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const PAGE: &str = "dev.twitch.tv, \"Handling Webhook Events\"; twitchdev/twitch-cli, internal/events/trigger/forward_event.go";

/// Twitch EventSub.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "twitch",
    title: "Twitch EventSub",
    page: Fact::known(
        "https://dev.twitch.tv/docs/eventsub/handling-webhook-events/",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("twitch-eventsub-message-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha256="))
                .id("twitch-eventsub-message-id")
                .timestamp("twitch-eventsub-message-timestamp", TimestampForm::Rfc3339)
                .template("{id}{timestamp:rfc3339}{body}")
                .into()
        }),
        PAGE,
    ),
    identity: Fact::known(Identity::SignedId, PAGE),
    event_type: Fact::known(EventTypeAt::Member("/subscription/type"), PAGE),
    // PAGE, "Responding to a challenge request". The header that names it too is not signed. That the text has no other
    // characters is assumed.
    challenges: &[Question::event(
        &[(
            "/subscription/status",
            "webhook_callback_verification_pending",
        )],
        TextAt::Body("/challenge"),
        Shape::token(1, 256),
        AnswerAs::Text,
    )],
    secret: Some(
        SecretForm::text("TWITCH_EVENTSUB_SECRET")
            .shown_in("the `transport.secret` of the call that made the subscription"),
    ),
    marks: &[
        "twitch-eventsub-message-signature",
        "twitch-eventsub-message-id",
    ],
    sample: Some(Sample {
        types: &["channel.follow", "stream.online", "channel.subscribe"],
        body: r#"{"subscription":{"id":"$uuid","status":"enabled","type":$type,"version":"1","cost":0,"condition":{"broadcaster_user_id":"$number"},"transport":{"method":"webhook","callback":"https://hooks.example/twitch"},"created_at":"$time"},"event":{"broadcaster_user_id":"$number","broadcaster_user_login":"demo","broadcaster_user_name":"demo"}}"#,
        headers: &[("twitch-eventsub-message-type", "notification")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Twitch EventSub: `twitch-eventsub-message-signature` over `twitch-eventsub-message-id`, its time and the body. The
    /// secret is taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The id identifies an event. It has no colon: otherwise it could be longer than Twitch wrote it.
    /// - `twitch-eventsub-message-type` is not signed. The body's `subscription.status` says the same: `enabled` for an
    ///   event, and why a subscription has ended otherwise.
    /// - Twitch first sends an event whose `challenge` it wants back: [`answer_challenge`](Self::answer_challenge). Otherwise the
    ///   handler gets it.
    twitch
}
