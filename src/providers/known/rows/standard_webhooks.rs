//! Standard Webhooks.

use std::time::Duration;

use crate::{
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{hours, minutes, secs},
    },
    schemes::{HmacHeaderConfig, SchemeConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const SPEC: &str = "standardwebhooks.com, the specification";

/// The schedule that the specification recommends.
const GAPS: &[Duration] = &[
    secs(5),
    minutes(5),
    minutes(30),
    hours(2),
    hours(5),
    hours(10),
    hours(14),
    hours(20),
    hours(24),
];

/// Senders that follow the specification. Each decides for itself how long it waits, and what it sends again.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "standard-webhooks",
    title: "Standard Webhooks",
    page: Fact::known("https://www.standardwebhooks.com", SPEC),
    proof: Fact::known(Proof::Scheme(|| under("webhook")), SPEC),
    identity: Fact::known(Identity::SignedId, SPEC),
    // A `type` in the body is recommended, and not required.
    event_type: Fact::known(EventTypeAt::Nowhere, SPEC),
    signed_anew: Fact::known(true, SPEC),
    secret: Some(SecretForm::whsec("STANDARD_WEBHOOKS_SECRET")),
    timeout: Fact::assumed(secs(15)),
    repeats: Fact::assumed(Repeats::after(GAPS)),
    marks: &["webhook-signature", "webhook-id"],
    sample: Some(Sample::UNKNOWN),
    ..KnownSender::UNKNOWN
};

/// How they sign, under headers that begin so.
pub(super) fn under(prefix: &str) -> SchemeConfig {
    HmacHeaderConfig::new(format!("{prefix}-signature"), SignatureEncoding::Base64)
        .layout(SignatureLayout::SpaceSeparated {
            prefix: "v1,".to_owned(),
        })
        .id(format!("{prefix}-id"))
        .timestamp(format!("{prefix}-timestamp"), TimestampForm::Seconds)
        .template("{id}.{timestamp}.{body}")
        .into()
}

preset! {
    /// Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`. Each attempt is signed
    /// anew; the signed id identifies the event over all attempts.
    standard_webhooks
}
