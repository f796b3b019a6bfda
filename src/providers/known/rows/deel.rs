//! Deel.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "developer.deel.com/api/webhooks";

/// Deel.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "deel",
    title: "Deel",
    page: Fact::known("https://developer.deel.com/api/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-deel-signature", SignatureEncoding::Hex)
                .template("POST{body}")
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/data/meta/event_type")),
    secret: Some(
        SecretForm::text("DEEL_WEBHOOK_SIGNING_KEY")
            .shown_in("shown once, when the webhook is created"),
    ),
    marks: &["x-deel-signature", "x-deel-hmac-label"],
    sample: Some(Sample {
        types: &[
            "contract.created",
            "contract.status.updated",
            "invoice.created",
        ],
        body: r#"{"data":{"meta":{"event_type":$type,"organization_id":"00000000-0000-4000-8000-000000000001"},"resource":[{"id":"$uuid"}]},"timestamp":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Deel: `x-deel-signature` over `POST{body}`, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No header is signed, and no time is read. An event is identified by the digest of its body.
    /// - The word `POST` stands before the body in what is signed.
    deel
}
