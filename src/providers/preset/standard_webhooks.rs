//! Standard Webhooks (standardwebhooks.com), and Svix, which it grew out of.

use http::HeaderName;

use super::Preset;
use crate::{
    providers::known::{STANDARD_WEBHOOKS, SVIX},
    schemes::{
        Digest, HmacHeader, SignatureEncoding, SignatureLayout, Template, TimeUnit, TimestampSource,
    },
    tenants::Keys,
};

impl Preset {
    /// Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`. Each attempt is signed
    /// anew; the signed id identifies the event over all attempts.
    pub fn standard_webhooks(keys: impl Into<Keys>) -> Self {
        let scheme = scheme([
            HeaderName::from_static("webhook-id"),
            HeaderName::from_static("webhook-timestamp"),
            HeaderName::from_static("webhook-signature"),
        ]);
        Self::custom(STANDARD_WEBHOOKS.name, scheme, keys).knowing(&STANDARD_WEBHOOKS)
    }

    /// Svix: the same under `svix-id`, `svix-timestamp`, `svix-signature`.
    pub fn svix(keys: impl Into<Keys>) -> Self {
        let scheme = scheme([
            HeaderName::from_static("svix-id"),
            HeaderName::from_static("svix-timestamp"),
            HeaderName::from_static("svix-signature"),
        ]);
        Self::custom(SVIX.name, scheme, keys).knowing(&SVIX)
    }
}

fn scheme([id, timestamp, signature]: [HeaderName; 3]) -> HmacHeader {
    HmacHeader::of_parts(
        signature,
        SignatureLayout::SpaceSeparated {
            prefix: "v1,".to_owned(),
        },
        SignatureEncoding::Base64,
        Digest::Sha256,
    )
    .signing(
        Template::id_timestamp_body(),
        Some(id),
        Some((TimestampSource::Header(timestamp), TimeUnit::Seconds)),
    )
}
