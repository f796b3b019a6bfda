//! Shopware.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "developer.shopware.com, \"Webhook\"";
const SDK: &str = "shopware/app-php-sdk, `RequestVerifier` and its tests";

/// Shopware.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "shopware",
    title: "Shopware",
    page: Fact::known(
        "https://developer.shopware.com/docs/guides/plugins/apps/lifecycle/webhook.html",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("shopware-shop-signature", SignatureEncoding::Hex).into()
        }),
        SDK,
    ),
    identity: Fact::assumed(Identity::Member("/source/eventId")),
    event_type: Fact::known(EventTypeAt::Member("/data/event"), PAGE),
    secret: Some(
        SecretForm::text("SHOPWARE_SHOP_SECRET")
            .several("each shop that installs the app has a secret of its own"),
    ),
    marks: &["shopware-shop-signature"],
    sample: Some(Sample {
        types: &["product.written", "checkout.order.placed", "app.activated"],
        body: r#"{"data":{"payload":[{"entity":"product","operation":"update","primaryKey":"$hex"}],"event":$type},"source":{"url":"https://shop.example","appVersion":"1.0.0","shopId":"dgrH7nLU6tlE","eventId":"$eventhex"},"timestamp":$secs}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Shopware: `shopware-shop-signature` over the body alone, under the secret of the shop that has installed
    /// the app. The secret is taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each shop has a secret of its own. One endpoint for all of them takes a
    ///   [`KeySource`](crate::tenants::KeySource).
    /// - `source.eventId` identifies an event, which is assumed.
    shopware
}
