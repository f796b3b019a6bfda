//! Auth0 log streams.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::AccessTokenConfig,
};

const CODE: &str = "skills.sh/hookdeck/webhook-skills/auth0-webhooks";

/// Auth0 log streams.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "auth0",
    title: "Auth0 log streams",
    page: Fact::assumed("https://auth0.com/docs/customize/log-streams/custom-log-streams"),
    proof: Fact::known(
        Proof::Token(|| AccessTokenConfig::header("authorization").into()),
        CODE,
    ),
    identity: Fact::assumed(Identity::Digest),
    event_type: Fact::assumed(EventTypeAt::Nowhere),
    secret: Some(
        SecretForm::text("AUTH0_LOG_STREAM_TOKEN")
            .shown_in("the authorization token that was typed into the log stream's form"),
    ),
    assumed: &["its content format is a list, or single objects, of JSON"],
    sample: Some(Sample {
        types: &["s", "fp"],
        body: r#"[{"log_id":"$eventid","data":{"log_id":"$eventid","date":"$time","type":$type,"client_id":"demo","user_id":"auth0|$id"}}]"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Auth0's custom log streams: the value of `authorization` is the token that the stream's owner chose, with its scheme
    /// where one was typed.
    ///
    /// - Access only: nothing of the body is signed. Whoever learns the token can write any event.
    /// - A request holds a list of log records, and is one event here. The digest of the body identifies it, so a batch that
    ///   Auth0 puts together anew is another event. That it repeats a batch as it was is assumed.
    /// - The content format must be JSON: `JSON Lines` is no JSON text, and reaches your handler as it came.
    auth0
}
