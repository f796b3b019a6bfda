//! DocuSeal.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const CODE: &str =
    "docusealco/docuseal, lib/webhook_urls/signatures.rb and lib/send_webhook_request.rb";

/// DocuSeal.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "docuseal",
    title: "DocuSeal",
    page: Fact::assumed("https://www.docuseal.com/docs/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-docuseal-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::TimeAndSignature)
                .template("{timestamp}.{body}")
                .into()
        }),
        CODE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/event_type"), CODE),
    signed_anew: Fact::known(true, CODE),
    secret: Some(SecretForm::text("DOCUSEAL_WEBHOOK_SECRET")),
    marks: &["x-docuseal-signature"],
    sample: Some(Sample {
        types: &["form.completed", "form.viewed", "submission.completed"],
        body: r#"{"event_type":$type,"timestamp":"$time","data":{"id":$number,"status":"completed"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// DocuSeal: `x-docuseal-signature` over its time, a dot and the body. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)), with its `whsec_`.
    ///
    /// - The header has the time, a dot and the signature. Each attempt is signed anew.
    /// - `timestamp` in the body is that of the event. The digest of the body identifies an event, which is assumed.
    docuseal
}
