//! Shopify.

use std::time::Duration;

use super::{
    Fact, JSON, KnownSender, Repeats, Sample, SecretForm,
    repeats::{hours, minutes, secs},
};
use crate::provider::Retries;

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
pub(crate) const SHOPIFY: KnownSender = KnownSender {
    name: "shopify",
    title: "Shopify",
    secret: Some(SecretForm::text("SHOPIFY_SECRET")),
    timeout: Fact::known(secs(5), PAGE),
    retries: Fact::known(Retries::For(hours(4)), PAGE),
    repeats: Fact::assumed(Repeats::after(GAPS)),
    media_types: JSON,
    largest_body: None,
    warning: None,
    marks: &["x-shopify-hmac-sha256", "x-shopify-topic"],
    id_at: None,
    sample: Some(Sample {
        types: &["orders/create", "orders/paid", "app/uninstalled"],
        body: r##"{"id":$number,"name":"#1001","currency":"EUR","total_price":"19.90","created_at":"$time"}"##,
        headers: &[
            ("user-agent", "Shopify-Captain-Hook"),
            ("x-shopify-shop-domain", "demo.myshopify.com"),
            ("x-shopify-webhook-id", "$uuid"),
        ],
    }),
};
