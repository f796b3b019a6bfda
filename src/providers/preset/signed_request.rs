//! Any sender that signs with the key of a certificate.

use std::borrow::Cow;

use super::{Identity, Preset, Scheme};
use crate::{schemes::SignedRequest, tenants::Keys};

impl Preset {
    /// Any sender that signs its requests as `scheme` describes it (feature `jwt`). An event is identified by the digest
    /// of the body: a nonce belongs to an attempt. `name` is part of every event key.
    pub fn custom_signed_request(
        name: impl Into<Cow<'static, str>>,
        scheme: SignedRequest,
    ) -> Self {
        let has_timestamp = scheme.has_timestamp();
        let has_nonce = scheme.has_nonce();
        let mut preset = Self::of_scheme(
            name.into(),
            Scheme::Request(scheme),
            Keys::None,
            Identity::BodyDigest,
        );
        preset.profile.nonces = has_nonce;
        if has_timestamp {
            preset.signing_times()
        } else {
            preset
        }
    }
}
