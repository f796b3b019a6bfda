//! Cashfree Payments.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str = "cashfree.com/docs/api-reference/webhooks/payloads-and-signatures";

/// Cashfree Payments.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "cashfree",
    title: "Cashfree Payments",
    page: Fact::known(
        "https://www.cashfree.com/docs/api-reference/webhooks/payloads-and-signatures",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-webhook-signature", SignatureEncoding::Base64)
                .timestamp("x-webhook-timestamp", TimestampForm::Milliseconds)
                .template("{timestamp:13}{body}")
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("CASHFREE_CLIENT_SECRET").shown_in("the API's client secret signs"),
    ),
    marks: &[],
    sample: Some(Sample {
        types: &[
            "PAYMENT_SUCCESS_WEBHOOK",
            "PAYMENT_FAILED_WEBHOOK",
            "REFUND_STATUS_WEBHOOK",
        ],
        body: r#"{"data":{"order":{"order_id":"order_$id","order_amount":2.00,"order_currency":"INR"},"payment":{"cf_payment_id":"$number","payment_status":"SUCCESS"}},"event_time":"$time","type":$type}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Cashfree Payments: `x-webhook-signature` over `x-webhook-timestamp`, then the body. The secret is taken as
    /// text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - One page of Cashfree shows a dot behind the time. Its other pages and all of their code have none.
    /// - It is for the payment gateway, Payouts V2, Secure ID and PPI. Payouts V1 signs a form, and is not meant here.
    /// - The digest of the body, with its `event_time`, identifies an event. That is assumed.
    cashfree
}
