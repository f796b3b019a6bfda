//! [`Bearer`]: a signed token (RFC 6750, RFC 7519).

use std::{collections::BTreeSet, fmt, time::Duration};

use http::{HeaderValue, header};
use serde::Deserialize;

use super::{
    Access, Denied, TokenKey,
    authorization::of_scheme,
    jwt::{Jwt, OneOrMore},
};
#[cfg(feature = "token")]
use crate::token::{SigningKeys, TokenIssuer};
use crate::{
    clock::UnixTime,
    error::BuildError,
    request::{Head, Single},
};

/// The longest token: servers take no longer headers, and nothing that a webhook needs comes near it.
const MAX_TOKEN_BYTES: usize = 8 * 1024;
/// How far the clocks of issuer and receiver may be apart.
const LEEWAY: Duration = Duration::from_secs(60);

/// `Authorization: Bearer` with a JWT that one of the keys signed.
///
/// | what | rule |
/// | --- | --- |
/// | algorithm | one that the key is for; never what the token alone says; never `none` |
/// | key | one of these; nothing in the token (`jku`, `jwk`, `x5c`, …) is read for one |
/// | `exp` | required, and not reached, but for the leeway |
/// | `nbf` | reached where it is there, but for the leeway |
/// | `iss` | exactly [`issuer`](Self::issuer), where set |
/// | `aud` | has [`audience`](Self::audience), where set; where not, a token that is for somebody is refused |
/// | scopes | `scope`, or else `scp`, has each [`scope`](Self::scope) |
/// | `crit` | refused: none is understood |
/// | size | at most 8 KiB |
///
/// ```
/// use hookgate::{Secret, access::{Bearer, TokenAlgorithm, TokenKey}};
///
/// # fn main() -> Result<(), hookgate::SecretError> {
/// let secret = Secret::utf8("4c0b9ff1e0e84f0f8d8c57bd4ef13b21")?;
/// let access = Bearer::of(TokenKey::secret(&secret, [TokenAlgorithm::Hs256]))
///     .issuer("https://id.example")
///     .audience("hookgate")
///     .scope("webhooks");
/// # let _ = access;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Bearer {
    keys: Vec<TokenKey>,
    #[cfg(feature = "token")]
    issued: Option<std::sync::Arc<SigningKeys>>,
    issuer: Option<String>,
    audience: Option<String>,
    scopes: BTreeSet<String>,
    leeway: Duration,
}

impl Bearer {
    /// Tokens signed with this key.
    pub fn of(key: TokenKey) -> Self {
        Self::with_keys(vec![key])
    }

    /// Tokens that this token endpoint issued, its audience and keys included: they are looked up in process, without
    /// HTTP, and follow its rotations. Where one issuer serves several endpoints, give each its own
    /// [`audience`](Self::audience).
    #[cfg(feature = "token")]
    pub fn issued_by(issuer: &TokenIssuer) -> Self {
        let mut bearer = Self::with_keys(Vec::new());
        bearer.issued = Some(issuer.keys().clone());
        bearer.issuer(issuer.name()).audience(issuer.audience())
    }

    fn with_keys(keys: Vec<TokenKey>) -> Self {
        Self {
            keys,
            #[cfg(feature = "token")]
            issued: None,
            issuer: None,
            audience: None,
            scopes: BTreeSet::new(),
            leeway: LEEWAY,
        }
    }

    /// Also accepts tokens signed with this key, for as long as a rotation takes.
    #[must_use]
    pub fn or(mut self, key: TokenKey) -> Self {
        self.keys.push(key);
        self
    }

    /// `iss` must be exactly this. Default: anything.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// `aud` must be this, or have it. Default: there must be no `aud` (RFC 7519, section 4.1.3), so that a token for
    /// another endpoint does not open this one.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// The token must have this scope; call again for more.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.insert(scope.into());
        self
    }

    /// How far the issuer's clock may be off. Default: 60 s.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Why not is not told: a sender gets one answer for all, and a log line with details would help only who guesses.
    fn accepts(&self, token: &[u8], now: UnixTime) -> Option<()> {
        let jwt = Jwt::read(token, MAX_TOKEN_BYTES)?;
        #[cfg(feature = "token")]
        let issued = self.issued.as_ref().map(|keys| keys.live_at(now));
        #[cfg(feature = "token")]
        let claims: Claims = jwt.claims(
            self.keys
                .iter()
                .chain(issued.iter().flat_map(|keys| keys.verifiers())),
        )?;
        #[cfg(not(feature = "token"))]
        let claims: Claims = jwt.claims(&self.keys)?;
        self.takes(&claims, now).then_some(())
    }

    fn takes(&self, claims: &Claims, now: UnixTime) -> bool {
        let now = now.as_millis() as f64 / 1000.0;
        let leeway = self.leeway.as_secs_f64();
        let in_time = now < claims.exp + leeway && claims.nbf.is_none_or(|nbf| nbf <= now + leeway);
        let from_issuer = self.issuer.is_none() || self.issuer == claims.iss;
        let for_us = match (&self.audience, &claims.aud) {
            (None, None) => true,
            (Some(own), Some(named)) => named.has(own),
            (None, Some(_)) | (Some(_), None) => false,
        };
        let scopes = claims.scope.as_ref().or(claims.scp.as_ref());
        let scope = |wanted: &String| scopes.is_some_and(|scopes| scopes.has_word(wanted));
        in_time && from_issuer && for_us && self.scopes.iter().all(scope)
    }
}

impl Access for Bearer {
    fn check(&self, head: &Head<'_>, now: UnixTime) -> Result<(), Denied> {
        let value = match head.single(&header::AUTHORIZATION) {
            Single::Missing => return Err(Denied::Missing),
            Single::Repeated => return Err(Denied::Wrong),
            Single::Value(value) => value,
        };
        of_scheme(value, b"Bearer")
            .and_then(|token| self.accepts(token, now))
            .ok_or(Denied::Wrong)
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        vec![HeaderValue::from_static("Bearer realm=\"webhook\"")]
    }

    fn validate(&self) -> Result<(), BuildError> {
        let empty = |text: &Option<String>| text.as_deref() == Some("");
        let no_scope = |scope: &String| scope.is_empty() || scope.contains(char::is_whitespace);
        if empty(&self.issuer) || empty(&self.audience) || self.scopes.iter().any(no_scope) {
            return Err(BuildError::Contradiction(
                "a token's issuer, audience and scopes cannot be empty, and a scope is one word",
            ));
        }
        self.keys.iter().try_for_each(TokenKey::validate)
    }
}

/// All that is read of a token's claims. Times may have a fraction (RFC 7519, section 2).
#[derive(Deserialize)]
struct Claims {
    exp: f64,
    nbf: Option<f64>,
    iss: Option<String>,
    aud: Option<OneOrMore>,
    scope: Option<OneOrMore>,
    scp: Option<OneOrMore>,
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer")
            .field("keys", &self.keys)
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
