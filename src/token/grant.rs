//! [`Grant`]: what a token is issued for; [`Refused`]: why none is.

use std::{collections::BTreeSet, time::Duration};

use crate::setup::BuildError;

/// What a client may have.
#[derive(Debug, Clone, Default)]
pub(super) struct Rights {
    pub(super) scopes: BTreeSet<String>,
    /// The `aud` of its tokens; the issuer's where none is set.
    pub(super) audience: Option<String>,
}

impl Rights {
    /// The scopes that are granted when `wanted` are asked for (RFC 6749, section 3.3).
    pub(super) fn grant(&self, wanted: Option<&str>) -> Result<Vec<String>, Refused> {
        let Some(wanted) = wanted else {
            return Ok(self.scopes.iter().cloned().collect());
        };
        let wanted: BTreeSet<_> = wanted.split(' ').filter(|word| !word.is_empty()).collect();
        if wanted.iter().all(|word| self.scopes.contains(*word)) {
            Ok(wanted.into_iter().map(str::to_owned).collect())
        } else {
            Err(Refused::InvalidScope)
        }
    }

    pub(super) fn validate(&self) -> Result<(), BuildError> {
        let usable = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        let no_scope = |scope: &String| scope.is_empty() || !scope.bytes().all(usable);
        if self.scopes.iter().any(no_scope) || self.audience.as_deref() == Some("") {
            return Err(BuildError::TokenEndpoint(
                "a scope is one word of printable ASCII without `\"` and `\\` (RFC 6749, section 3.3), and an audience \
                 cannot be empty",
            ));
        }
        Ok(())
    }
}

/// What a token is issued for.
#[derive(Debug)]
pub(super) struct Grant {
    /// Who asked: always a setting.
    pub(super) client: String,
    /// For whom: the client itself, or whom its assertion names.
    pub(super) subject: String,
    pub(super) scopes: Vec<String>,
    pub(super) audience: Option<String>,
}

/// Who proved to be whom, before scopes are looked at.
pub(super) struct Proven<'a> {
    /// The id of a client, user or assertion that was set up.
    pub(super) client: &'a str,
    pub(super) subject: String,
    pub(super) rights: &'a Rights,
    /// What may be used once only.
    pub(super) once: Option<Once>,
}

/// What keeps an assertion from being used twice.
pub(super) struct Once {
    pub(super) client: String,
    pub(super) id: String,
    /// For how long the id must be remembered.
    pub(super) remember: Duration,
}

/// Why no token is issued. The caller gets the code; the text is for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    InvalidRequest(&'static str),
    InvalidClient(&'static str),
    InvalidGrant(&'static str),
    UnsupportedGrantType,
    InvalidScope,
    Throttled(Duration),
    Overloaded,
    StoreUnavailable,
    UnderWay,
    Unsigned,
}

impl Refused {
    /// RFC 6749, section 5.2; where that has no word, one of section 4.1.2.1.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidClient(_) => "invalid_client",
            Self::InvalidGrant(_) => "invalid_grant",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::Throttled(_) | Self::Overloaded | Self::StoreUnavailable | Self::UnderWay => {
                "temporarily_unavailable"
            }
            Self::Unsigned => "server_error",
        }
    }

    pub(super) fn why(self) -> &'static str {
        match self {
            Self::InvalidRequest(why) | Self::InvalidClient(why) | Self::InvalidGrant(why) => why,
            Self::UnsupportedGrantType => "the grant type is not one that was set up",
            Self::InvalidScope => "a scope that the client may not have",
            Self::Throttled(_) => "too many failures from this address or under this id",
            Self::Overloaded => "too many token requests at once",
            Self::StoreUnavailable => "the store of used assertions could not be asked",
            Self::UnderWay => "another request with the assertion is under way, or was until now",
            Self::Unsigned => "the token could not be signed",
        }
    }

    /// Whether it was a wrong guess, which counts against the caller.
    pub(super) fn is_guess(self) -> bool {
        matches!(self, Self::InvalidClient(_) | Self::InvalidGrant(_))
    }
}
