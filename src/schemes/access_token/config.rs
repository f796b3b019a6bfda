//! [`AccessTokenConfig`]: where one sender puts its token.

use http::HeaderName;
use serde::{Deserialize, Serialize};

use super::{AccessToken, Place};
use crate::{json::places::is_place, setup::BuildError};

/// Where a sender puts its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum TokenPlace {
    /// In this header, alone. A scheme such as `Bearer ` is part of the token, where the sender's owner typed one.
    Header(String),
    /// In `Authorization: Basic` (RFC 7617). The token is `user:password`.
    Basic,
    /// In this member of the body, as a JSON Pointer (RFC 6901) through objects.
    Member(String),
    /// In a member of each item of a list. All of them must be there and right, and the list must not be empty.
    EachOf {
        /// The list, as a JSON Pointer.
        list: String,
        /// The member of an item, as a JSON Pointer from the item on.
        member: String,
    },
}

/// Where one sender puts its token: the public, serialisable form of an [`AccessToken`].
///
/// ```
/// use hookgate::{
///     Secret,
///     providers::preset::Preset,
///     schemes::{AccessToken, AccessTokenConfig},
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scheme = AccessToken::try_from(AccessTokenConfig::header("x-acme-token"))?;
/// let pack = Preset::custom("acme", scheme, Secret::utf8("0f3c5d…")?);
/// # let _ = pack;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AccessTokenConfig {
    /// Where the token stands.
    pub at: TokenPlace,
}

impl AccessTokenConfig {
    /// In the header `name`, alone.
    pub fn header(name: impl Into<String>) -> Self {
        Self {
            at: TokenPlace::Header(name.into()),
        }
    }

    /// In `Authorization: Basic`, as `user:password`.
    pub fn basic() -> Self {
        Self {
            at: TokenPlace::Basic,
        }
    }

    /// In this member of the body, such as `/token`.
    pub fn member(at: impl Into<String>) -> Self {
        Self {
            at: TokenPlace::Member(at.into()),
        }
    }

    /// In the member `member` of each item of the list at `list`.
    pub fn each_of(list: impl Into<String>, member: impl Into<String>) -> Self {
        Self {
            at: TokenPlace::EachOf {
                list: list.into(),
                member: member.into(),
            },
        }
    }
}

impl TryFrom<AccessTokenConfig> for AccessToken {
    type Error = BuildError;

    fn try_from(config: AccessTokenConfig) -> Result<Self, BuildError> {
        let placed = |at: String| match is_place(&at) {
            true => Ok(at),
            false => Err(NO_PLACE),
        };
        let at = match config.at {
            TokenPlace::Header(name) => {
                Place::Header(HeaderName::try_from(name).map_err(|_| BuildError::Name {
                    what: "token's header",
                    why: "it is not a header name",
                })?)
            }
            TokenPlace::Basic => Place::Basic,
            TokenPlace::Member(at) => Place::Member(placed(at)?),
            TokenPlace::EachOf { list, member } => Place::EachOf {
                list: placed(list)?,
                member: placed(member)?,
            },
        };
        Ok(Self { at })
    }
}

/// Of the schemes whose proof stands in members of the body.
pub(in crate::schemes) const NO_PLACE: BuildError =
    BuildError::Scheme("a member is written as `/token` or `/data/token`");
