//! [`TokenFlaw`]: why a token does not open an endpoint.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::keys::jose::{CompactJws, Jwt};

/// Why a [`Bearer`](super::Bearer) rule refuses a token. Holds nothing of the token but the distance of its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenFlaw {
    /// There is no `Authorization: Bearer`, or more than one.
    #[error("there is no single `Authorization: Bearer` with a token")]
    NoToken,
    /// It is longer than 8 KiB.
    #[error("the token is longer than 8 KiB")]
    TooLong,
    /// It is no compact JWS: three parts in base64url, of which the first is its head.
    #[error("the token is no JWT: it has no three parts in base64url, or its head is none")]
    NotCompact,
    /// Its head wants something understood that is not.
    #[error("the token's head has `crit`, which asks for something that is not understood")]
    Critical,
    /// Its head says that it is of another kind.
    #[error("the token's `typ` names another kind of token than JWT and at+jwt")]
    OtherKind,
    /// Its head names an algorithm that is not known, `none` among them.
    #[error("the token's `alg` is unknown, or none")]
    UnknownAlgorithm,
    /// No key is for the algorithm that its head names.
    #[error("no key of the rule may be used for the token's `alg`")]
    OtherAlgorithm,
    /// No key has the id that its head names.
    #[error("no key of the rule has the token's `kid`")]
    OtherKeyId,
    /// No key signed it.
    #[error("no key of the rule signed the token")]
    Signature,
    /// What it says is no JSON object.
    #[error("the token's claims are no JSON object, or one of them stands twice")]
    NoClaims,
    /// A claim that it needs is not there.
    #[error("the token's claim `{0}` is missing")]
    Missing(&'static str),
    /// A claim is of another type.
    #[error("the token's claim `{0}` is not {1}")]
    Misshapen(&'static str, &'static str),
    /// `exp` is past, by this much, and by more than the leeway.
    #[error("the token's `exp` is past")]
    Expired(Duration),
    /// `nbf` is ahead, by this much, and by more than the leeway.
    #[error("the token's `nbf` is ahead")]
    NotYetValid(Duration),
    /// `iss` is not the rule's.
    #[error("the token's `iss` is not the expected issuer")]
    Issuer,
    /// `aud` does not hold the rule's audience.
    #[error("the token's `aud` does not hold the expected audience")]
    Audience,
    /// `aud` is there, and the rule has none.
    #[error("the token has an `aud`, and the rule expects none")]
    UnexpectedAudience,
    /// `client_id`, `azp` or `appid`, whichever counts, is none of the rule's clients.
    #[error("the token's `client_id`, `azp` or `appid` is none of the expected clients")]
    Client,
    /// A scope of the rule is not among its own.
    #[error("the token lacks a scope that is expected: look at `scope`, or `scp`")]
    Scope,
}

/// Why `token` cannot be read as one of this kind.
pub(super) fn unreadable(token: &[u8], limit: usize, kind: &str) -> TokenFlaw {
    if token.len() > limit {
        return TokenFlaw::TooLong;
    }
    match CompactJws::read(token) {
        None => TokenFlaw::NotCompact,
        Some(jws) if jws.head.demands_extension() => TokenFlaw::Critical,
        Some(jws) if !jws.head.may_be_token_of(kind) => TokenFlaw::OtherKind,
        Some(_) => TokenFlaw::UnknownAlgorithm,
    }
}

/// Which claims are of another type than [`Bearer`](super::Bearer) reads.
pub(super) fn misshapen(token: &Jwt<'_>) -> Vec<TokenFlaw> {
    let Some(claims) = token.unproven_claims::<Map<String, Value>>() else {
        return vec![TokenFlaw::NoClaims];
    };
    let is_list = |value: &Value| {
        let list = value.as_array();
        list.is_some_and(|list| list.iter().all(Value::is_string))
    };
    let mut found = Vec::new();
    if claims.get("exp").is_none_or(Value::is_null) {
        found.push(TokenFlaw::Missing("exp"));
    }
    for name in ["exp", "nbf"] {
        if claims
            .get(name)
            .is_some_and(|value| !value.is_number() && !value.is_null())
        {
            found.push(TokenFlaw::Misshapen(name, "a number"));
        }
    }
    for name in ["iss", "client_id", "azp", "appid"] {
        if claims
            .get(name)
            .is_some_and(|value| !value.is_string() && !value.is_null())
        {
            found.push(TokenFlaw::Misshapen(name, "a text"));
        }
    }
    for name in ["aud", "scope", "scp"] {
        let fits = |value: &Value| value.is_string() || value.is_null() || is_list(value);
        if claims.get(name).is_some_and(|value| !fits(value)) {
            found.push(TokenFlaw::Misshapen(name, "a text or a list of texts"));
        }
    }
    if found.is_empty() {
        found.push(TokenFlaw::NoClaims);
    }
    found
}
