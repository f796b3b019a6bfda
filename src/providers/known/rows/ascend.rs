//! Ascend.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "developers.useascend.com/docs/webhooks";

/// Ascend.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "ascend",
    title: "Ascend",
    page: Fact::known("https://developers.useascend.com/docs/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-ascend-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}:{body}")
                .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::known(EventTypeAt::Member("/type"), PAGE),
    secret: Some(
        SecretForm::text("ASCEND_WEBHOOK_SECRET")
            .shown_in("by mail, with the registration of the endpoint"),
    ),
    marks: &["x-ascend-signature", "x-ascend-request-timestamp"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["invoice.paid", "payout.paid"],
        body: r#"{"id":"evt_$eventid","type":$type,"data":{"id":"$uuid"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Ascend: `x-ascend-signature` over `{timestamp}:{body}`, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time. The body's `id` identifies the event. That is
    ///   assumed.
    /// - The same time stands in `x-ascend-request-timestamp`, which is not read.
    ascend
}
