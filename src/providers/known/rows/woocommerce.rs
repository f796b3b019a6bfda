//! WooCommerce.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "woocommerce/woocommerce-rest-api-docs, \"Webhooks\"";

/// WooCommerce.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "woocommerce",
    title: "WooCommerce",
    page: Fact::assumed("https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-wc-webhook-signature", SignatureEncoding::Base64).into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Header("x-wc-webhook-topic"), PAGE),
    secret: Some(SecretForm::text("WOOCOMMERCE_WEBHOOK_SECRET")),
    marks: &[
        "x-wc-webhook-signature",
        "x-wc-webhook-topic",
        "x-wc-webhook-delivery-id",
    ],
    sample: Some(Sample {
        types: &["order.created", "order.updated", "product.updated"],
        body: r#"{"id":$number,"status":"processing","currency":"EUR","total":"10.00","date_created_gmt":"2023-11-14T22:13:20","date_modified_gmt":"$time","order_key":"wc_order_$id"}"#,
        headers: &[
            ("x-wc-webhook-id", "1"),
            ("x-wc-webhook-delivery-id", "$hex"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// WooCommerce: `x-wc-webhook-signature` over the body alone. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - None of the other `x-wc-webhook-` headers is signed. The topic is a
    ///   [`claimed_type`](crate::delivery::Delivery::claimed_type).
    /// - The digest of the body identifies an event, which is assumed.
    /// - As a webhook is saved, a ping in the form of a form asks for the endpoint. It is refused with 415.
    woocommerce
}
