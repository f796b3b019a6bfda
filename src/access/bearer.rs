//! [`Bearer`]: a signed token (RFC 6750, RFC 7519).

#[cfg(feature = "jwks")]
use std::sync::Arc;
use std::{collections::BTreeSet, fmt, time::Duration};

use http::{HeaderName, HeaderValue, header};
use serde::Deserialize;

use super::{Access, Denied, TokenFlaw, authorization::of_scheme, token_flaw};
#[cfg(feature = "jwks")]
use super::{Jwks, Preparing};
#[cfg(feature = "jwks")]
use crate::time::Timer;
use crate::{
    keys::{
        Keyring, LiveKeys, VerifyingKey,
        jose::{Jwt, OneOrMore},
    },
    request::{Head, Single},
    setup::BuildError,
    time::UnixTime,
};

/// The longest token: servers take no longer headers, and nothing that a webhook needs comes near it.
const MAX_TOKEN_BYTES: usize = 8 * 1024;
/// How far the clocks of issuer and receiver may be apart.
const LEEWAY: Duration = Duration::from_secs(60);
/// RFC 9068, section 2.1.
const ACCESS_TOKEN: &str = "at+jwt";

/// `Authorization: Bearer` with a JWT that one of the keys signed.
///
/// | what | rule |
/// | --- | --- |
/// | algorithm | one that the key is for; never what the token alone says; never `none` |
/// | key | one of these that has not ended; nothing in the token (`jku`, `jwk`, `x5c`, …) is read for one |
/// | `exp` | required, and not reached, but for the leeway |
/// | `nbf` | reached where it is there, but for the leeway |
/// | `iss` | exactly [`issuer`](Self::issuer), where set |
/// | `aud` | has [`audience`](Self::audience), where set; where not, a token that is for somebody is refused |
/// | scopes | `scope`, or else `scp`, has each [`scope`](Self::scope) |
/// | `client_id`, else `azp`, else `appid` | one of those that it may be [issued to](Self::issued_to), where set |
/// | `typ` | `JWT`, `at+jwt` (RFC 9068) or missing: a token of another kind, such as `dpop+jwt`, is none for this (RFC 8725, section 3.11) |
/// | `crit` | refused: none is understood |
/// | size | at most 8 KiB |
///
/// ```
/// use hookgate::{Secret, access::Bearer, keys::{JwsAlgorithm, VerifyingKey}};
///
/// # fn main() -> Result<(), hookgate::keys::SecretError> {
/// let secret = Secret::utf8("4c0b9ff1e0e84f0f8d8c57bd4ef13b21")?;
/// let access = Bearer::of(VerifyingKey::secret(&secret, [JwsAlgorithm::Hs256]))
///     .issuer("https://id.example")
///     .audience("hookgate")
///     .scope("webhooks");
/// # let _ = access;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Bearer {
    /// None where they are published.
    keys: Option<Keyring>,
    #[cfg(feature = "jwks")]
    published: Option<Jwks>,
    issuer: Option<String>,
    audience: Option<String>,
    clients: BTreeSet<String>,
    scopes: BTreeSet<String>,
    leeway: Duration,
}

impl Bearer {
    /// Tokens signed with one of these keys: a [`VerifyingKey`](crate::keys::VerifyingKey), or a [`Keyring`] that is
    /// replaced while running.
    pub fn of(keys: impl Into<Keyring>) -> Self {
        Self::with_keys(Some(keys.into()))
    }

    fn with_keys(keys: Option<Keyring>) -> Self {
        Self {
            keys,
            #[cfg(feature = "jwks")]
            published: None,
            issuer: None,
            audience: None,
            clients: BTreeSet::new(),
            scopes: BTreeSet::new(),
            leeway: LEEWAY,
        }
    }

