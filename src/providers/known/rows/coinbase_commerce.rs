//! Coinbase Commerce.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.cdp.coinbase.com/commerce/api-architecture/webhooks-security";
const SDK: &str = "coinbase/coinbase-commerce-node, `Webhook.verifyEventBody`";

/// Coinbase Commerce.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "coinbase-commerce",
    title: "Coinbase Commerce",
    page: Fact::known(
        "https://docs.cdp.coinbase.com/commerce/api-architecture/webhooks-security",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-cc-webhook-signature", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/event/id")),
    event_type: Fact::known(EventTypeAt::Member("/event/type"), SDK),
    secret: Some(
        SecretForm::text("COINBASE_COMMERCE_WEBHOOK_SECRET")
            .shown_in("Settings, Notifications: the shared secret"),
    ),
    marks: &["x-cc-webhook-signature"],
    id_at: Some("/event/id"),
    sample: Some(Sample {
        types: &["charge:created", "charge:confirmed", "charge:failed"],
        body: r#"{"id":$number,"scheduled_for":"$time","attempt_number":1,"event":{"id":"$eventuuid","type":$type,"api_version":"2018-03-22","created_at":"$time","data":{"code":"DEMODEMO"}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Coinbase Commerce: `x-cc-webhook-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. The body's `event.id` identifies the event. That is
    ///   assumed.
    /// - Attempts differ in `attempt_number` and `scheduled_for`. The `id` of `event` stays.
    coinbase_commerce
}
