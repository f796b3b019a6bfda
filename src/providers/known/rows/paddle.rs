//! Paddle Billing.

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
        repeats::{hours, secs},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "developer.paddle.com/webhooks/about/signature-verification";

/// Paddle Billing.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "paddle",
    title: "Paddle Billing",
    page: Fact::known(
        "https://developer.paddle.com/webhooks/about/signature-verification",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("paddle-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "h1".to_owned(),
                    timestamp: Some("ts".to_owned()),
                })
                .separator(';')
                .template("{timestamp}:{body}")
                .into()
        }),
        PAGE,
    ),
    identity: Fact::known(
        Identity::Member("/event_id"),
        "developer.paddle.com/webhooks/about/how-webhooks-work",
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/event_type")),
    secret: Some(
        SecretForm::text("PADDLE_WEBHOOK_SECRET")
            .shown_in("Developer tools, Notifications, the destination")
            .several("each notification destination has a secret of its own"),
    ),
    timeout: Fact::known(
        secs(5),
        "developer.paddle.com/webhooks/about/respond-to-webhooks",
    ),
    retries: Fact::known(
        Retries::For(hours(72)),
        "developer.paddle.com/webhooks/about/respond-to-webhooks",
    ),
    marks: &["paddle-signature"],
    id_at: Some("/event_id"),
    sample: Some(Sample {
        types: &[
            "subscription.created",
            "transaction.completed",
            "customer.updated",
        ],
        body: r#"{"event_id":"evt_$eventhex","event_type":$type,"occurred_at":"$time","notification_id":"ntf_$hex","data":{"id":"txn_$hex","status":"completed"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Paddle Billing: `paddle-signature` over its time, a colon and the body. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `event_id` in the body identifies an event, and stays the same over attempts.
    /// - While a secret is replaced, the header has several signatures. One of them has to match.
    /// - Known: Paddle waits 5 s, and sends again for 3 days from live accounts.
    /// - Paddle Classic signs with a private key, and is not meant here.
    paddle
}
