//! [`HmacBodyFieldConfig`]: how one sender signs with a MAC inside the JSON that it covers.

use serde::{Deserialize, Serialize};

use super::HmacBodyField;
use crate::{
    schemes::{Digest, SignatureEncoding, signature_encoding},
    setup::BuildError,
};

/// Which bytes the MAC is computed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Recipe {
    /// The object without the member: `const { signature, ...signed } = event`.
    #[default]
    WithoutMember,
    /// The object with the member's value replaced by the empty text.
    EmptyMember,
    /// The object with the member's value replaced by `null`.
    NullMember,
    /// The object without the member, its keys sorted at every depth (RFC 8785).
    SortedKeys,
    /// The value of one other member and nothing else. Whatever stands beside it is unsigned.
    DataOnly,
}

impl Recipe {
    /// Every recipe.
    pub const ALL: &'static [Self] = &[
        Self::WithoutMember,
        Self::EmptyMember,
        Self::NullMember,
        Self::SortedKeys,
        Self::DataOnly,
    ];

    /// Whether the MAC covers the whole object, or only a part of it.
    pub const fn covers_all(self) -> bool {
        !matches!(self, Self::DataOnly)
    }
}

/// How one sender signs: the public, serialisable form of an [`HmacBodyField`].
///
/// ```
/// use hookgate::schemes::{HmacBodyField, HmacBodyFieldConfig, Recipe, SignatureEncoding};
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// let config = HmacBodyFieldConfig::new("mac")
///     .recipe(Recipe::SortedKeys)
///     .encoding(SignatureEncoding::Hex);
/// let scheme = HmacBodyField::try_from(config)?;
/// # let _ = scheme;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct HmacBodyFieldConfig {
    /// The member of the top level that carries the MAC.
    pub member: String,
    /// What is signed.
    #[serde(default)]
    pub recipe: Recipe,
    /// The member that [`Recipe::DataOnly`] signs.
    #[serde(default = "data")]
    pub data_member: String,
    /// The MAC's text form: hexadecimal or base64.
    #[serde(default, deserialize_with = "signature_encoding::of_mac")]
    pub encoding: SignatureEncoding,
    /// The digest.
    #[serde(default)]
    pub digest: Digest,
}

fn data() -> String {
    "data".to_owned()
}

impl HmacBodyFieldConfig {
    /// HMAC-SHA256 in base64 over the object without `member`.
    pub fn new(member: impl Into<String>) -> Self {
        Self {
            member: member.into(),
            recipe: Recipe::default(),
            data_member: data(),
            encoding: SignatureEncoding::Base64,
            digest: Digest::default(),
        }
    }

    /// What is signed. Default: the object without the member.
    #[must_use]
    pub fn recipe(mut self, recipe: Recipe) -> Self {
        self.recipe = recipe;
        self
    }

    /// The member that [`Recipe::DataOnly`] signs. Default: `data`.
    #[must_use]
    pub fn data_member(mut self, name: impl Into<String>) -> Self {
        self.data_member = name.into();
        self
    }

    /// The MAC's text form: hexadecimal or base64. Default: base64.
    #[must_use]
    pub fn encoding(mut self, encoding: SignatureEncoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// The digest. Default: SHA-256.
    #[must_use]
    pub fn digest(mut self, digest: Digest) -> Self {
        self.digest = digest;
        self
    }
}

impl TryFrom<HmacBodyFieldConfig> for HmacBodyField {
    type Error = BuildError;

    fn try_from(config: HmacBodyFieldConfig) -> Result<Self, BuildError> {
        config.encoding.check_in_header()?;
        for (what, name) in [
            ("signature member", &config.member),
            ("data member", &config.data_member),
        ] {
            // The canonical writer compares names in their written form.
            let plain = |c: char| !c.is_control() && !matches!(c, '"' | '\\');
            if name.is_empty() || !name.chars().all(plain) {
                return Err(BuildError::Name {
                    what,
                    why: "it is empty or would have to be escaped in JSON",
                });
            }
        }
        if config.member == config.data_member {
            return Err(BuildError::Scheme(
                "the signature and what it signs cannot be the same member",
            ));
        }
        Ok(Self { config })
    }
}
