//! Samsara.

use crate::{
    keys::Encoding,
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const PAGE: &str = "developers.samsara.com/docs/webhooks";
const VERIFIER: &str = "jeroenk22/samsara-webhook-verifier";

/// Samsara.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "samsara",
    title: "Samsara",
    page: Fact::known("https://developers.samsara.com/docs/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-samsara-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("v1="))
                .timestamp("x-samsara-timestamp", TimestampForm::Seconds)
                .template("v1:{timestamp}:{body}")
                .into()
        }),
        VERIFIER,
    ),
    identity: Fact::known(Identity::Member("/eventId"), PAGE),
    event_type: Fact::known(EventTypeAt::Member("/eventType"), PAGE),
    secret: Some(SecretForm::of(Encoding::Base64, "SAMSARA_WEBHOOK_SECRET")),
    marks: &[
        "x-samsara-signature",
        "x-samsara-timestamp",
        "x-samsara-event-type",
    ],
    sample: Some(Sample {
        types: &["Alert", "Ping"],
        body: r#"{"eventId":"$eventuuid","eventMs":$millis,"eventType":$type,"event":{"orgId":1,"alertConditionId":"DeviceLocationInsideGeofence"}}"#,
        headers: &[
            ("x-samsara-event-type", "$name"),
            ("x-samsara-request", "$uuid"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Samsara: `x-samsara-signature` over its version, `x-samsara-timestamp` and the body. The secret is taken
    /// in base64 ([`Secret::base64`](crate::keys::Secret::base64)).
    ///
    /// - `eventId` identifies an event. `x-samsara-event-type` and `x-samsara-request` are not signed.
    samsara
}
