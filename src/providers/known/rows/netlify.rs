//! Netlify.

use crate::{
    keys::JwsAlgorithm,
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::JwtBodyHashConfig,
};

const PAGE: &str = "docs.netlify.com, \"Deploy notifications\", \"Payload signature\"";
const DELIVERY: &str = "gitlab.com/jamietanna/www-api, issue 107, a recorded delivery";

/// Netlify.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "netlify",
    title: "Netlify",
    page: Fact::known("https://docs.netlify.com/site-deploys/notifications/", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            JwtBodyHashConfig::digest(
                [JwsAlgorithm::Hs256],
                "x-webhook-signature",
                "/sha256",
                "sha256:hex",
            )
            .issuer("netlify")
            .into()
        }),
        PAGE,
    ),
    identity: Fact::known(Identity::Digest, DELIVERY),
    event_type: Fact::known(EventTypeAt::Member("/state"), DELIVERY),
    secret: Some(SecretForm::text("NETLIFY_JWS_SECRET").shown_in(
        "Project configuration, Notifications, the outgoing webhook's \"JWS secret token\"",
    )),
    marks: &["x-webhook-signature"],
    sample: Some(Sample {
        types: &["ready", "building", "error"],
        body: r#"{"id":"$id","site_id":"00000000-0000-4000-8000-000000000000","build_id":"$id","state":$type,"name":"demo","created_at":"2023-11-14T22:13:20.000Z","updated_at":"$time","branch":"main","context":"production"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Netlify's deploy notifications: a token (HS256) in `x-webhook-signature`, whose claim `sha256` is the body's digest in
    /// hexadecimal, under the notification's "JWS secret token" as text (feature `jwt`).
    ///
    /// - Its `iss` is `netlify`. It has no time, so a captured request runs again once it is forgotten.
    /// - The body is a deploy. `id` is the deploy's, over all of its states, so the digest of the body identifies an event. Its
    ///   `updated_at` differs from state to state.
    /// - Without a secret at Netlify nothing is signed, and everything is refused.
    netlify
}
