//! FastSpring.

use crate::{
    providers::known::{Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "developer.fastspring.com/reference/message-security";

/// FastSpring.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "fastspring",
    title: "FastSpring",
    page: Fact::known(
        "https://developer.fastspring.com/reference/message-security",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-fs-signature", SignatureEncoding::Base64).into()),
        PAGE,
    ),
    secret: Some(
        SecretForm::text("FASTSPRING_WEBHOOK_SECRET")
            .shown_in("Developer Tools, Webhooks, Configuration: HMAC SHA256 Secret"),
    ),
    marks: &["x-fs-signature"],
    sample: Some(Sample {
        types: &[
            "order.completed",
            "subscription.activated",
            "return.created",
        ],
        body: r#"{"events":[{"id":"$eventid","processed":false,"created":$millis,"type":$type,"live":false,"data":{"order":"$hex"}}]}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// FastSpring: `x-fs-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - For webhooks with a secret. A request has a list of events, so no type is read. Each one keeps its `id` over
    ///   further attempts.
    fastspring
}
