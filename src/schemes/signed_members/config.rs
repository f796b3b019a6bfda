//! [`SignedMembersConfig`]: which members one sender signs.

use serde::{Deserialize, Serialize};

use super::SignedMembers;
use crate::{
    json::places::is_place,
    schemes::{Digest, SignatureEncoding, access_token::NO_PLACE, signature_encoding},
    setup::BuildError,
};

/// Most members that are signed. Adyen signs eight.
pub(super) const MAX_MEMBERS: usize = 16;

/// Which members one sender signs: the public, serialisable form of a [`SignedMembers`]. Each place is a JSON Pointer
/// (RFC 6901) through objects.
///
/// ```
/// use hookgate::schemes::{SignedMembers, SignedMembersConfig};
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// let config = SignedMembersConfig::new(["/id", "/amount/value", "/text"], "/sig/mac").free_member("/text");
/// let scheme = SignedMembers::try_from(config)?;
/// # let _ = scheme;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SignedMembersConfig {
    /// The members whose values are signed, in the order of the signed text.
    pub members: Vec<String>,
    /// The member that holds the MAC.
    pub signature: String,
    /// The list whose one item holds all of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// The object in the body, or in the item, that holds all of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// What stands between two values.
    #[serde(default = "colon")]
    pub separator: char,
    /// The member whose value may contain the separator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_member: Option<String>,
    /// The MAC's text form: hexadecimal or base64.
    #[serde(default, deserialize_with = "signature_encoding::of_mac")]
    pub encoding: SignatureEncoding,
    /// The digest.
    #[serde(default)]
    pub digest: Digest,
}

const fn colon() -> char {
    ':'
}

impl SignedMembersConfig {
    /// HMAC-SHA256 in base64 over the values of `members`, with `:` between them, in the member `signature` of the body.
    pub fn new<N: Into<String>>(
        members: impl IntoIterator<Item = N>,
        signature: impl Into<String>,
    ) -> Self {
        Self {
            members: members.into_iter().map(Into::into).collect(),
            signature: signature.into(),
            list: None,
            within: None,
            separator: colon(),
            free_member: None,
            encoding: SignatureEncoding::Base64,
            digest: Digest::default(),
        }
    }

    /// They stand in the one item of this list.
    #[must_use]
    pub fn in_list(mut self, at: impl Into<String>) -> Self {
        self.list = Some(at.into());
        self
    }

    /// They stand in this object: of the body, or of the item.
    #[must_use]
    pub fn within(mut self, at: impl Into<String>) -> Self {
        self.within = Some(at.into());
        self
    }

    /// What stands between two values. Default: `:`.
    #[must_use]
    pub fn separator(mut self, separator: char) -> Self {
        self.separator = separator;
        self
    }

    /// The member whose value may contain the separator. Default: none may.
    #[must_use]
    pub fn free_member(mut self, at: impl Into<String>) -> Self {
        self.free_member = Some(at.into());
        self
    }

    /// The text form of the MAC. Default: base64.
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

impl SignedMembersConfig {
    fn check(&self) -> Result<(), BuildError> {
        self.encoding.check_in_header()?;
        let members = &self.members;
        let places = members.iter().chain([&self.signature]);
        let places = places.chain(&self.list).chain(&self.within);
        if !places.clone().all(|at| is_place(at)) {
            return Err(NO_PLACE);
        }
        if !(1..=MAX_MEMBERS).contains(&members.len()) {
            return Err(BuildError::Scheme("1 to 16 members are signed"));
        }
        let all = || members.iter().chain([&self.signature]).enumerate();
        // One inside of the other would be an object, which has no text.
        let inside = |outer: &str, inner: &str| {
            let behind = inner.strip_prefix(outer);
            behind.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let overlaps = |place: usize, at: &str| {
            let mut others = all().filter(|(other, _)| *other != place);
            others.any(|(_, other)| inside(at, other))
        };
        if all().any(|(place, at)| overlaps(place, at)) {
            return Err(BuildError::Scheme(
                "each signed member, and that of the signature, stands in a place of its own",
            ));
        }
        if self
            .free_member
            .as_ref()
            .is_some_and(|free| !members.contains(free))
        {
            return Err(BuildError::Scheme(
                "the member that may contain the separator is none of those that are signed",
            ));
        }
        if !self.separator.is_ascii_punctuation() {
            return Err(BuildError::Scheme(
                "the separator between signed values is an ASCII sign",
            ));
        }
        Ok(())
    }
}

impl TryFrom<SignedMembersConfig> for SignedMembers {
    type Error = BuildError;

    fn try_from(config: SignedMembersConfig) -> Result<Self, BuildError> {
        config.check()?;
        Ok(Self { config })
    }
}
