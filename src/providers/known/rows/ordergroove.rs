//! Ordergroove.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "developer.ordergroove.com/reference/webhooks-verification";

/// Ordergroove.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "ordergroove",
    title: "Ordergroove",
    page: Fact::known(
        "https://developer.ordergroove.com/reference/webhooks-verification",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("ordergroove-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "sig".to_owned(),
                    timestamp: Some("ts".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(SecretForm::text("ORDERGROOVE_WEBHOOK_VERIFICATION_KEY")),
    marks: &["ordergroove-signature"],
    sample: Some(Sample {
        types: &["subscription.create", "order.success"],
        body: r#"{"id":"$eventuuid","created":$secs,"type":$type,"data":{"object":{"public_id":"$hex"}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Ordergroove: `ordergroove-signature` holds a time, and signs it with the body, under the
    /// secret as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    ordergroove
}
