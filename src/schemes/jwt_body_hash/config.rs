//! [`JwtBodyHashConfig`]: how one sender's tokens bind the body.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Binding, JtiUse, JwtBinding, JwtBodyHash};
use crate::{
    json::places::is_place,
    keys::JwsAlgorithm,
    schemes::{signed_header::header_name, template::BodyDigest},
    setup::BuildError,
};

/// How far the clocks of sender and receiver may be apart, in seconds.
const LEEWAY_SECS: u64 = 60;
/// More is no difference of clocks: an ended token would be good for that long.
const MAX_LEEWAY_SECS: u64 = 3600;

/// How one sender's tokens bind the body: the public, serialisable form of a [`JwtBodyHash`].
///
/// ```
/// use hookgate::{
///     keys::JwsAlgorithm,
///     schemes::{JwtBodyHash, JwtBodyHashConfig},
/// };
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// // The member `token` of the body is a token, whose claims are the event.
/// let config = JwtBodyHashConfig::member([JwsAlgorithm::Rs256], "/token")
///     .audience("shop.example")
///     .claim_is("/sub", "acme events")
///     .expires()
///     .issued_at();
/// let scheme = JwtBodyHash::try_from(config)?;
/// # let _ = scheme;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct JwtBodyHashConfig {
    /// How tokens may be signed.
    pub algorithms: Vec<JwsAlgorithm>,
    /// How a token binds the body, and where it stands.
    pub binding: JwtBinding,
    /// What the head's `typ` must be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typ: Option<String>,
    /// What `iss` must be one of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issuers: Vec<String>,
    /// What `aud` must have one of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audiences: Vec<String>,
    /// Whether there must be an audience in these settings.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_audience: bool,
    /// Claims that must be there, as JSON Pointers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs_claims: Vec<String>,
    /// Claims that must be these texts, by their JSON Pointers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub claims: BTreeMap<String, String>,
    /// Whether `exp` must be there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expires: bool,
    /// Whether `iat` must be there, and says when the attempt was sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub issued_at: bool,
    /// What `jti` is, where it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<JtiUse>,
    /// How far the sender's clock may be off where `exp` and `nbf` are judged, in seconds.
    #[serde(default = "usual_leeway")]
    pub leeway_secs: u64,
}

const fn usual_leeway() -> u64 {
    LEEWAY_SECS
}

impl JwtBodyHashConfig {
    /// Tokens that bind the body so.
    pub fn new(algorithms: impl IntoIterator<Item = JwsAlgorithm>, binding: JwtBinding) -> Self {
        Self {
            algorithms: algorithms.into_iter().collect(),
            binding,
            typ: None,
            issuers: Vec::new(),
            audiences: Vec::new(),
            needs_audience: false,
            needs_claims: Vec::new(),
            claims: BTreeMap::new(),
            expires: false,
            issued_at: false,
            jti: None,
            leeway_secs: LEEWAY_SECS,
        }
    }

    /// A token in `header`, alone. Its `claim` holds the body's `digest`, such as `sha256:hex`.
    pub fn digest(
        algorithms: impl IntoIterator<Item = JwsAlgorithm>,
        header: impl Into<String>,
        claim: impl Into<String>,
        digest: impl Into<String>,
    ) -> Self {
        let binding = JwtBinding::Digest {
            header: header.into(),
            prefix: String::new(),
            claim: claim.into(),
            digest: digest.into(),
        };
        Self::new(algorithms, binding)
    }

    /// A JWS in `header`, alone, whose payload is the body.
    ///
    /// Whoever has a token of the same key could send its claims as a body, with its head and signature. So a head whose `typ`
    /// says that it is a token is refused. Unless a [`typ`](Self::typ) is set that only events have, so is a body with a number
    /// as its `exp`, as nearly all tokens have it. Where the sender's tokens have neither, do not use this with a key that signs
    /// them.
    pub fn detached(
        algorithms: impl IntoIterator<Item = JwsAlgorithm>,
        header: impl Into<String>,
    ) -> Self {
        let binding = JwtBinding::Detached {
            header: header.into(),
            prefix: String::new(),
            unencoded: false,
        };
        Self::new(algorithms, binding)
    }

