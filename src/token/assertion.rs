//! [`Assertion`]: a token that the client signed, to get one of ours (RFC 7523).

use std::{fmt, time::Duration};

use super::{
    claims::{Claims, Fault, LEEWAY, Times, Unproven, Version},
    client::validate_id,
    grant::{Proven, Rights},
};
use crate::{keys::Keyring, setup::BuildError, time::UnixTime};

/// How far ahead `exp` may be, beyond the leeway.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// What an assertion must be, for the grant `urn:ietf:params:oauth:grant-type:jwt-bearer`.
///
/// Unico Check signs with the private key that the owner uploaded, so the key here is the public one of the owner's
/// own certificate.
///
/// Whose assertion it is, is said here and not by the assertion: [`of`](Self::of) names the client, which is the
/// `client_id` of the tokens (RFC 9068, section 2.2). The claimed `sub` becomes their `sub`, and cannot be the id of
/// anybody else at this issuer.
///
/// | claim | rule |
/// | --- | --- |
/// | `exp` | required, not reached, and at most [`longest`](Self::longest) ahead |
/// | `nbf`, `iat` | not ahead of our clock, where they are there |
/// | `aud` | has the issuer's name or one of [`audience`](Self::audience) |
/// | `sub` | required (RFC 7523, section 3) |
/// | `iss`, `sub`, `ver` | exactly what is set, where it is |
/// | `jti` | never seen before, with [`refuse_replays`](Self::refuse_replays) |
///
/// ```
/// use hookgate::{keys::{JwsAlgorithm, VerifyingKey}, token::Assertion};
///
/// # let certificate = "";
/// let key = VerifyingKey::pem(certificate, [JwsAlgorithm::Rs256]);
/// let assertion = Assertion::of("unico-check", key)
///     .allow_missing_audience() // Unico's form has no field for it
///     .subject("unico-check")
///     .version("1");
/// # let _ = assertion;
/// ```
#[derive(Clone)]
pub struct Assertion {
    id: String,
    keys: Keyring,
    audiences: Vec<String>,
    audience_may_lack: bool,
    issuer: Option<String>,
    subject: Option<String>,
    version: Option<String>,
    times: Times,
    once: bool,
    rights: Rights,
}

impl Assertion {
    /// One of the client `id`, signed with one of these keys: a [`VerifyingKey`](crate::keys::VerifyingKey), or a
    /// [`Keyring`] that is replaced while running.
    ///
    /// The id is a name of yours: what the receiver asks for with
    /// [`Bearer::issued_to`](crate::access::Bearer::issued_to). It is the id of nobody else at this issuer.
    pub fn of(id: impl Into<String>, keys: impl Into<Keyring>) -> Self {
        Self {
            id: id.into(),
            keys: keys.into(),
            audiences: Vec::new(),
            audience_may_lack: false,
            issuer: None,
            subject: None,
            version: None,
            times: Times {
                longest: LONGEST,
                leeway: LEEWAY,
            },
            once: false,
            rights: Rights::default(),
        }
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

    /// `sub` must be exactly this: the field *Sub* of Unico's form. Default: anything but the id of somebody else.
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
        self.times.longest = longest;
        self
    }

    /// How far the client's clock may be off. Default: 60 s.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.times.leeway = leeway;
        self
    }

    /// Takes each assertion once: it then must have a `jti`, which is kept in the issuer's
    /// [`replay_store`](super::TokenIssuerBuilder::replay_store) until 60 s after the assertion is taken no more.
    ///
    /// Default: not checked, since a sender may post one assertion twice, for a retry or until it ends (unknown for
    /// Unico). Who captures an assertion could have tokens until it ends; TLS keeps it from being captured.
    #[must_use]
    pub fn refuse_replays(mut self) -> Self {
        self.once = true;
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

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn is_used_once(&self) -> bool {
        self.once
    }

    /// Who `token` was signed by and for, or why it does not hold. The signature comes last: a stranger makes the server
    /// verify nothing that would be refused anyway.
    pub(super) fn judge(
        &self,
        token: &Unproven<'_>,
        name: &str,
        now: UnixTime,
    ) -> Result<Proven<'_>, Fault> {
        let claims = &token.claims;
        let subject = token.subject().filter(|subject| !subject.is_empty());
        let subject = subject.ok_or(Fault::NoSubject)?;
        if let Some(fault) = self.other(claims, name) {
            return Err(fault);
        }
        let once = self.times.once(claims, &self.id, now);
        if self.once && once.is_none() {
            return Err(Fault::NoId);
        }
        if let Some(fault) = self.times.fault(claims, now) {
            return Err(fault);
        }
        if !token.is_signed_with(&self.keys, now) {
            return Err(Fault::Signature);
        }
        Ok(Proven {
            client: &self.id,
            subject: subject.to_owned(),
            rights: &self.rights,
            once: once.filter(|_| self.once),
        })
    }

    /// Which claim says something else than is set.
    fn other(&self, claims: &Claims, name: &str) -> Option<Fault> {
        let differs = |wanted: &Option<String>, found: Option<&str>| {
            wanted.is_some() && wanted.as_deref() != found
        };
        let version = claims.ver.as_ref().map(Version::to_text);
        let for_us = match &claims.aud {
            None => self.audience_may_lack,
            Some(named) => named.has(name) || self.audiences.iter().any(|own| named.has(own)),
        };
        if differs(&self.issuer, claims.iss.as_deref()) {
            Some(Fault::Issuer)
        } else if differs(&self.subject, claims.sub.as_deref()) {
            Some(Fault::Subject)
        } else if differs(&self.version, version.as_deref()) {
            Some(Fault::Version)
        } else if !for_us {
            Some(Fault::Audience)
        } else {
            None
        }
    }

    pub(super) fn validate(&self) -> Result<(), BuildError> {
        validate_id(&self.id)?;
        let given = [&self.issuer, &self.subject, &self.version];
        let empty = given.iter().any(|text| text.as_deref() == Some(""));
        if empty || self.audiences.iter().any(String::is_empty) {
            return Err(BuildError::TokenEndpoint(
                "an assertion's audience, issuer, subject and version cannot be empty",
            ));
        }
        if self.times.longest.is_zero() {
            return Err(BuildError::Zero("the longest life of an assertion"));
        }
        self.rights.validate()?;
        self.keys.validate_public()
    }
}

impl fmt::Debug for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assertion")
            .field("id", &self.id)
            .field("keys", &self.keys)
            .field("audiences", &self.audiences)
            .field("issuer", &self.issuer)
            .field("subject", &self.subject)
            .field("version", &self.version)
            .field("rights", &self.rights)
            .finish_non_exhaustive()
    }
}
