//! Snyk.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "docs.snyk.io, \"Validation and versioning of payloads\"";
const EVENTS: &str = "docs.snyk.io, \"Webhooks\"";

/// Snyk.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "snyk",
    title: "Snyk",
    page: Fact::known(
        "https://docs.snyk.io/snyk-api/how-to-use-snyk-webhooks-apis/validation-and-versioning-of-payloads",
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
    event_type: Fact::known(EventTypeAt::Header("x-snyk-event"), EVENTS),
    secret: Some(SecretForm::text("SNYK_WEBHOOK_SECRET")),
    assumed: &["that each body has the time of its test"],
    marks: &["x-snyk-event", "x-snyk-transport-id", "x-snyk-timestamp"],
    sample: Some(Sample {
        types: &["project_snapshot/v0", "ping/v0"],
        body: r#"{"project":{"id":"$uuid","name":"demo","lastTestedDate":"$time"},"org":{"id":"$uuid"},"newIssues":[],"removedIssues":[]}"#,
        headers: &[
            ("user-agent", "Snyk-Webhooks"),
            ("x-snyk-transport-id", "$uuid"),
            ("x-snyk-timestamp", "$time"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Snyk: `x-hub-signature` over the body alone, with SHA-256. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - None of `x-snyk-event`, `x-snyk-transport-id` and `x-snyk-timestamp` is signed. The first is a
    ///   [`claimed_type`](crate::delivery::Delivery::claimed_type).
    /// - The digest of the body identifies an event, which is assumed.
    snyk
}
