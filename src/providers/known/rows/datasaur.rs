//! Datasaur.

use crate::{
    providers::known::{Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.datasaur.ai/integrations/webhook-notifications/webhook-signature";

/// Datasaur.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "datasaur",
    title: "Datasaur",
    page: Fact::known(
        "https://docs.datasaur.ai/integrations/webhook-notifications/webhook-signature",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-datasaur-signature", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    secret: Some(SecretForm::text("DATASAUR_WEBHOOK_SECRET").shown_in("chosen with the webhook")),
    marks: &["x-datasaur-signature"],
    sample: Some(Sample {
        types: &["project"],
        body: r#"{"project":{"id":"$id","status":"READY"},"timestamp":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Datasaur: `x-datasaur-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    datasaur
}
