//! GitHub (docs.github.com, "Validating webhook deliveries").

use std::time::Duration;

use http::HeaderName;

use super::Preset;
use crate::{
    provider::Retries,
    schemes::{Digest, HmacHeader, SignatureEncoding, SignatureLayout},
    tenants::Keys,
};

impl Preset {
    /// GitHub: `x-hub-signature-256` over the body alone. For webhooks with the content type
    /// `application/json`.
    ///
    /// - No time is signed, and neither are `x-github-event` and `x-github-delivery`. An event is
    ///   identified by the digest of its body; its type is a
    ///   [`claimed_type`](crate::delivery::Delivery::claimed_type).
    /// - Known: GitHub waits 10 s and never sends again by itself. Deliveries of the last 3 days can be
    ///   sent again by hand or through its API, byte for byte, and are then the same event.
    /// - Known: payloads have up to 25 MB. The receiver's limit stays at 1 MiB, since a body is read
    ///   before its signature can be checked: raise it with `body_limit` where large pushes are expected.
    pub fn github(keys: impl Into<Keys>) -> Self {
        let mut preset = Self::custom("github", scheme(), keys);
        preset.type_header = Some(HeaderName::from_static("x-github-event"));
        preset.profile.timeout = Some(Duration::from_secs(10));
        preset.profile.retries = Retries::Never;
        preset.profile.largest_body = Some(25_000_000);
        preset.profile.warning = Some(
            "GitHub never sends again by itself: an event that is answered with an error is lost \
             unless it is redelivered by hand or through the API within 3 days",
        );
        preset
    }
}

/// How it signs.
pub(super) fn scheme() -> HmacHeader {
    HmacHeader::of_parts(
        HeaderName::from_static("x-hub-signature-256"),
        SignatureLayout::Single {
            prefix: "sha256=".to_owned(),
        },
        SignatureEncoding::Hex,
        Digest::Sha256,
    )
}
