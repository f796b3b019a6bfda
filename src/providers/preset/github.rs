//! GitHub (docs.github.com, "Validating webhook deliveries").

use http::HeaderName;

use super::Preset;
use crate::{
    providers::known::GITHUB,
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
        let mut preset = Self::custom(GITHUB.name, scheme(), keys).knowing(&GITHUB);
        preset.type_header = Some(HeaderName::from_static("x-github-event"));
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
