//! Sendcloud.

use std::time::Duration;

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{hours, minutes},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "sendcloud.dev/api/v2/webhooks";

const GAPS: &[Duration] = &[
    minutes(5),
    minutes(10),
    minutes(20),
    minutes(40),
    hours(1),
    hours(1),
    hours(1),
    hours(1),
    hours(1),
    hours(1),
];

/// Sendcloud.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "sendcloud",
    title: "Sendcloud",
    page: Fact::known("https://sendcloud.dev/api/v2/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("sendcloud-signature", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/action")),
    secret: Some(
        SecretForm::text("SENDCLOUD_WEBHOOK_SECRET").shown_in(
            "Settings, Integrations, the integration, Secret Key or Webhook Signature Key",
        ),
    ),
    retries: Fact::known(Retries::For(hours(10)), PAGE),
    repeats: Fact::assumed(Repeats::after(GAPS)),
    marks: &["sendcloud-signature"],
    sample: Some(Sample {
        types: &["parcel_status_changed", "integration_connected"],
        body: r#"{"action":$type,"timestamp":$millis,"parcel":{"id":$number,"tracking_number":"S0DEM00000000000"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Sendcloud: `sendcloud-signature` over the body alone, under the integration's secret key or webhook
    /// signature key. The secret is taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The digest of the body identifies an event, which is assumed.
    /// - Known: Sendcloud repeats ten times, first after 5 minutes, and after an hour at most. It gives no
    ///   order.
    sendcloud
}
