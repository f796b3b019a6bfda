//! Vonage.

use crate::{
    keys::JwsAlgorithm,
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::JwtBodyHashConfig,
};

const PAGE: &str = "developer.vonage.com, \"Signed webhooks\"";

/// Vonage.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "vonage",
    title: "Vonage",
    page: Fact::known(
        "https://developer.vonage.com/en/getting-started/concepts/webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            JwtBodyHashConfig::digest(
                [JwsAlgorithm::Hs256],
                "authorization",
                "/payload_hash",
                "sha256:hex",
            )
            .prefix("Bearer ")
            .issuer("Vonage")
            .issued_at()
            .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Digest),
    event_type: Fact::assumed(EventTypeAt::Nowhere),
    secret: Some(
        SecretForm::text("VONAGE_SIGNATURE_SECRET")
            .shown_in("the dashboard, Account settings, the API key's signature secret")
            .several(
                "each API key of Vonage has a secret of its own: `api_key` of the token names it",
            ),
    ),
    assumed: &["that the hash is in hexadecimal, over the body as it is sent"],
    sample: Some(Sample {
        types: &["delivered", "submitted", "read"],
        body: r#"{"message_uuid":"$uuid","to":"447700900000","from":"447700900001","timestamp":"$time","status":$type,"channel":"sms"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Vonage's Messages, Dispatch and Voice APIs: a token (HS256) in `authorization: Bearer`, whose claim `payload_hash` is the
    /// body's digest, under the signature secret of the account as text (feature `jwt`).
    ///
    /// - `iss` is `Vonage`. `iat` says when it was sent, within 300 s. That each attempt has a token of its own is assumed.
    /// - Only `POST` with JSON is taken. Webhooks by `GET` have no body, and their hash is over the query.
    /// - An event is identified by the digest of its body, which has a `timestamp`.
    vonage
}
