//! Standard Webhooks (standardwebhooks.com), and Svix, which it grew out of.

use http::HeaderName;

use super::Preset;
use crate::{
    providers::known::{STANDARD_WEBHOOKS, SVIX},
    schemes::{
        Digest, HmacHeader, SignatureEncoding, SignatureLayout, Template, TimestampForm,
        TimestampSource,
    },
    tenants::Keys,
};

impl Preset {
    /// Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`. Each attempt is signed
    /// anew; the signed id identifies the event over all attempts.
    pub fn standard_webhooks(keys: impl Into<Keys>) -> Self {
        Self::custom(STANDARD_WEBHOOKS.name, scheme(), keys).knowing(&STANDARD_WEBHOOKS)
    }

    /// Svix: the same under `svix-id`, `svix-timestamp`, `svix-signature`.
    pub fn svix(keys: impl Into<Keys>) -> Self {
        Self::custom(SVIX.name, svix_scheme(), keys).knowing(&SVIX)
    }
}

/// How Standard Webhooks wants it signed.
pub(super) fn scheme() -> HmacHeader {
    with_headers([
        HeaderName::from_static("webhook-id"),
        HeaderName::from_static("webhook-timestamp"),
        HeaderName::from_static("webhook-signature"),
    ])
}

/// The same under Svix's names.
pub(super) fn svix_scheme() -> HmacHeader {
    with_headers([
        HeaderName::from_static("svix-id"),
        HeaderName::from_static("svix-timestamp"),
        HeaderName::from_static("svix-signature"),
    ])
}

fn with_headers([id, timestamp, signature]: [HeaderName; 3]) -> HmacHeader {
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
        Some((TimestampSource::Header(timestamp), TimestampForm::Seconds)),
    )
}
