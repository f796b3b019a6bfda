//! Shopify (shopify.dev, "Deliver webhooks through HTTPS").

use http::HeaderName;

use super::Preset;
use crate::{
    providers::known::SHOPIFY,
    schemes::{Digest, HmacHeader, SignatureEncoding, SignatureLayout},
    tenants::Keys,
};

impl Preset {
    /// Shopify: `x-shopify-hmac-sha256` over the body alone, under the app's client secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)). For webhooks in JSON.
    ///
    /// - No time is signed, and neither are `x-shopify-topic`, `x-shopify-webhook-id` and
    ///   `x-shopify-shop-domain`. An event is identified by the digest of its body, so equal bodies of
    ///   two topics or shops are one event where they share a receiver: give each topic an endpoint of
    ///   its own where that can happen. The topic is a
    ///   [`claimed_type`](crate::delivery::Delivery::claimed_type).
    /// - Known: Shopify waits 5 s and sends again 8 times within 4 hours.
    pub fn shopify(keys: impl Into<Keys>) -> Self {
        let mut preset = Self::custom(SHOPIFY.name, scheme(), keys).knowing(&SHOPIFY);
        preset.type_header = Some(HeaderName::from_static("x-shopify-topic"));
        preset
    }
}

/// How it signs.
pub(super) fn scheme() -> HmacHeader {
    HmacHeader::of_parts(
        HeaderName::from_static("x-shopify-hmac-sha256"),
        SignatureLayout::Single {
            prefix: String::new(),
        },
        SignatureEncoding::Base64,
        Digest::Sha256,
    )
}
