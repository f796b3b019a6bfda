//! FusionAuth.

use crate::{
    keys::JwsAlgorithm,
    provider::TimeKind,
    providers::known::{
        BodyTime, EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
    },
    schemes::{JwtBodyHashConfig, TimestampForm},
};

const PAGE: &str = "fusionauth.io/docs, \"Sign Webhooks\"";
const EVENTS: &str = "fusionauth.io/docs, \"Events\"";

/// What Key Master can sign with. The key decides.
const ALGORITHMS: [JwsAlgorithm; 9] = [
    JwsAlgorithm::Hs256,
    JwsAlgorithm::Hs384,
    JwsAlgorithm::Hs512,
    JwsAlgorithm::Rs256,
    JwsAlgorithm::Rs384,
    JwsAlgorithm::Rs512,
    JwsAlgorithm::Es256,
    JwsAlgorithm::Es384,
    JwsAlgorithm::EdDsa,
];

/// FusionAuth.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "fusionauth",
    title: "FusionAuth",
    page: Fact::known(
        "https://fusionauth.io/docs/extend/events-and-webhooks/signing",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            JwtBodyHashConfig::digest(
                ALGORITHMS,
                "x-fusionauth-signature-jwt",
                "/request_body_sha256",
                "sha256:base64",
            )
            .into()
        }),
        PAGE,
    ),
    identity: Fact::known(Identity::Member("/event/id"), EVENTS),
    event_type: Fact::known(EventTypeAt::Member("/event/type"), EVENTS),
    body_time: Some(Fact::known(
        BodyTime {
            at: "/event/createInstant",
            form: TimestampForm::Milliseconds,
            kind: TimeKind::OccurredAt,
        },
        EVENTS,
    )),
    secret: Some(
        SecretForm::text("FUSIONAUTH_WEBHOOK_SECRET")
            .shown_in("Settings, Key Master, the HMAC key of the webhook"),
    ),
    marks: &["x-fusionauth-signature-jwt"],
    id_at: Some("/event/id"),
    sample: Some(Sample {
        types: &[
            "user.create.complete",
            "user.login.success",
            "user.delete.complete",
        ],
        body: r#"{"event":{"createInstant":$millis,"id":"$eventuuid","info":{},"tenantId":"00000000-0000-4000-8000-000000000000","type":$type,"user":{"active":true,"id":"$uuid","insertInstant":1700000000000}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// FusionAuth: a token in `x-fusionauth-signature-jwt`, whose claim `request_body_sha256` is the body's digest in base64
    /// (feature `jwt`). [`FusionAuthEventType`](crate::providers::event_types::FusionAuthEventType) names its events.
    ///
    /// - The webhook's owner chooses the key in Key Master. An HMAC key is a [`Secret`](crate::Secret). RSA, EC and OKP keys are
    ///   public ones. The instance publishes these at `/.well-known/jwks.json`, for `access::Jwks`.
    /// - The token has no time and no audience. The event's `createInstant` says when it occurred.
    /// - An event is identified by `event.id`.
    /// - "Sign events" is off by default in the webhook's "Security". Nothing is accepted then.
    fusionauth
}
