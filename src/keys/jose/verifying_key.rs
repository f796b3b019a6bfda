//! [`VerifyingKey`]: a key that verifies signatures, and how it may.

use std::{fmt, sync::Arc};

use jsonwebtoken::{
    DecodingKey,
    crypto::{JwtVerifier, aws_lc},
};

use super::{
    JwsAlgorithm,
    jwk::Jwk,
    public_key::{self, KeyType, PublicKey},
    self_test::self_test,
};
use crate::{keys::Secret, setup::BuildError, time::UnixTime};

/// RFC 7518, section 3.2: a key must be as long as the hash; a shorter one could be guessed from one token.
const LEAST_SECRET_BYTES: usize = 32;

/// A key that verifies the signatures of tokens and of signed requests, and the fixed list of algorithms that it may be
/// used for.
///
/// What is signed only chooses among these: a token that names another algorithm, `none` included, is refused, so a public
/// key can never be taken for an HMAC secret.
///
/// A [`Keyring`](crate::keys::Keyring) of it is had by `into()`. For several, or an end, make a
/// [`Key`](crate::keys::Key) of each with [`Key::public`](crate::keys::Key::public).
///
/// ```
/// use hookgate::{
///     Keyring, Secret,
///     keys::{JwsAlgorithm, Key, VerifyingKey},
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let certificate = std::fs::read("tests/vectors/token/owner.pub.pem")?;
/// // One key, under the name that its owner gives it.
/// let key = VerifyingKey::pem(certificate, [JwsAlgorithm::Rs256]).with_id("2026-11");
/// key.validate()?;
/// assert!(key.certificate_dates().is_none()); // a bare key has none
///
/// // A secret that is shared with the issuer.
/// let secret = Secret::utf8("0123456789abcdef0123456789abcdef")?;
/// let shared = VerifyingKey::secret(&secret, [JwsAlgorithm::Hs256]);
/// let ring = Keyring::new([Key::public("owner", key), Key::public("shared", shared)])?;
/// # let _ = ring;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct VerifyingKey {
    id: Option<String>,
    algorithms: Vec<JwsAlgorithm>,
    key: Result<Arc<PublicKey>, &'static str>,
}

impl VerifyingKey {
    /// A secret that is shared with the issuer: `Hs256`, `Hs384`, `Hs512`. At least 32 bytes.
    pub fn secret(secret: &Secret, algorithms: impl IntoIterator<Item = JwsAlgorithm>) -> Self {
        let key = if secret.expose().len() < LEAST_SECRET_BYTES {
            Err("a token's shared secret needs at least 32 bytes (RFC 7518, section 3.2)")
        } else {
            let key = DecodingKey::from_secret(secret.expose());
            Ok(PublicKey::bare(key, KeyType::Secret))
        };
        Self::of(key, algorithms)
    }

    /// A public key, or a certificate that holds it, in PEM. Of a chain the first certificate counts.
    ///
    /// A certificate is taken as a container that you trust, since you name it: its issuer is not looked at, and its
    /// [dates](Self::certificate_dates) refuse nothing.
    pub fn pem(pem: impl AsRef<[u8]>, algorithms: impl IntoIterator<Item = JwsAlgorithm>) -> Self {
        Self::of(public_key::of_pem(pem.as_ref()), algorithms)
    }

    /// As [`pem`](Self::pem), in DER: a certificate, a `SubjectPublicKeyInfo`, or an `RSAPublicKey` (PKCS #1).
    pub fn der(der: impl AsRef<[u8]>, algorithms: impl IntoIterator<Item = JwsAlgorithm>) -> Self {
        Self::of(public_key::of_der(der.as_ref()), algorithms)
    }

    /// A public key as a JWK (RFC 7517), as an issuer publishes it: RSA, P-256, P-384 or Ed25519. Its `kid` becomes its
    /// [id](Self::with_id).
    ///
    /// Its kind, and its `alg` where it has one, narrow `algorithms`. One that fits none of them is unfit, and so is one
    /// that is not for signatures, or is a shared secret: what is published is no secret. `access::Jwks`
    /// fetches a whole set and keeps it current.
    ///
    /// ```
    /// use hookgate::keys::{JwsAlgorithm, VerifyingKey};
    ///
    /// let jwk = r#"{"kty":"OKP","crv":"Ed25519","kid":"2026-11","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    /// VerifyingKey::jwk(jwk, [JwsAlgorithm::EdDsa]).validate()?;
    /// assert!(VerifyingKey::jwk(jwk, [JwsAlgorithm::Rs256]).validate().is_err());
    /// # Ok::<(), hookgate::BuildError>(())
    /// ```
    pub fn jwk(json: impl AsRef<[u8]>, algorithms: impl IntoIterator<Item = JwsAlgorithm>) -> Self {
        let algorithms: Vec<_> = algorithms.into_iter().collect();
        Self::of_jwk(json.as_ref(), &algorithms)
            .unwrap_or_else(|why| Self::of(Err(why), algorithms))
    }

