//! [`Assertion`]: a token that the client signed, to get one of ours (RFC 7523).

use std::{fmt, time::Duration};

use serde::Deserialize;

use super::grant::{Refused, Rights};
use crate::{
    access::{Jwt, OneOrMore, TokenKey},
    clock::UnixTime,
    dedup::{BoxDedupStore, DedupStore},
    error::BuildError,
};

/// The longest assertion: a certificate chain may stand in its head.
const MAX_ASSERTION_BYTES: usize = 16 * 1024;
/// How far the clocks of client and issuer may be apart.
const LEEWAY: Duration = Duration::from_secs(60);
/// How far ahead `exp` may be, beyond the leeway.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// What an assertion must be, for the grant `urn:ietf:params:oauth:grant-type:jwt-bearer`.
///
/// Unico Check signs with the private key that the owner uploaded, so the key here is the public one of the owner's
/// own certificate.
///
/// | claim | rule |
/// | --- | --- |
/// | `exp` | required, not reached, and at most [`longest`](Self::longest) ahead |
/// | `nbf`, `iat` | not ahead of our clock, where they are there |
/// | `aud` | has the issuer's name or one of [`audience`](Self::audience) |
/// | `iss`, `sub`, `ver` | exactly what is set, where it is |
/// | `jti` | never seen before, with [`refuse_replays`](Self::refuse_replays) |
///
/// ```
/// use hookgate::{access::{TokenAlgorithm, TokenKey}, token::Assertion};
///
/// # let certificate = "";
/// let assertion = Assertion::signed_with(TokenKey::pem(certificate, [TokenAlgorithm::Rs256]))
///     .allow_missing_audience() // Unico's form has no field for it
///     .subject("unico-check")
///     .version("1");
/// # let _ = assertion;
/// ```
#[derive(Clone)]
pub struct Assertion {
    keys: Vec<TokenKey>,
    audiences: Vec<String>,
    audience_may_lack: bool,
    issuer: Option<String>,
    subject: Option<String>,
    version: Option<String>,
    longest: Duration,
    leeway: Duration,
    replays: Option<BoxDedupStore>,
    rights: Rights,
}

impl Assertion {
    /// One that this key signed.
    pub fn signed_with(key: TokenKey) -> Self {
        Self {
            keys: vec![key],
            audiences: Vec::new(),
            audience_may_lack: false,
            issuer: None,
            subject: None,
            version: None,
            longest: LONGEST,
            leeway: LEEWAY,
            replays: None,
            rights: Rights::default(),
        }
    }

    /// Or that this one signed, for as long as a rotation takes.
    #[must_use]
    pub fn or(mut self, key: TokenKey) -> Self {
        self.keys.push(key);
        self
    }

    /// Another `aud` that means us, such as the endpoint's URL; call again for more.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// Takes an assertion without `aud` too, which RFC 7523 does not allow: it may have been made for someone else who
    /// knows the same key. One with another `aud` stays refused.
    #[must_use]
    pub fn allow_missing_audience(mut self) -> Self {
        self.audience_may_lack = true;
        self
    }

    /// `iss` must be exactly this. Default: anything.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// `sub` must be exactly this: the field *Sub* of Unico's form. Default: anything.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// `ver` must be exactly this, as a text or a number: the field *Ver* of Unico's form. Default: anything.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// How far ahead `exp` may be. Default: 1 h.
    #[must_use]
    pub fn longest(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }

    /// How far the client's clock may be off. Default: 60 s.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Takes each assertion once: it then must have a `jti`, which is kept in `store` until the assertion has ended.
    ///
    /// Default: not checked, since a sender may post one assertion twice, for a retry or until it ends (unknown for
    /// Unico). Who captures an assertion could have tokens until it ends; TLS keeps it from being captured.
    #[must_use]
    pub fn refuse_replays(mut self, store: impl DedupStore) -> Self {
        self.replays = Some(BoxDedupStore::new(store));
        self
    }

