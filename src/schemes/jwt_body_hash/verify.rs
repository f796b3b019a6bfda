//! Verifying a token that binds the body.

use std::borrow::Cow;

use bytes::Bytes;
use hmac::{Hmac, digest::Output};
use sha2::{Sha256, Sha384, Sha512};

use super::{
    Binding, JtiUse, JwtBodyHash,
    claims::{Said, repeated},
    config::is_of_events,
};
use crate::{
    identity::KeyId,
    json::places::{find, text},
    keys::{DigestKind, JwsAlgorithm, LiveKeys, VerifyingKey, jose::CompactJws},
    request::RawRequest,
    schemes::{
        Coverage, NO_KEY_FOR_ALGORITHM, Verified, shared_secret::find_key,
        signed_header::signature_value, token_claims::may_be_claims,
    },
    verdict::Rejection,
};

/// The longest token in a header: servers take no longer headers. One in a body is as long as the body may be.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

impl JwtBodyHash {
    pub(super) fn prove<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let token = self.token_of(&request)?;
        let jws = self.read(&token)?;
        let algorithm = self.algorithm_of(&jws)?;
        let message = self.message_of(&jws, request.body)?;
        let key_id = key_of(&jws, algorithm, &message, keys)?;
        let (coverage, said) = match &self.binding {
            Binding::Detached { unencoded, .. } => {
                // Tokens are never signed so (RFC 7797, section 7).
                let is_told_apart = *unencoded || self.typ.as_deref().is_some_and(is_of_events);
                if !is_told_apart && may_be_claims(request.body) {
                    return Err(OF_A_TOKEN);
                }
                (Coverage::Body, Said::default())
            }
            Binding::Digest { claim, digest, .. } => {
                let claims = jws.payload().ok_or(NOT_COMPACT)?;
                let said = self.said(&claims)?;
                let [named] = find(&claims, [Some(claim)]).map_err(repeated)?;
                let named = named.and_then(text).ok_or(NO_DIGEST)?;
                if !digest.is_of(named.as_bytes(), request.body) {
                    return Err(Rejection::SignatureMismatch);
                }
                (Coverage::Body, said)
            }
            Binding::Body | Binding::Member(_) => {
                let claims = jws.payload().ok_or(NOT_COMPACT)?;
                let said = self.said(&claims)?;
                (Coverage::Bytes(Bytes::from(claims)), said)
            }
        };
        let [id, nonce] = [JtiUse::Id, JtiUse::Nonce].map(|used| {
            let jti = said.jti.clone();
            jti.filter(|_| self.jti == Some(used))
        });
        Ok(Verified::assertion(coverage, key_id)
            .with_signed_id(id)
            .with_nonce(nonce)
            .with_sent_at(said.sent_at)
            .with_validity(said.from, said.until, self.leeway))
    }

    /// The token of a request.
    pub(super) fn token_of<'r>(
        &self,
        request: &RawRequest<'r>,
    ) -> Result<Cow<'r, [u8]>, Rejection> {
        match &self.binding {
            Binding::Digest { header, prefix, .. } | Binding::Detached { header, prefix, .. } => {
                let limit = MAX_TOKEN_BYTES.saturating_add(prefix.len());
                let value = signature_value(&request.head, header, limit)?;
                if value.is_empty() {
                    return Err(Rejection::MissingSignature);
                }
                behind(prefix, value)
                    .map(Cow::Borrowed)
                    .ok_or(Rejection::MalformedSignature(
                        "its header does not begin as the scheme says",
                    ))
            }
            // JSON begins so, and no token.
            Binding::Body if matches!(request.body, [] | [b'{', ..]) => {
                Err(Rejection::MissingSignature)
            }
            Binding::Body => Ok(Cow::Borrowed(request.body)),
            Binding::Member(place) => {
                let [token] = find(request.body, [Some(place)]).map_err(repeated)?;
                let token = token.ok_or(Rejection::MissingSignature)?;
                let token = text(token).ok_or(Rejection::MalformedSignature(
                    "the member that should hold it is no text",
                ))?;
                Ok(Cow::Owned(token.into_bytes()))
            }
        }
    }

    /// Reads what should be a token of this scheme. Nothing of it is proved yet.
    pub(super) fn read<'t>(&self, token: &'t [u8]) -> Result<CompactJws<'t>, Rejection> {
        let jws = CompactJws::read(token).ok_or(NOT_COMPACT)?;
        let unencoded = matches!(
            self.binding,
            Binding::Detached {
                unencoded: true,
                ..
            }
        );
        let as_set = if unencoded {
            jws.head.is_unencoded()
        } else {
            !jws.head.demands_extension()
        };
        if !as_set {
            return Err(Rejection::MalformedSignature(
                "the head of its JWS demands an extension, or lacks the one that is set",
            ));
        }
        let detached = matches!(self.binding, Binding::Detached { .. });
        let fits = match &self.typ {
            Some(typ) => jws.head.is_token_of(typ),
            // Whoever has seen a token could send its claims as a body.
            None if detached => !jws.head.is_token(),
            None => jws.head.may_be_token_of("JWT"),
        };
        if !fits {
            return Err(Rejection::MalformedSignature(
                "its token is of another kind, by its `typ`",
            ));
        }
        if jws.is_detached() != detached {
            return Err(Rejection::MalformedSignature(
                "its payload is left out where it should be there, or the other way round",
            ));
        }
        Ok(jws)
    }

    /// The algorithm that the token names, if it is one of the scheme's.
    pub(super) fn algorithm_of(&self, jws: &CompactJws<'_>) -> Result<JwsAlgorithm, Rejection> {
        let named = jws.head.algorithm();
        named
            .filter(|named| self.algorithms.contains(named))
            .ok_or(Rejection::MalformedSignature(
                "its algorithm is not one that the scheme names",
            ))
    }

    /// What the signature is over.
    fn message_of<'t>(
        &self,
        jws: &CompactJws<'t>,
        body: &[u8],
    ) -> Result<Cow<'t, [u8]>, Rejection> {
        Ok(match &self.binding {
            Binding::Detached {
                unencoded: true, ..
            } => Cow::Owned(jws.message_over_unencoded(body)),
            Binding::Detached { .. } => Cow::Owned(jws.message_over(body)),
            _ => Cow::Borrowed(jws.message()),
        })
    }
}

