//! Bitbucket.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "support.atlassian.com, \"Manage webhooks\" of Bitbucket Cloud";
const EVENTS: &str = "support.atlassian.com, \"Event payloads\" of Bitbucket Cloud";

/// Bitbucket.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "bitbucket",
    title: "Bitbucket",
    page: Fact::known(
        "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-hub-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha256="))
                .into()
        }),
        PAGE,
    ),
    equal_bodies: Some("a branch is moved back and forth"),
    event_type: Fact::known(EventTypeAt::Header("x-event-key"), EVENTS),
    secret: Some(
        SecretForm::text("BITBUCKET_WEBHOOK_SECRET")
            .shown_in("the webhook's form in the repository settings"),
    ),
    marks: &["x-event-key", "x-hook-uuid"],
    sample: Some(Sample {
        types: &["repo:push", "pullrequest:created", "pullrequest:fulfilled"],
        body: r#"{"repository":{"full_name":"demo/demo","uuid":"{$uuid}"},"actor":{"nickname":"demo"},"push":{"changes":[]}}"#,
        headers: &[
            ("user-agent", "Bitbucket-Webhooks/2.0"),
            ("x-request-uuid", "$uuid"),
            ("x-hook-uuid", "00000000-0000-4000-8000-000000000001"),
            ("x-attempt-number", "1"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Bitbucket: `x-hub-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - For webhooks with a secret. Neither `x-event-key` nor `x-request-uuid` is signed.
    bitbucket
}
