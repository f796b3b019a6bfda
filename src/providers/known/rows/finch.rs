//! Finch.

use crate::{
    keys::Encoding,
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const SDK: &str = "Finch-API/finch-api-node, `webhooks.verifySignature`";

/// Finch.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "finch",
    title: "Finch",
    page: Fact::assumed("https://developer.tryfinch.com"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("finch-signature", SignatureEncoding::Base64)
                .layout(SignatureLayout::SpaceSeparated {
                    prefix: "v1,".to_owned(),
                })
                .id("finch-event-id")
                .timestamp("finch-timestamp", TimestampForm::Seconds)
                .template("{id}.{timestamp}.{body}")
                .into()
        }),
        SDK,
    ),
    identity: Fact::known(Identity::SignedId, SDK),
    event_type: Fact::assumed(EventTypeAt::Member("/event_type")),
    secret: Some(
        SecretForm::of(Encoding::Base64, "FINCH_WEBHOOK_SECRET")
            .shown_in("the developer dashboard, the webhook"),
    ),
    marks: &["finch-signature", "finch-event-id"],
    sample: Some(Sample {
        types: &["company.updated", "individual.created", "test"],
        body: r#"{"company_id":"$uuid","account_id":"$uuid","event_type":$type,"data":{}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Finch: `finch-signature` over `{id}.{timestamp}.{body}`, under its secret in base64
    /// ([`Secret::base64`](crate::keys::Secret::base64)).
    ///
    /// - Each attempt is assumed to be signed anew. The signed `finch-event-id` identifies the event over all attempts.
    /// - The scheme of Standard Webhooks under headers of its own. The secret is base64 without `whsec_`.
    finch
}
