//! Fintoc.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const SDK: &str = "fintoc-com/fintoc-python, `WebhookSignature.verify_header`";

/// Fintoc.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "fintoc",
    title: "Fintoc",
    page: Fact::assumed("https://docs.fintoc.com"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("fintoc-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        SDK,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::known(EventTypeAt::Member("/type"), SDK),
    secret: Some(
        SecretForm::text("FINTOC_WEBHOOK_SECRET").shown_in("the webhook endpoint in the dashboard"),
    ),
    marks: &["fintoc-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &[
            "payment_intent.succeeded",
            "payment_intent.failed",
            "link.refreshed",
        ],
        body: r#"{"id":"evt_$eventid","type":$type,"mode":"test","created_at":"$time","data":{"id":"pi_$id","object":"payment_intent","status":"succeeded"},"object":"event"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Fintoc: `fintoc-signature` over `{timestamp}.{body}`, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time. The body's `id` identifies the event. That is
    ///   assumed.
    /// - The secret is taken as text, its `whsec_` included: it is no base64, as those of Standard Webhooks are.
    fintoc
}
