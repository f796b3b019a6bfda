//! Stripe (docs.stripe.com, "Resolve webhook signature verification errors").

use http::HeaderName;

use super::{Identity, Names, Preset};
use crate::{
    providers::known::STRIPE,
    schemes::{
        Digest, HmacHeader, SignatureEncoding, SignatureLayout, Template, TimestampForm,
        TimestampSource,
    },
    tenants::Keys,
};

impl Preset {
    /// Stripe: `stripe-signature` over `{timestamp}.{body}`. Each attempt is signed anew; the body's
    /// `id` identifies the event over all attempts.
    ///
    /// The endpoint's secret is taken as text, its `whsec_` included
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)): it is no base64, as those of Standard Webhooks are.
    ///
    /// - Signatures under `v0`, which Stripe adds in test mode, are passed over.
    /// - Known: Stripe sends again for 3 days in live mode. How long it waits is not published; the
    ///   default of 8 s for handlers is an assumption.
    pub fn stripe(keys: impl Into<Keys>) -> Self {
        let mut preset = Self::custom(STRIPE.name, scheme(), keys).knowing(&STRIPE);
        preset.identity = Identity::Member(Names {
            id: "id",
            event_type: "type",
        });
        preset
    }
}

/// How it signs.
pub(super) fn scheme() -> HmacHeader {
    HmacHeader::of_parts(
        HeaderName::from_static("stripe-signature"),
        SignatureLayout::Pairs {
            signature: "v1".to_owned(),
            timestamp: Some("t".to_owned()),
        },
        SignatureEncoding::Hex,
        Digest::Sha256,
    )
    .signing(
        Template::timestamp_body(None, "."),
        None,
        Some((
            TimestampSource::Pair("t".to_owned()),
            TimestampForm::Seconds,
        )),
    )
}
