//! Veriff.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "devdocs.veriff.com/docs/hmac-authentication-and-endpoint-security";

/// Veriff.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "veriff",
    title: "Veriff",
    page: Fact::known(
        "https://devdocs.veriff.com/docs/hmac-authentication-and-endpoint-security",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-hmac-signature", SignatureEncoding::Hex).into()),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/verification/status")),
    secret: Some(
        SecretForm::text("VERIFF_SHARED_SECRET_KEY")
            .shown_in("Integrations, the integration: shared secret key")
            .several("each integration of Veriff has a key of its own"),
    ),
    sample: Some(Sample {
        types: &["approved", "declined", "resubmission_requested"],
        body: r#"{"status":"success","verification":{"id":"$uuid","code":9001,"status":$type,"person":{"firstName":null},"decisionTime":"$time"}}"#,
        headers: &[
            ("x-auth-client", "00000000-0000-4000-8000-000000000001"),
            ("vrf-integration-id", "00000000-0000-4000-8000-000000000001"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Veriff: `x-hmac-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - The status of a decision is read as its type. Other webhooks have none. The key also signs what you send to
    ///   Veriff.
    veriff
}
