//! Uploadcare.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const SDK: &str = "uploadcare/uploadcare-ruby, `WebhookSignatureVerifier` and its tests";

/// Uploadcare.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "uploadcare",
    title: "Uploadcare",
    page: Fact::assumed("https://uploadcare.com/docs/webhooks/"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-uc-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("v1="))
                .into()
        }),
        SDK,
    ),
    event_type: Fact::known(EventTypeAt::Member("/hook/event"), SDK),
    secret: Some(SecretForm::text("UPLOADCARE_SIGNING_SECRET")),
    marks: &["x-uc-signature"],
    sample: Some(Sample {
        types: &["file.uploaded", "file.stored", "file.deleted"],
        body: r#"{"initiator":{"type":"api"},"hook":{"id":1,"project_id":1,"target":"https://example.com","event":$type,"is_active":true},"data":{"uuid":"$uuid","datetime_uploaded":"$time"},"file":"https://ucarecdn.com/demo/"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Uploadcare: `x-uc-signature` over the body alone. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The digest of the body identifies an event, which is assumed.
    uploadcare
}
