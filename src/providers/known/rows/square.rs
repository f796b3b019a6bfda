//! Square.

use std::time::Duration;

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{hours, minutes, secs},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const SDK: &str = "github.com/square/square-nodejs-sdk, `WebhooksHelper`";
const MANAGE: &str = "developer.squareup.com, \"Manage Webhook Operations\"";
const SLA: &str = "developer.squareup.com, \"Notification Delivery SLA\"";

/// Then each hour, up to 72 hours after the event.
const GAPS: &[Duration] = &[
    minutes(1),
    minutes(2),
    minutes(4),
    minutes(8),
    minutes(16),
    minutes(32),
    minutes(60),
];

/// Square.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "square",
    title: "Square",
    page: Fact::known(
        "https://developer.squareup.com/docs/webhooks/overview",
        MANAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-square-hmacsha256-signature", SignatureEncoding::Base64)
                .template("{url}{body}")
                .into()
        }),
        SDK,
    ),
    identity: Fact::known(Identity::Member("/event_id"), MANAGE),
    event_type: Fact::known(EventTypeAt::Member("/type"), SDK),
    secret: Some(
        SecretForm::text("SQUARE_WEBHOOK_SIGNATURE_KEY")
            .shown_in("the developer console, the application, Webhooks, the subscription, Signature Key")
            .several("each subscription of Square has a key of its own, and so have sandbox and production"),
    ),
    timeout: Fact::known(secs(10), SLA),
    retries: Fact::known(Retries::For(hours(72)), SLA),
    repeats: Fact::known(Repeats::after(GAPS), SLA),
    marks: &["x-square-hmacsha256-signature"],
    id_at: Some("/event_id"),
    sample: Some(Sample {
        types: &["payment.created", "order.updated"],
        body: r#"{"merchant_id":"MLEFBHHSJGVHD","type":$type,"event_id":"$eventuuid","created_at":"$time","data":{"type":"payment","id":"$id"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Square: `x-square-hmacsha256-signature` over the endpoint's address and the body, under the subscription's signature key
    /// as text ([`Secret::utf8`](crate::keys::Secret::utf8)). It needs [`address`](Self::address): the notification URL of the
    /// subscription.
    ///
    /// - `event_id` identifies an event.
    /// - No time is signed beside the body. `x-square-signature`, by SHA-1, is not looked at.
    /// - Known: Square waits 10 s, and sends again for 72 hours.
    square
}
