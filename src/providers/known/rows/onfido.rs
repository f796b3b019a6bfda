//! Onfido.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const SDK: &str = "onfido/onfido-node, `WebhookEventVerifier`";

/// Onfido.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "onfido",
    title: "Onfido",
    page: Fact::assumed("https://documentation.onfido.com"),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-sha2-signature", SignatureEncoding::Hex).into()),
        SDK,
    ),
    event_type: Fact::known(EventTypeAt::Member("/payload/action"), SDK),
    secret: Some(
        SecretForm::text("ONFIDO_WEBHOOK_TOKEN")
            .shown_in("the webhook's token, shown when it is created"),
    ),
    marks: &["x-sha2-signature"],
    sample: Some(Sample {
        types: &[
            "check.completed",
            "workflow_run.completed",
            "report.completed",
        ],
        body: r#"{"payload":{"resource_type":"check","action":$type,"object":{"id":"$uuid","status":"complete","completed_at_iso8601":"$time","href":"https://api.eu.onfido.com/v3.6/checks/$uuid"}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Onfido: `x-sha2-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - Onfido is part of Entrust.
    onfido
}
