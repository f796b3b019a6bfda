//! Typeform.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "typeform.com/developers, \"Secure your webhooks\"";
const TRIGGER: &str = "trigger.dev/docs/webhooks/providers/typeform";

/// Typeform.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "typeform",
    title: "Typeform",
    page: Fact::known(
        "https://www.typeform.com/developers/webhooks/secure-your-webhooks/",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("typeform-signature", SignatureEncoding::Base64)
                .layout(SignatureLayout::after("sha256="))
                .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/event_id")),
    event_type: Fact::known(EventTypeAt::Member("/event_type"), TRIGGER),
    secret: Some(
        SecretForm::text("TYPEFORM_WEBHOOK_SECRET")
            .shown_in("the form, Connect, Webhooks, Edit, Secret"),
    ),
    marks: &["typeform-signature"],
    sample: Some(Sample {
        types: &["form_response"],
        body: r#"{"event_id":"$eventhex","event_type":$type,"form_response":{"form_id":"demo","token":"$hex","submitted_at":"$time","answers":[]}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Typeform: `typeform-signature` over the body alone. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `event_id` identifies an event, which is assumed.
    typeform
}
