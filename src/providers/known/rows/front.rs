//! Front.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str = "dev.frontapp.com/docs/application-webhooks";

/// Front.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "front",
    title: "Front",
    page: Fact::known("https://dev.frontapp.com/docs/application-webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-front-signature", SignatureEncoding::Base64)
                .timestamp("x-front-request-timestamp", TimestampForm::Milliseconds)
                .template("{timestamp}:{body}")
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/type"), PAGE),
    secret: Some(SecretForm::text("FRONT_SIGNING_KEY").shown_in("the application's signing key")),
    marks: &["x-front-signature", "x-front-request-timestamp"],
    sample: Some(Sample {
        types: &["inbound", "outbound", "assign"],
        body: r#"{"type":$type,"authorization":{"id":"cmp_demo"},"payload":{"id":"evt_$eventid","emitted_at":$secs,"conversation":{"id":"cnv_$id"}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Front: `x-front-signature` over `{timestamp}:{body}`, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time. An event is identified by the digest of its body.
    /// - For application webhooks. Those of rules sign with SHA-1, and the body alone.
    /// - Front asks whether the endpoint is yours with `x-front-challenge`, which hookgate does not answer.
    front
}
