//! LiveKit.

use crate::{
    keys::JwsAlgorithm,
    provider::TimeKind,
    providers::known::{
        BodyTime, EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
    },
    schemes::{JwtBodyHashConfig, TimestampForm},
};

const PAGE: &str = "docs.livekit.io, \"Webhooks & events\"";
const SDK: &str = "github.com/livekit/node-sdks, WebhookReceiver and its test";

/// LiveKit.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "livekit",
    title: "LiveKit",
    page: Fact::known("https://docs.livekit.io/server/webhooks/", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            JwtBodyHashConfig::digest(
                [JwsAlgorithm::Hs256],
                "authorization",
                "/sha256",
                "sha256:base64",
            )
            .expires()
            .into()
        }),
        SDK,
    ),
    identity: Fact::known(Identity::Member("/id"), PAGE),
    event_type: Fact::known(EventTypeAt::Member("/event"), PAGE),
    body_time: Some(Fact::known(
        BodyTime {
            at: "/createdAt",
            form: TimestampForm::Seconds,
            kind: TimeKind::OccurredAt,
        },
        PAGE,
    )),
    secret: Some(
        SecretForm::text("LIVEKIT_API_SECRET")
            .shown_in("the project's Settings, API keys, the key that webhooks are signed with"),
    ),
    media_types: &["application/webhook+json"],
    content_type: "application/webhook+json",
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["room_started", "participant_joined", "room_finished"],
        body: r#"{"event":$type,"room":{"sid":"RM_$hex","name":"demo"},"id":"EV_$eventhex","createdAt":"$secs"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// LiveKit: a token (HS256) alone in `authorization`, whose claim `sha256` is the body's digest in base64, under the secret of
    /// the API key that signs webhooks, as text (feature `jwt`).
    ///
    /// - The token ends: its `exp` must be there.
    /// - The same secret signs the tokens of participants. They hold no digest, so they are refused.
    /// - `iss` is the API key. A ring with the secrets of two keys takes both.
    /// - An event is identified by `id`, and `createdAt` says when it occurred.
    livekit
}
