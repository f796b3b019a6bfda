//! Flagsmith.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.flagsmith.com/third-party-integrations/webhook";

/// Flagsmith.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "flagsmith",
    title: "Flagsmith",
    page: Fact::known(
        "https://docs.flagsmith.com/third-party-integrations/webhook",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-flagsmith-signature", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/event_type")),
    secret: Some(SecretForm::text("FLAGSMITH_WEBHOOK_SECRET").shown_in("chosen with the webhook")),
    marks: &["x-flagsmith-signature"],
    sample: Some(Sample {
        types: &["FLAG_UPDATED", "FLAG_DELETED", "AUDIT_LOG_CREATED"],
        body: r#"{"data":{"changed_by":"demo@example.com","new_state":{"feature":{"id":$number,"name":"demo"},"enabled":true},"timestamp":"$time"},"event_type":$type}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Flagsmith: `x-flagsmith-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - For webhooks with a secret.
    flagsmith
}