    /// A token that is the body.
    pub fn body(algorithms: impl IntoIterator<Item = JwsAlgorithm>) -> Self {
        Self::new(algorithms, JwtBinding::Body)
    }

    /// A token in the member at `place` of the body, such as `/token`.
    pub fn member(
        algorithms: impl IntoIterator<Item = JwsAlgorithm>,
        place: impl Into<String>,
    ) -> Self {
        Self::new(algorithms, JwtBinding::Member(place.into()))
    }

    /// What stands before the token in its header, such as `Bearer `. Default: nothing. Elsewhere it has no meaning.
    #[must_use]
    pub fn prefix(mut self, text: impl Into<String>) -> Self {
        if let JwtBinding::Digest { prefix, .. } | JwtBinding::Detached { prefix, .. } =
            &mut self.binding
        {
            *prefix = text.into();
        }
        self
    }

    /// The body was signed as it is, and not in base64url (RFC 7797): each head then has `b64` and names it in `crit`.
    /// Default: in base64url. Only a detached JWS can be so.
    #[must_use]
    pub fn unencoded(mut self) -> Self {
        if let JwtBinding::Detached { unencoded, .. } = &mut self.binding {
            *unencoded = true;
        }
        self
    }

    /// What the head's `typ` must be, without `application/`. Default: `JWT` or none. Of a detached JWS: anything that is no
    /// token's (RFC 8725, section 3.11).
    #[must_use]
    pub fn typ(mut self, typ: impl Into<String>) -> Self {
        self.typ = Some(typ.into());
        self
    }

    /// `iss` must be this; call again for another that it may be. Default: anything.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuers.push(issuer.into());
        self
    }

    /// `aud` must be this or have it; call again for another. Default: there must be no `aud`, since a token for somebody else
    /// is not for this endpoint.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// The scheme cannot be made before an [audience](Self::audience) is set: all of this sender's tokens have one.
    #[must_use]
    pub fn needs_audience(mut self) -> Self {
        self.needs_audience = true;
        self
    }

    /// The claim at `place` must be there, and not `null`; call again for more. Default: none.
    #[must_use]
    pub fn needs_claim(mut self, place: impl Into<String>) -> Self {
        self.needs_claims.push(place.into());
        self
    }

    /// The claim at `place` must be this text; call again for more. Default: none.
    #[must_use]
    pub fn claim_is(mut self, place: impl Into<String>, text: impl Into<String>) -> Self {
        self.claims.insert(place.into(), text.into());
        self
    }

    /// `exp` must be there. Default: it is judged where it is.
    ///
    /// Where no window is for a time of the event, a token must end within the receiver's retention. A longer one could be sent
    /// again once its event is forgotten, and is refused.
    #[must_use]
    pub fn expires(mut self) -> Self {
        self.expires = true;
        self
    }

    /// `iat` must be there, and says when the attempt was sent: the receiver's window is for it. For senders that make a token
    /// for each attempt. Default: `iat` is not looked at.
    #[must_use]
    pub fn issued_at(mut self) -> Self {
        self.issued_at = true;
        self
    }

    /// `jti` must be there, and is this. Default: it is not looked at.
    #[must_use]
    pub fn jti(mut self, what: JtiUse) -> Self {
        self.jti = Some(what);
        self
    }

    /// How far the sender's clock may be off where `exp` and `nbf` are judged, in seconds. Default: 60. At most 3,600.
    #[must_use]
    pub fn leeway_secs(mut self, secs: u64) -> Self {
        self.leeway_secs = secs;
        self
    }

    /// The header that carries the token, as the settings spell it.
    pub(in crate::schemes) fn header(&self) -> Option<&str> {
        match &self.binding {
            JwtBinding::Digest { header, .. } | JwtBinding::Detached { header, .. } => Some(header),
            JwtBinding::Body | JwtBinding::Member(_) => None,
        }
    }

    fn check(&self) -> Result<(), BuildError> {
        let empty = |texts: &[String]| texts.iter().any(String::is_empty);
        let no_values = self.claims.values().any(String::is_empty);
        if empty(&self.issuers) || empty(&self.audiences) || no_values {
            return Err(BuildError::Scheme(
                "a token's issuers, audiences and claims cannot be empty",
            ));
        }
        if self.algorithms.is_empty() || self.typ.as_deref() == Some("") {
            return Err(BuildError::Scheme(
                "a scheme of tokens names the algorithms that they may be signed by, and no empty `typ`",
            ));
        }
        if self.needs_audience && self.audiences.is_empty() {
            return Err(BuildError::Scheme(
                "this sender's tokens are each for an audience: name yours, or tokens for others would be taken",
            ));
        }
        if self.leeway_secs > MAX_LEEWAY_SECS {
            return Err(BuildError::Scheme("clocks are at most an hour apart"));
        }
        let mut places = self.needs_claims.iter().chain(self.claims.keys());
        if !places.all(|it| is_place(it)) {
            return Err(NO_PLACE);
        }
        match &self.binding {
            JwtBinding::Digest { .. } => Ok(()),
            JwtBinding::Detached { .. } if self.reads_claims() => Err(BuildError::Scheme(
                "a detached JWS has no claims: its payload is the body",
            )),
            JwtBinding::Detached { .. } => Ok(()),
            JwtBinding::Body | JwtBinding::Member(_) if !self.tells_events_from_tokens() => {
                Err(BuildError::Scheme(
                    "whoever has a token of the same key could send it as an event: \
                     name a claim, its value or a `typ` that only events have",
                ))
            }
            JwtBinding::Body | JwtBinding::Member(_) => Ok(()),
        }
    }

    fn reads_claims(&self) -> bool {
        !self.issuers.is_empty()
            || !self.audiences.is_empty()
            || !self.needs_claims.is_empty()
            || !self.claims.is_empty()
            || self.expires
            || self.issued_at
            || self.jti.is_some()
    }

    fn tells_events_from_tokens(&self) -> bool {
        self.typ.as_deref().is_some_and(is_of_events)
            || !self.needs_claims.is_empty()
            || !self.claims.is_empty()
    }
}