    /// A scope that its tokens get; call again for more.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.rights.scopes.insert(scope.into());
        self
    }

    /// The `aud` of the tokens that are issued for it. Default: the issuer's.
    #[must_use]
    pub fn token_audience(mut self, audience: impl Into<String>) -> Self {
        self.rights.audience = Some(audience.into());
        self
    }

    pub(super) fn rights(&self) -> &Rights {
        &self.rights
    }

    pub(super) fn replays(&self) -> Option<&BoxDedupStore> {
        self.replays.as_ref()
    }

    /// The claims of `token`, if they hold. `None` when it is not signed with a key of this one, so that another
    /// setting may judge it.
    pub(super) fn judge(
        &self,
        token: &str,
        name: &str,
        now: UnixTime,
    ) -> Option<Result<Asserted, Refused>> {
        let jwt = Jwt::read(token.as_bytes(), MAX_ASSERTION_BYTES)?;
        let claims: Claims = jwt.claims(&self.keys)?;
        Some(match self.fault(&claims, name, now) {
            Some(why) => Err(Refused::InvalidGrant(why)),
            None => Ok(Asserted {
                remember: self.remaining(&claims, now),
                subject: claims.sub.or_else(|| claims.iss.clone()),
                issuer: claims.iss,
                id: claims.jti,
            }),
        })
    }

    fn fault(&self, claims: &Claims, name: &str, now: UnixTime) -> Option<&'static str> {
        let now = now.as_millis() as f64 / 1000.0;
        let leeway = self.leeway.as_secs_f64();
        let ahead = |time: Option<f64>| time.is_some_and(|time| time > now + leeway);
        let is_us = |own: &String, named: &OneOrMore| named.has(own);
        let for_us = match &claims.aud {
            None => self.audience_may_lack,
            Some(named) => named.has(name) || self.audiences.iter().any(|own| is_us(own, named)),
        };
        let differs = |wanted: &Option<String>, found: Option<&str>| {
            wanted.is_some() && wanted.as_deref() != found
        };
        let version = claims.ver.as_ref().map(Version::to_text);
        if now >= claims.exp + leeway {
            Some("the assertion has ended")
        } else if claims.exp > now + self.longest.as_secs_f64() + leeway {
            Some("the assertion lives longer than is allowed")
        } else if ahead(claims.nbf) || ahead(claims.iat) {
            Some("the assertion is not valid yet")
        } else if !for_us {
            Some("the assertion is for another audience")
        } else if differs(&self.issuer, claims.iss.as_deref()) {
            Some("the assertion has another issuer")
        } else if differs(&self.subject, claims.sub.as_deref()) {
            Some("the assertion has another subject")
        } else if differs(&self.version, version.as_deref()) {
            Some("the assertion has another version")
        } else {
            None
        }
    }

    /// For how long the assertion could still be used.
    fn remaining(&self, claims: &Claims, now: UnixTime) -> Duration {
        let now = now.as_millis() as f64 / 1000.0;
        let most = self.longest.saturating_add(self.leeway);
        let left = (claims.exp - now).clamp(0.0, most.as_secs_f64());
        Duration::try_from_secs_f64(left)
            .unwrap_or(most)
            .saturating_add(self.leeway)
    }

    pub(super) fn validate(&self) -> Result<(), BuildError> {
        let given = [&self.issuer, &self.subject, &self.version];
        let empty = given.iter().any(|text| text.as_deref() == Some(""));
        if empty || self.audiences.iter().any(String::is_empty) {
            return Err(BuildError::Contradiction(
                "an assertion's audience, issuer, subject and version cannot be empty",
            ));
        }
        if self.longest.is_zero() {
            return Err(BuildError::Zero("the longest life of an assertion"));
        }
        self.rights.validate()?;
        self.keys.iter().try_for_each(TokenKey::validate)
    }
}

/// What an assertion that holds says.
pub(super) struct Asserted {
    pub(super) subject: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) id: Option<String>,
    /// For how long its id must be remembered.
    pub(super) remember: Duration,
}

#[derive(Deserialize)]
struct Claims {
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<OneOrMore>,
    ver: Option<Version>,
    jti: Option<String>,
}

/// How Unico writes the field *Ver* is not known: as a text or as a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Version {
    Text(String),
    Number(serde_json::Number),
}

impl Version {
    fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

impl fmt::Debug for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assertion")
            .field("keys", &self.keys)
            .field("audiences", &self.audiences)
            .field("issuer", &self.issuer)
            .field("subject", &self.subject)
            .field("version", &self.version)
            .field("rights", &self.rights)
            .finish_non_exhaustive()
    }
}
