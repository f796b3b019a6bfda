//! Squarespace.

use crate::{
    keys::Encoding,
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "developers.squarespace.com, \"Verifying notifications\"";

/// Squarespace.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "squarespace",
    title: "Squarespace",
    page: Fact::known(
        "https://developers.squarespace.com/commerce-apis/webhooks/verifying-notifications",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("squarespace-signature", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/topic")),
    secret: Some(
        SecretForm::of(Encoding::Hex, "SQUARESPACE_WEBHOOK_SECRET")
            .shown_in("the answer to the call that creates the subscription or rotates its secret"),
    ),
    marks: &["squarespace-signature"],
    sample: Some(Sample {
        types: &["order.create", "order.update", "extension.uninstall"],
        body: r#"{"id":"$eventuuid","websiteId":"$id","subscriptionId":"$uuid","topic":$type,"createdOn":"$time","data":{"orderId":"$id"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Squarespace: `squarespace-signature` over the body alone. The secret is taken in hexadecimal
    /// ([`Secret::hex`](crate::keys::Secret::hex)).
    ///
    /// - `id` identifies a notification, which is assumed.
    squarespace
}