    /// The same, or why there is none.
    pub(crate) fn of_jwk(json: &[u8], allowed: &[JwsAlgorithm]) -> Result<Self, &'static str> {
        let jwk: Jwk = serde_json::from_slice(json).map_err(|_| "what is given is no JWK")?;
        let usable = jwk.usable(allowed)?;
        let kind = usable
            .algorithms
            .first()
            .ok_or("a published key has no algorithm")?
            .kind();
        let key = Self::of(Ok(PublicKey::bare(usable.key, kind)), usable.algorithms);
        Ok(match usable.id {
            Some(id) => key.with_id(id),
            None => key,
        })
    }

    fn of(
        key: Result<PublicKey, &'static str>,
        algorithms: impl IntoIterator<Item = JwsAlgorithm>,
    ) -> Self {
        Self {
            id: None,
            algorithms: algorithms.into_iter().collect(),
            key: key.map(Arc::new),
        }
    }

    /// The other half of a key that tokens are signed with here, and that half as a JWK (RFC 7517).
    #[cfg(feature = "token")]
    pub(super) fn of_signer(
        key: DecodingKey,
        algorithm: JwsAlgorithm,
        jwk: serde_json::Value,
    ) -> Self {
        let key = PublicKey {
            jwk: Some(jwk),
            ..PublicKey::bare(key, algorithm.kind())
        };
        Self::of(Ok(key), [algorithm])
    }

    /// Only for what names the key so (`kid`), or names none.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// From when until when the certificate that the key came in says to be valid; `None` for a bare key.
    ///
    /// Whether a sender goes on signing with the key of a certificate that has ended is its own affair, so an end
    /// refuses nothing. A receiver warns of it when it is built.
    pub fn certificate_dates(&self) -> Option<(UnixTime, UnixTime)> {
        self.key.as_ref().ok()?.dates
    }

    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    pub(crate) fn algorithms(&self) -> &[JwsAlgorithm] {
        &self.algorithms
    }

    /// The key as a JWK (RFC 7517), where it may be published.
    #[cfg(feature = "token")]
    pub(super) fn published_jwk(&self) -> Option<&serde_json::Value> {
        self.key.as_ref().ok()?.jwk.as_ref()
    }

    /// Whether it is the one that is named, or has no name.
    pub(crate) fn may_be(&self, named: Option<&str>) -> bool {
        !matches!((&self.id, named), (Some(own), Some(named)) if own != named)
    }

    /// Whether this key signed `message` with one of its algorithms, this one.
    pub(crate) fn verifies(
        &self,
        algorithm: JwsAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        self.algorithms.contains(&algorithm)
            && self
                .verifier(algorithm)
                .is_some_and(|verifier| verifier.verify(message, &signature.to_vec()).is_ok())
    }

    /// By the backend that is named here, never by one that another crate installed for the whole process.
    fn verifier(&self, algorithm: JwsAlgorithm) -> Option<Box<dyn JwtVerifier>> {
        let public = self.key.as_ref().ok()?;
        if public.kind != algorithm.kind() {
            return None;
        }
        let algorithm = algorithm.backend()?;
        (aws_lc::DEFAULT_PROVIDER.verifier_factory)(&algorithm, &public.key).ok()
    }

    /// Whether the key can be used for each of its algorithms. Receivers ask when they are built.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn validate(&self) -> Result<(), BuildError> {
        if let Err(why) = &self.key {
            return Err(BuildError::UnfitKey(why));
        }
        if self.algorithms.is_empty() {
            return Err(BuildError::UnfitKey(
                "a token's key without an algorithm verifies nothing: name those that it may be used for",
            ));
        }
        let fits = |algorithm: &JwsAlgorithm| self.verifier(*algorithm).is_some();
        if !self.algorithms.iter().all(fits) {
            return Err(BuildError::UnfitKey(
                "a token's key cannot be used for one of its algorithms: secrets are for HS…, RSA keys for \
                 RS… and PS…, P-256 keys for ES256, P-384 keys for ES384, Ed25519 keys for EdDSA",
            ));
        }
        self_test()
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("id", &self.id)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}
