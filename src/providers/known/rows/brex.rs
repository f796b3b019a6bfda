//! Brex.

use crate::{
    keys::Encoding,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
        rows::standard_webhooks,
    },
};

const CODE: &str = "triggerdotdev/trigger.dev, internal-packages/webhook-sources, `brex`";

/// Brex.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "brex",
    title: "Brex",
    page: Fact::assumed("https://developer.brex.com/docs/webhooks/"),
    proof: Fact::known(Proof::Scheme(|| standard_webhooks::under("webhook")), CODE),
    identity: Fact::known(Identity::SignedId, CODE),
    event_type: Fact::known(EventTypeAt::Member("/event_type"), CODE),
    secret: Some(
        SecretForm::of(Encoding::Base64, "BREX_WEBHOOK_SECRET")
            .shown_in("the answer of `GET /v1/webhooks/secrets`"),
    ),
    marks: &[],
    sample: Some(Sample {
        types: &[
            "TRANSFER_PROCESSED",
            "TRANSFER_FAILED",
            "EXPENSE_PAYMENT_UPDATED",
        ],
        body: r#"{"event_type":$type,"transfer_id":"dptx_$id","payment_type":"ACH","company_id":"cuacc_$id"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Brex: Standard Webhooks, under `webhook-id`, `webhook-timestamp`, `webhook-signature`. The secret is taken
    /// in base64 ([`Secret::base64`](crate::keys::Secret::base64)).
    ///
    /// - The secret has no `whsec_` before it.
    brex
}
