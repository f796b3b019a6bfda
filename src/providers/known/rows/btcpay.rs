//! BTCPay Server.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const SDK: &str =
    "btcpayserver/btcpayserver-greenfield-php, `Webhook::isIncomingWebhookRequestValid`";

/// BTCPay Server.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "btcpay",
    title: "BTCPay Server",
    page: Fact::assumed("https://docs.btcpayserver.org"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("btcpay-sig", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha256="))
                .into()
        }),
        SDK,
    ),
    identity: Fact::assumed(Identity::Member("/originalDeliveryId")),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("BTCPAY_WEBHOOK_SECRET").shown_in("the store's settings, Webhooks"),
    ),
    marks: &["btcpay-sig"],
    id_at: Some("/originalDeliveryId"),
    sample: Some(Sample {
        types: &["InvoiceCreated", "InvoiceSettled", "InvoiceExpired"],
        body: r#"{"deliveryId":"$id","webhookId":"demo","originalDeliveryId":"$eventid","isRedelivery":false,"type":$type,"timestamp":$secs,"storeId":"demo","invoiceId":"$hex"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// BTCPay Server: `btcpay-sig` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. The body's `originalDeliveryId` identifies the event.
    ///   That is assumed.
    /// - A redelivery has a `deliveryId` of its own, and the `originalDeliveryId` of the first attempt.
    btcpay
}
