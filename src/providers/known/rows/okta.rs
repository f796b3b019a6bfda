//! Okta event hooks.

use crate::{
    challenge::{AnswerAs, Question, Shape, TextAt},
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm, repeats::secs,
    },
    schemes::AccessTokenConfig,
};

const VERIFICATION: &str = "support.okta.com, \"Unable to verify event hook\"";

/// Okta event hooks.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "okta",
    title: "Okta event hooks",
    page: Fact::assumed("https://developer.okta.com/docs/concepts/event-hooks"),
    proof: Fact::known(
        Proof::Token(|| AccessTokenConfig::header("authorization").into()),
        VERIFICATION,
    ),
    identity: Fact::assumed(Identity::Member("/eventId")),
    event_type: Fact::assumed(EventTypeAt::Member("/eventType")),
    // VERIFICATION shows one.
    challenges: &[Question::unsigned(
        "GET",
        TextAt::Header("x-okta-verification-challenge"),
        Shape::token(1, 256),
        AnswerAs::Member("verification"),
    )],
    secret: Some(
        SecretForm::text("OKTA_EVENT_HOOK_SECRET")
            .shown_in("the authentication secret that was typed into the event hook's form"),
    ),
    timeout: Fact::assumed(secs(3)),
    assumed: &["its authentication field is `Authorization`"],
    sample: Some(Sample {
        types: &["com.okta.event_hook"],
        body: r#"{"eventType":$type,"eventTypeVersion":"1.0","cloudEventsVersion":"0.1","source":"https://hooks.example/api/v1/eventHooks/who1","eventId":"$eventuuid","data":{"events":[{"uuid":"$eventuuid","published":"$time","eventType":"user.lifecycle.create"}]},"eventTime":"$time","contentType":"application/json"}"#,
        headers: &[("user-agent", "Okta-Integrations")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Okta's event hooks: the value of `authorization` is the secret that the hook's owner chose. For another
    /// authentication field, make the scheme with [`AccessTokenConfig::header`](crate::schemes::AccessTokenConfig::header),
    /// and give it to [`Preset::custom`](Self::custom).
    ///
    /// - Access only: nothing of the body is signed. Whoever learns the token can write any event.
    /// - `eventId` identifies a request, which may hold several events. Each of those has a `uuid` of its own.
    /// - Known: Okta first asks by GET, with `x-okta-verification-challenge`. It wants `{"verification":"…"}`:
    ///   [`answer_challenge`](Self::answer_challenge).
    okta
}
