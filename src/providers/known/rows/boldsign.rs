//! BoldSign.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "developers.boldsign.com/webhooks/verify-webhook-events";

/// BoldSign.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "boldsign",
    title: "BoldSign",
    page: Fact::known(
        "https://developers.boldsign.com/webhooks/verify-webhook-events",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-boldsign-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "s0".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/event/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/event/eventType")),
    secret: Some(SecretForm::text("BOLDSIGN_WEBHOOK_SECRET").shown_in("Settings, API, Webhooks")),
    marks: &["x-boldsign-signature", "x-boldsign-event"],
    id_at: Some("/event/id"),
    sample: Some(Sample {
        types: &["Sent", "Signed", "Completed"],
        body: r#"{"event":{"id":"$eventuuid","created":$secs,"eventType":$type,"environment":"Test"},"data":{"object":"document","documentId":"$uuid"}}"#,
        headers: &[("x-boldsign-event", "$name")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// BoldSign: `x-boldsign-signature` over `{timestamp}.{body}`, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time. The body's `event.id` identifies the event. That
    ///   is assumed.
    /// - While a secret is replaced, signatures under `s1` are passed over.
    boldsign
}
