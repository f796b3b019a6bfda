//! [`JwtBodyHash`]: a signed token that binds the body (feature `jwt`).
//!
//! | [`JwtBinding`] | where the token stands | what binds the body |
//! | --- | --- | --- |
//! | [`Digest`](JwtBinding::Digest) | in a header | a claim holds the body's digest |
//! | [`Detached`](JwtBinding::Detached) | in a header | the body is the payload, which the JWS leaves out (RFC 7515, appendix F) |
//! | [`Body`](JwtBinding::Body) | it is the body | its claims are the event |
//! | [`Member`](JwtBinding::Member) | in a member of the body, which is JSON | its claims are the event, and nothing around it is |
//!
//! A token that binds no body shows who calls, and proves nothing of the event: that is access, and
//! `access::Bearer` is for it.

mod binding;
mod claims;
mod config;
#[cfg(feature = "simulator")]
mod sign;
mod verify;

use std::{borrow::Cow, collections::BTreeMap, time::Duration};

use http::HeaderName;

#[cfg(feature = "simulator")]
pub(crate) use self::sign::{Carrier, TokenKey};
pub use self::{
    binding::{JtiUse, JwtBinding},
    config::JwtBodyHashConfig,
};
use super::{Scheme, Signs, Verified, template::BodyDigest};
use crate::{
    keys::{JwsAlgorithm, Key, KeyKind, LiveKeys},
    request::RawRequest,
    setup::BuildError,
    verdict::Rejection,
};

/// A signed token that binds the body, ready to verify. Made from a [`JwtBodyHashConfig`] with `try_from`.
///
/// # Keys
///
/// Secrets verify HS256 and its like; public keys verify the others. They come from a
/// [`Keyring`](crate::keys::Keyring), from a key set that the sender publishes (`access::Jwks`), or from the application,
/// which finds them by their names ([`NamedKeys`](crate::tenants::NamedKeys)).
///
/// # Security
///
/// - The scheme names the algorithms, and a public key those that it is for. The token only chooses among what both allow.
///   There is no `none`. A secret is a key of another type than a public key, so neither is ever taken for the other.
/// - No key is read from the token or from where it points: `jku`, `jwk`, `x5u` and `x5c` are not looked at.
/// - `crit` is refused, but for `b64` where the settings say that payloads are [not encoded](JwtBodyHashConfig::unencoded).
/// - A digest is decoded, then compared in constant time. SHA-1 and MD5 are none. A token without the claim is refused.
/// - Identity senders sign the tokens of their users with the same keys. Where the claims are the event, a user could post a
///   session token as one. So such settings must name a [claim](JwtBodyHashConfig::needs_claim), a
///   [value](JwtBodyHashConfig::claim_is) or a [`typ`](JwtBodyHashConfig::typ) that only events have.
/// - A token for an audience is refused where no [audience](JwtBodyHashConfig::audience) is set (RFC 7519, section 4.1.3).
/// - The claims are read once the signature is right. One that counts and stands twice is refused.
///
/// # Examples
///
/// ```
/// use hookgate::{
///     Secret,
///     keys::JwsAlgorithm,
///     providers::preset::Preset,
///     schemes::{JwtBodyHash, JwtBodyHashConfig},
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config = JwtBodyHashConfig::digest([JwsAlgorithm::Hs256], "x-acme-token", "/body_sha256", "sha256:hex")
///     .issuer("acme")
///     .expires();
/// let pack = Preset::custom("acme", JwtBodyHash::try_from(config)?, Secret::utf8("0f3c5d…")?);
/// # let _ = pack;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct JwtBodyHash {
    algorithms: Vec<JwsAlgorithm>,
    binding: Binding,
    typ: Option<String>,
    issuers: Vec<String>,
    audiences: Vec<String>,
    /// Claims that must be there, as places.
    needs: Vec<String>,
    /// Claims that must be these texts, by their places.
    equal: BTreeMap<String, String>,
    expires: bool,
    issued_at: bool,
    jti: Option<JtiUse>,
    leeway: Duration,
}

/// A [`JwtBinding`] whose names are right.
#[derive(Debug, Clone)]
enum Binding {
    Digest {
        header: HeaderName,
        prefix: String,
        claim: String,
        digest: BodyDigest,
    },
    Detached {
        header: HeaderName,
        prefix: String,
        unencoded: bool,
    },
    Body,
    Member(String),
}

impl Scheme for JwtBodyHash {
    fn signs(&self) -> Signs {
        Signs {
            id: self.jti == Some(JtiUse::Id),
            nonce: self.jti == Some(JtiUse::Nonce),
            time: self.issued_at,
            ..Signs::body()
        }
    }

    fn takes(&self, kind: KeyKind) -> bool {
        let mut algorithms = self.algorithms.iter();
        match kind {
            KeyKind::Secret => algorithms.any(|it| it.is_shared_secret()),
            // One that was made of a secret is for HS256 and its like.
            KeyKind::Public => true,
        }
    }

    fn check_key(&self, key: &Key) -> Result<(), BuildError> {
        let Some(key) = key.public_key() else {
            return Ok(());
        };
        let mut own = key.algorithms().iter();
        if own.any(|it| self.algorithms.contains(it)) {
            return Ok(());
        }
        Err(BuildError::UnfitKey(
            "a public key is for none of the algorithms that its scheme names: both name some, and one must be the same",
        ))
    }

    fn names_keys(&self) -> bool {
        true
    }

    /// The `kid` of the token.
    fn key_name<'r>(&self, request: &RawRequest<'r>) -> Result<Option<Cow<'r, str>>, Rejection> {
        let token = self.token_of(request)?;
        let jws = self.read(&token)?;
        self.algorithm_of(&jws)?;
        Ok(jws.head.into_key_id().map(Cow::Owned))
    }

    /// Proves the whole body, or where the claims are the event, these alone.
    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        self.prove(request, keys)
    }
}
