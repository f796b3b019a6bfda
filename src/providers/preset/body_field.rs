//! Any sender whose MAC sits inside the JSON that it covers.

use std::borrow::Cow;

use bytes::Bytes;
use serde::de::IgnoredAny;

use super::{Identity, Preset, Scheme};
use crate::{
    json::{ByName, is_too_deep},
    provider::{Authenticated, Undecodable},
    schemes::{HmacBodyField, Recipe},
    tenants::Keys,
};

impl Preset {
    /// Any sender whose MAC sits inside the JSON that it covers, as `scheme` describes it. An event is identified by the
    /// digest of what is signed, and read from that: the member with the MAC is not in it. `name` is part of every
    /// event key.
    ///
    /// With [`Recipe::DataOnly`] only that member is signed: the event is its value, and the receiver must have an access
    /// rule.
    ///
    /// Bodies of up to 1 MiB are taken. One of more than [100 KiB](HmacBodyField::REWRITE_LIMIT) must arrive as its sender
    /// wrote it, and with [`Recipe::SortedKeys`] none above that is taken; the receiver's `body_limit` raises both.
    ///
    /// ```
    /// use hookgate::{
    ///     Secret,
    ///     providers::preset::Preset,
    ///     schemes::{HmacBodyField, HmacBodyFieldConfig},
    /// };
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let scheme = HmacBodyField::try_from(HmacBodyFieldConfig::new("mac"))?;
    /// let pack = Preset::custom_body_field("acme", scheme, Secret::utf8("0f3c5d…")?);
    /// # let _ = pack;
    /// # Ok(())
    /// # }
    /// ```
    pub fn custom_body_field(
        name: impl Into<Cow<'static, str>>,
        scheme: HmacBodyField,
        keys: impl Into<Keys>,
    ) -> Self {
        let body_limit = scheme.body_limit();
        let mut preset = Self::of_scheme(
            name.into(),
            Scheme::BodyField(scheme),
            keys.into(),
            Identity::BodyDigest,
        );
        preset.profile.body_limit = body_limit;
        preset
    }
}

/// What is signed, without the MAC: what an event is read from and identified by.
///
/// # Errors
///
/// The scheme looked at the top level only: a text that is not a JSON object, or has a member twice, is refused here.
pub(super) fn signed_part(
    scheme: &HmacBodyField,
    authenticated: &Authenticated<'_>,
) -> Result<Bytes, Undecodable> {
    let bytes = authenticated.bytes;
    let signed = match &authenticated.hole {
        None => bytes.clone(),
        Some(hole) => {
            let before = bytes.get(..hole.start).unwrap_or_default();
            let behind = bytes.get(hole.end..).unwrap_or_default();
            let blank: &[u8] = match scheme.config().recipe {
                Recipe::EmptyMember => b"\"\"",
                Recipe::NullMember => b"null",
                Recipe::WithoutMember | Recipe::SortedKeys | Recipe::DataOnly => b"",
            };
            [before, blank, behind].concat().into()
        }
    };
    let is_object = |text| serde_json::from_slice::<ByName<IgnoredAny>>(text).is_ok();
    if scheme.config().recipe.covers_all() && (is_too_deep(&signed) || !is_object(&signed)) {
        return Err(Undecodable(
            "the body is not a JSON object, or one of its members stands twice",
        ));
    }
    Ok(signed)
}
