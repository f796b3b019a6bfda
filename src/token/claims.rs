//! [`Unproven`]: an assertion as it arrived; [`Claims`]: what is read of it; [`Fault`]: why it does not hold.

use std::time::Duration;

use serde::Deserialize;

use super::grant::Once;
use crate::{
    keys::{
        Keyring, LiveKeys,
        jose::{Jwt, OneOrMore},
    },
    time::{RETENTION_MARGIN, UnixTime},
};

/// The longest assertion: a certificate chain may stand in its head.
const MAX_ASSERTION_BYTES: usize = 16 * 1024;
/// The `typ` of a client's assertion, where it has one of its own (draft-ietf-oauth-rfc7523bis, section 4).
const OF_CLIENT: &str = "client-authentication+jwt";
/// How far the clocks of client and issuer may be apart.
pub(super) const LEEWAY: Duration = Duration::from_secs(60);

/// A signed token that claims something, before its signature is looked at.
pub(super) struct Unproven<'a> {
    jwt: Jwt<'a>,
    pub(super) claims: Claims,
}

impl<'a> Unproven<'a> {
    /// `None` for what is no signed token, or has no `exp`.
    pub(super) fn read(token: &'a str) -> Option<Self> {
        Self::of(Jwt::read(token.as_bytes(), MAX_ASSERTION_BYTES)?)
    }

    /// As [`read`](Self::read), of an assertion that authenticates a client.
    pub(super) fn of_client(token: &'a str) -> Option<Self> {
        let token = token.as_bytes();
        Self::of(Jwt::read_as(token, MAX_ASSERTION_BYTES, OF_CLIENT)?)
    }

    fn of(jwt: Jwt<'a>) -> Option<Self> {
        let claims = jwt.unproven_claims()?;
        Some(Self { jwt, claims })
    }

    /// Whom it names.
    pub(super) fn subject(&self) -> Option<&str> {
        self.claims.sub.as_deref()
    }

    /// Whether one of `keys` that is live at `now` signed it.
    pub(super) fn is_signed_with(&self, keys: &Keyring, now: UnixTime) -> bool {
        let keys = keys.load();
        self.jwt.signer(LiveKeys::new(&keys, now)).is_some()
    }

    /// Whether it names an algorithm whose key both ends have.
    pub(super) fn names_shared_secret(&self) -> bool {
        self.jwt.algorithm.is_shared_secret()
    }
}

#[derive(Deserialize)]
pub(super) struct Claims {
    pub(super) exp: f64,
    pub(super) nbf: Option<f64>,
    pub(super) iat: Option<f64>,
    pub(super) iss: Option<String>,
    pub(super) sub: Option<String>,
    pub(super) aud: Option<OneOrMore>,
    pub(super) ver: Option<Version>,
    pub(super) jti: Option<String>,
}

/// How Unico writes the field *Ver* is not known: as a text or as a number.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Version {
    Text(String),
    Number(serde_json::Number),
}

impl Version {
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// When an assertion may be used.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// How far ahead `exp` may be, beyond the leeway.
    pub(super) longest: Duration,
    pub(super) leeway: Duration,
}

impl Times {
    pub(super) fn fault(self, claims: &Claims, now: UnixTime) -> Option<Fault> {
        let now = now.as_millis() as f64 / 1000.0;
        let leeway = self.leeway.as_secs_f64();
        let ahead = |time: Option<f64>| time.is_some_and(|time| time > now + leeway);
        if ahead(claims.nbf) || ahead(claims.iat) {
            Some(Fault::NotYet)
        } else if claims.exp > now + self.longest.as_secs_f64() + leeway {
            Some(Fault::TooLong)
        } else if now >= claims.exp + leeway {
            Some(Fault::Ended)
        } else {
            None
        }
    }

    /// What keeps an assertion of `client` from being used twice: its `jti`, for as long as it could be used, and a
    /// margin. Events have the margin too: the clocks of instances and store are not one.
    pub(super) fn once(self, claims: &Claims, client: &str, now: UnixTime) -> Option<Once> {
        let now = now.as_millis() as f64 / 1000.0;
        let most = self.longest.saturating_add(self.leeway);
        let left = (claims.exp - now).clamp(0.0, most.as_secs_f64());
        let remember = Duration::try_from_secs_f64(left)
            .unwrap_or(most)
            .saturating_add(self.leeway)
            .saturating_add(RETENTION_MARGIN);
        Some(Once {
            client: client.to_owned(),
            id: claims.jti.clone()?,
            remember,
        })
    }
}

/// Why an assertion does not hold. What is checked last comes last: where several settings are asked, the one that it
/// went furthest with says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    Unreadable,
    NoSubject,
    Issuer,
    Subject,
    Version,
    Audience,
    NoId,
    NotYet,
    TooLong,
    Ended,
    Signature,
}

impl Fault {
    /// For the log.
    pub(super) fn why(self) -> &'static str {
        match self {
            Self::Unreadable => "the assertion cannot be read",
            Self::NoSubject => "the assertion has no `sub`",
            Self::Issuer => "the assertion has another issuer",
            Self::Subject => "the assertion has another subject",
            Self::Version => "the assertion has another version",
            Self::Audience => "the assertion is for another audience",
            Self::NoId => "the assertion has no `jti`",
            Self::NotYet => "the assertion is not valid yet",
            Self::TooLong => "the assertion lives longer than is allowed",
            Self::Ended => "the assertion has ended",
            Self::Signature => "no known key signed the assertion",
        }
    }
}