const NOT_COMPACT: Rejection = Rejection::MalformedSignature("it is no compact JWS");
const NO_DIGEST: Rejection =
    Rejection::MalformedSignature("its token has no claim with the body's digest");

const OF_A_TOKEN: Rejection = Rejection::SignedForAnother(
    "its body has the `exp` of a token, and no `typ` tells events from tokens",
);

/// What stands behind `prefix`, which has no letter case: names of authentication schemes have none (RFC 9110, section 11.1).
fn behind<'v>(prefix: &str, value: &'v [u8]) -> Option<&'v [u8]> {
    let (before, token) = value.split_at_checked(prefix.len())?;
    before
        .eq_ignore_ascii_case(prefix.as_bytes())
        .then_some(token)
}

/// The key that made the signature: a secret for the algorithms of MACs, else a public key that is for this one.
fn key_of<'k>(
    jws: &CompactJws<'_>,
    algorithm: JwsAlgorithm,
    message: &[u8],
    keys: LiveKeys<'k>,
) -> Result<&'k KeyId, Rejection> {
    let signature = &jws.signature;
    let by_secret = match algorithm {
        JwsAlgorithm::Hs256 => secret_of::<Hmac<Sha256>>(message, signature, keys),
        JwsAlgorithm::Hs384 => secret_of::<Hmac<Sha384>>(message, signature, keys),
        JwsAlgorithm::Hs512 => secret_of::<Hmac<Sha512>>(message, signature, keys),
        _ => None,
    };
    if let Some(id) = by_secret {
        return Ok(id);
    }
    let fits = |key: &VerifyingKey| key.algorithms().contains(&algorithm);
    let mut fitting = keys.that_may_have_signed(jws.head.key_id(), fits);
    let found = fitting.find(|(_, key)| key.verifies(algorithm, message, signature));
    if let Some((id, _)) = found {
        return Ok(id);
    }
    let mut public = keys.public_keys();
    let secret = algorithm.is_shared_secret() && keys.secrets().next().is_some();
    Err(if keys.iter().next().is_none() {
        Rejection::NoLiveKey
    } else if secret || public.any(|(_, key)| fits(key)) {
        Rejection::SignatureMismatch
    } else {
        NO_KEY_FOR_ALGORITHM
    })
}

/// The first live secret that gives the MAC.
fn secret_of<'k, M: DigestKind + 'k>(
    message: &[u8],
    signature: &[u8],
    keys: LiveKeys<'k>,
) -> Option<&'k KeyId> {
    let signature = Output::<M>::try_from(signature).ok()?;
    find_key::<M>(&[message], &signature, keys)
}
