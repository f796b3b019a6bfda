//! Smartcar.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const SDK: &str = "smartcar/node-sdk, `verifyPayload` and its tests";

/// Smartcar.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "smartcar",
    title: "Smartcar",
    page: Fact::assumed("https://smartcar.com/docs/integrations/webhooks/payload-verification"),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("sc-signature", SignatureEncoding::Hex).into()),
        SDK,
    ),
    identity: Fact::assumed(Identity::Member("/eventId")),
    event_type: Fact::assumed(EventTypeAt::Member("/eventType")),
    secret: Some(SecretForm::text("SMARTCAR_MANAGEMENT_TOKEN")),
    marks: &["sc-signature"],
    sample: Some(Sample {
        types: &["VEHICLE_STATE", "VEHICLE_ERROR"],
        body: r#"{"eventId":"$eventuuid","eventType":$type,"data":{"vehicle":{"id":"$uuid"}},"meta":{"deliveredAt":$millis}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Smartcar: `sc-signature` over the body alone, under the management token of the application. The secret
    /// is taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Smartcar asks by a challenge whether the endpoint is ours. The answer is a MAC of it, so the handler
    ///   gives it.
    /// - `eventId` identifies an event, which is assumed.
    smartcar
}
