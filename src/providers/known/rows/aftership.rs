//! AfterShip.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "aftership.com/docs/tracking/webhook/webhook-signature";

/// AfterShip.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "aftership",
    title: "AfterShip",
    page: Fact::known(
        "https://aftership.com/docs/tracking/webhook/webhook-signature",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("aftership-hmac-sha256", SignatureEncoding::Base64).into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/event")),
    secret: Some(SecretForm::text("AFTERSHIP_WEBHOOK_SECRET").shown_in("Settings, Webhooks")),
    marks: &["aftership-hmac-sha256"],
    sample: Some(Sample {
        types: &["tracking_update"],
        body: r#"{"event":$type,"event_id":"$eventuuid","ts":$secs,"msg":{"id":"$id","tracking_number":"$number","tag":"InTransit","updated_at":"$time"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// AfterShip: `aftership-hmac-sha256` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - For its tracking. Its warranty product signs in another header.
    aftership
}