    /// Tokens signed with a key that their issuer publishes. Name the issuer and the audience too.
    #[cfg(feature = "jwks")]
    pub fn from_jwks(jwks: Jwks) -> Self {
        Self {
            published: Some(jwks),
            ..Self::with_keys(None)
        }
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

    /// The token must have been issued to this client. `client_id` (RFC 9068, section 2.2) says so, or else `azp` (OpenID
    /// Connect), or else `appid` (Microsoft Entra, tokens of version 1). Call again for more. Default: any client of the
    /// issuer that gets a token for the audience.
    #[must_use]
    pub fn issued_to(mut self, client_id: impl Into<String>) -> Self {
        self.clients.insert(client_id.into());
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
    ///
    /// Claims cost a hundredth of a signature, so they are looked at first: what they say can only refuse before a key has
    /// proved it. Time then tells a stranger which issuer, audience and scopes are wanted, which are no secrets.
    fn accepts(&self, token: &Jwt<'_>, now: UnixTime) -> Result<(), Denied> {
        if self.takes(token, now) {
            self.is_signed(token, now)
        } else {
            Err(Denied::Wrong)
        }
    }

    fn is_signed(&self, token: &Jwt<'_>, now: UnixTime) -> Result<(), Denied> {
        if self.is_signed_here(token, now) {
            return Ok(());
        }
        #[cfg(feature = "jwks")]
        if let Some(jwks) = &self.published {
            return jwks.judge(token);
        }
        Err(Denied::Wrong)
    }

    /// Whether a key that is always at hand signed the token.
    fn is_signed_here(&self, token: &Jwt<'_>, now: UnixTime) -> bool {
        self.keys.as_ref().is_some_and(|ring| {
            let keys = ring.load();
            token.signer(LiveKeys::new(&keys, now)).is_some()
        })
    }

    fn takes(&self, token: &Jwt<'_>, now: UnixTime) -> bool {
        token
            .unproven_claims::<Claims>()
            .is_some_and(|claims| self.refused_claims(&claims, now).next().is_none())
    }

    /// The claims that refuse a token, in a fixed order.
    fn refused_claims(
        &self,
        claims: &Claims,
        now: UnixTime,
    ) -> impl Iterator<Item = TokenFlaw> + use<> {
        let now = now.as_millis() as f64 / 1000.0;
        let leeway = self.leeway.as_secs_f64();
        let by = |secs: f64| Duration::try_from_secs_f64(secs).unwrap_or(Duration::MAX);
        let in_time = now < claims.exp + leeway;
        let expired = (!in_time).then(|| TokenFlaw::Expired(by(now - claims.exp)));
        let early = claims
            .nbf
            .filter(|nbf| *nbf > now + leeway)
            .map(|nbf| TokenFlaw::NotYetValid(by(nbf - now)));
        let from_issuer = self.issuer.is_none() || self.issuer == claims.iss;
        let audience = match (&self.audience, &claims.aud) {
            (None, None) => None,
            (Some(own), Some(named)) if named.has(own) => None,
            (None, Some(_)) => Some(TokenFlaw::UnexpectedAudience),
            (Some(_), _) => Some(TokenFlaw::Audience),
        };
        let client = claims.client_id.as_ref().or(claims.azp.as_ref());
        let client = client.or(claims.appid.as_ref());
        let to_client =
            self.clients.is_empty() || client.is_some_and(|client| self.clients.contains(client));
        let scopes = claims.scope.as_ref().or(claims.scp.as_ref());
        let scope = |wanted: &String| scopes.is_some_and(|scopes| scopes.has_word(wanted));
        let in_scope = self.scopes.iter().all(scope);
        [
            expired,
            early,
            (!from_issuer).then_some(TokenFlaw::Issuer),
            audience,
            (!to_client).then_some(TokenFlaw::Client),
            (!in_scope).then_some(TokenFlaw::Scope),
        ]
        .into_iter()
        .flatten()
    }

    /// Why the rule refuses a request: everything that it refuses, where a token can be read. Empty where it takes it.
    /// Keys that an issuer publishes are not fetched.
    ///
    /// For tools, and for whoever runs the receiver. A sender gets one answer for all of it.
    pub fn diagnose(&self, head: &Head<'_>, now: UnixTime) -> Vec<TokenFlaw> {
        let value = match head.single(&header::AUTHORIZATION) {
            Single::Value(value) => value,
            Single::Missing | Single::Repeated => return vec![TokenFlaw::NoToken],
        };
        let Some(text) = of_scheme(value, b"Bearer") else {
            return vec![TokenFlaw::NoToken];
        };
        let Some(token) = read(value) else {
            return vec![token_flaw::unreadable(text, MAX_TOKEN_BYTES, ACCESS_TOKEN)];
        };
        let mut flaws = match token.unproven_claims::<Claims>() {
            Some(claims) => self.refused_claims(&claims, now).collect(),
            None => token_flaw::misshapen(&token),
        };
        if self.is_signed(&token, now).is_err() {
            flaws.push(self.unsigned(&token, now));
        }
        flaws
    }

    /// Why no key signed the token, as far as its head says.
    fn unsigned(&self, token: &Jwt<'_>, now: UnixTime) -> TokenFlaw {
        let Some(ring) = &self.keys else {
            return TokenFlaw::Signature;
        };
        let keys = ring.load();
        let live = LiveKeys::new(&keys, now);
        let of_algorithm = |key: &VerifyingKey| key.algorithms().contains(&token.algorithm);
        if !live.public_keys().any(|(_, key)| of_algorithm(key)) {
            return TokenFlaw::OtherAlgorithm;
        }
        let mut named = live
            .public_keys()
            .filter(|(_, key)| key.may_be(token.key_id()));
        if named.next().is_none() {
            return TokenFlaw::OtherKeyId;
        }
        TokenFlaw::Signature
    }
}

impl Access for Bearer {
    fn check(&self, head: &Head<'_>, now: UnixTime) -> Result<(), Denied> {
        let value = match head.single(&header::AUTHORIZATION) {
            Single::Missing => return Err(Denied::Missing),
            Single::Repeated => return Err(Denied::Wrong),
            Single::Value(value) => value,
        };
        let token = read(value).ok_or(Denied::Wrong)?;
        self.accepts(&token, now)
    }

    #[cfg(feature = "jwks")]
    fn prepare(&self, head: &Head<'_>, now: UnixTime, timer: &Arc<dyn Timer>) -> Option<Preparing> {
        let jwks = self.published.as_ref()?;
        let Single::Value(value) = head.single(&header::AUTHORIZATION) else {
            return None;
        };
        let token = read(value)?;
        // The issuer is asked for no token that would not open the endpoint anyway.
        let may_open = jwks.may_lack_key_of(&token)
            && self.takes(&token, now)
            && !self.is_signed_here(&token, now);
        may_open.then(|| jwks.refreshed(timer)).flatten()
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        vec![HeaderValue::from_static("Bearer realm=\"webhook\"")]
    }

    fn reads(&self, name: &HeaderName) -> bool {
        *name == header::AUTHORIZATION
    }

    fn validate(&self) -> Result<(), BuildError> {
        let empty = |text: &Option<String>| text.as_deref() == Some("");
        let no_scope = |scope: &String| scope.is_empty() || scope.contains(char::is_whitespace);
        if empty(&self.issuer)
            || empty(&self.audience)
            || self.clients.contains("")
            || self.scopes.iter().any(no_scope)
        {
            return Err(BuildError::Access(
                "a token's issuer, audience, clients and scopes cannot be empty, and a scope is one word",
            ));
        }
        #[cfg(feature = "jwks")]
        self.published.as_ref().map_or(Ok(()), Jwks::validate)?;
        self.keys.as_ref().map_or(Ok(()), Keyring::validate_public)
    }
}

/// The token of an `Authorization` value.
fn read(value: &[u8]) -> Option<Jwt<'_>> {
    Jwt::read_as(of_scheme(value, b"Bearer")?, MAX_TOKEN_BYTES, ACCESS_TOKEN)
}

/// All that is read of a token's claims. Times may have a fraction (RFC 7519, section 2).
#[derive(Deserialize)]
struct Claims {
    exp: f64,
    nbf: Option<f64>,
    iss: Option<String>,
    aud: Option<OneOrMore>,
    client_id: Option<String>,
    azp: Option<String>,
    /// learn.microsoft.com, "Access token claims reference": only in tokens of version 1, where it replaces `azp`.
    appid: Option<String>,
    scope: Option<OneOrMore>,
    scp: Option<OneOrMore>,
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer")
            .field("keys", &self.keys)
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .field("clients", &self.clients)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
