//! AiPrise.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.aiprise.com/docs/callbacks-authentication";

/// AiPrise.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "aiprise",
    title: "AiPrise",
    page: Fact::known(
        "https://docs.aiprise.com/docs/callbacks-authentication",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-hmac-signature", SignatureEncoding::Hex).into()),
        PAGE,
    ),
    equal_bodies: Some("a session is decided twice in the same way"),
    event_type: Fact::assumed(EventTypeAt::Member("/aiprise_summary/verification_result")),
    secret: Some(
        SecretForm::text("AIPRISE_API_KEY")
            .shown_in("the API private key itself signs: there is no other secret"),
    ),
    sample: Some(Sample {
        types: &["APPROVED", "DECLINED", "REVIEW"],
        body: r#"{"verification_session_id":"$uuid","client_reference_id":"$hex","status":"COMPLETED","aiprise_summary":{"verification_result":$type}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// AiPrise: `x-hmac-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - The key that signs is the API's private key. A callback of a session is named by its
    ///   `verification_session_id`, which several may share.
    aiprise
}
