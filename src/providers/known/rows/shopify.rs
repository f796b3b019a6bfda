//! Shopify.

use std::time::Duration;

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{hours, minutes, secs},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "shopify.dev, \"Deliver webhooks through HTTPS\"";

/// 8 times within 4 hours. How they are spread is assumed.
const GAPS: &[Duration] = &[
    minutes(1),
    minutes(2),
    minutes(5),
    minutes(10),
    minutes(20),
    minutes(40),
    minutes(60),
    minutes(90),
];

/// Shopify.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "shopify",
    title: "Shopify",
    page: Fact::known("https://shopify.dev/docs/apps/build/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-shopify-hmac-sha256", SignatureEncoding::Base64).into()
        }),
        PAGE,
    ),
    // Its `x-shopify-webhook-id` is not signed.
    identity: Fact::known(Identity::Digest, PAGE),
    event_type: Fact::known(EventTypeAt::Header("x-shopify-topic"), PAGE),
    secret: Some(SecretForm::text("SHOPIFY_SECRET").shown_in("the app's settings, Client secret")),
    timeout: Fact::known(secs(5), PAGE),
    retries: Fact::known(Retries::For(hours(4)), PAGE),
    repeats: Fact::assumed(Repeats::after(GAPS)),
    marks: &["x-shopify-hmac-sha256", "x-shopify-topic"],
    sample: Some(Sample {
        types: &["orders/create", "orders/paid", "app/uninstalled"],
        body: r##"{"id":$number,"name":"#1001","currency":"EUR","total_price":"19.90","created_at":"2023-11-14T22:13:20Z","updated_at":"$time"}"##,
        headers: &[
            ("user-agent", "Shopify-Captain-Hook"),
            ("x-shopify-shop-domain", "demo.myshopify.com"),
            ("x-shopify-webhook-id", "$uuid"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Shopify: `x-shopify-hmac-sha256` over the body alone, under the app's client secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)). For webhooks in JSON.
    ///
    /// - No time is signed, and neither are `x-shopify-topic`, `x-shopify-webhook-id` and
    ///   `x-shopify-shop-domain`. An event is identified by the digest of its body, and its topic is a
    ///   [`claimed_type`](crate::delivery::Delivery::claimed_type).
    /// - Equal bodies of two shops are one event where they share a receiver.
    /// - Known: Shopify waits 5 s and sends again 8 times within 4 hours.
    shopify
}
