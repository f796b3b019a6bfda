//! Lemon Squeezy.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/NdoleStudio/lemonsqueezy-go, `WebhooksService`";

/// Lemon Squeezy.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "lemon-squeezy",
    title: "Lemon Squeezy",
    page: Fact::assumed("https://docs.lemonsqueezy.com/help/webhooks/signing-requests"),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex).into()),
        CODE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/meta/event_name"), CODE),
    secret: Some(SecretForm::text("LEMON_SQUEEZY_WEBHOOK_SECRET")),
    sample: Some(Sample {
        types: &["order_created", "subscription_created"],
        body: r#"{"meta":{"event_name":$type,"test_mode":true},"data":{"type":"orders","id":"$number","attributes":{"store_id":1,"status":"paid","created_at":"2023-11-14T22:13:20Z","updated_at":"$time"}}}"#,
        headers: &[("x-event-name", "$name")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Lemon Squeezy: `x-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    lemon_squeezy
}