/// Whether `typ` is none that tokens of users have: such a head says what it is for.
pub(super) fn is_of_events(typ: &str) -> bool {
    let is = |kind: &str| typ.eq_ignore_ascii_case(kind);
    !is("JWT") && !is("at+jwt")
}

const NO_PLACE: BuildError =
    BuildError::Scheme("a claim or member is written as `/sha256` or `/data/sha256`");

impl TryFrom<JwtBodyHashConfig> for JwtBodyHash {
    type Error = BuildError;

    fn try_from(config: JwtBodyHashConfig) -> Result<Self, BuildError> {
        config.check()?;
        let placed = |place: String| match is_place(&place) {
            true => Ok(place),
            false => Err(NO_PLACE),
        };
        let binding = match config.binding {
            JwtBinding::Digest {
                header,
                prefix,
                claim,
                digest,
            } => Binding::Digest {
                header: header_name("token's header", &header)?,
                prefix,
                claim: placed(claim)?,
                digest: BodyDigest::read(&digest).map_err(BuildError::Scheme)?,
            },
            JwtBinding::Detached {
                header,
                prefix,
                unencoded,
            } => Binding::Detached {
                header: header_name("token's header", &header)?,
                prefix,
                unencoded,
            },
            JwtBinding::Body => Binding::Body,
            JwtBinding::Member(place) => Binding::Member(placed(place)?),
        };
        Ok(Self {
            algorithms: config.algorithms,
            binding,
            typ: config.typ,
            issuers: config.issuers,
            audiences: config.audiences,
            needs: config.needs_claims,
            equal: config.claims,
            expires: config.expires,
            issued_at: config.issued_at,
            jti: config.jti,
            leeway: Duration::from_secs(config.leeway_secs),
        })
    }
}
