//! [`VerifyingKey`]: a key that verifies signatures, and how it may.

use std::{fmt, sync::Arc};

use base64::{Engine, prelude::BASE64_STANDARD};
use zeroize::Zeroizing;

use super::{
    EcdsaForm, JwsAlgorithm,
    jwk::Jwk,
    public_key::{self, Material, PublicKey},
    self_test::self_test,
    verifier::{self, Verifier},
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
    /// Of each algorithm, in their order: `None` where the key is not for it.
    verifiers: Arc<[Option<Verifier>]>,
}

impl VerifyingKey {
    /// A secret that is shared with the issuer: `Hs256`, `Hs384`, `Hs512`. At least 32 bytes.
    pub fn secret(secret: &Secret, algorithms: impl IntoIterator<Item = JwsAlgorithm>) -> Self {
        let key = if secret.expose().len() < LEAST_SECRET_BYTES {
            Err("a token's shared secret needs at least 32 bytes (RFC 7518, section 3.2)")
        } else {
            let secret = Zeroizing::new(secret.expose().to_vec());
            Ok(PublicKey::bare(Material::Secret(secret)))
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

    /// A bare public key: 32 bytes of Ed25519 (RFC 8032, section 5.1.5), or a point on P-256 or P-384 (SEC 1, section
    /// 2.3.3). Its length says which.
    pub fn raw(
        bytes: impl AsRef<[u8]>,
        algorithms: impl IntoIterator<Item = JwsAlgorithm>,
    ) -> Self {
        Self::of(
            Material::raw(bytes.as_ref()).map(PublicKey::bare),
            algorithms,
        )
    }

    /// The hexadecimal text of a public key, [bare](Self::raw) or in [DER](Self::der): what consoles show.
    ///
    /// ```
    /// use hookgate::keys::{JwsAlgorithm, VerifyingKey};
    ///
    /// let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    /// VerifyingKey::hex(key, [JwsAlgorithm::EdDsa]).validate()?;
    /// // Anybody signs for a point of small order.
    /// assert!(VerifyingKey::hex("00".repeat(32), [JwsAlgorithm::EdDsa]).validate().is_err());
    /// # Ok::<(), hookgate::BuildError>(())
    /// ```
    pub fn hex(text: impl AsRef<str>, algorithms: impl IntoIterator<Item = JwsAlgorithm>) -> Self {
        let bytes = const_hex::decode(text.as_ref()).map_err(|_| NOT_HEX);
        Self::of(bytes.and_then(|it| public_key::of_bytes(&it)), algorithms)
    }

    /// The standard base64 of a public key, [bare](Self::raw) or in [DER](Self::der): what consoles show.
    pub fn base64(
        text: impl AsRef<str>,
        algorithms: impl IntoIterator<Item = JwsAlgorithm>,
    ) -> Self {
        let bytes = BASE64_STANDARD.decode(text.as_ref());
        let bytes = bytes.map_err(|_| NOT_BASE64);
        Self::of(bytes.and_then(|it| public_key::of_bytes(&it)), algorithms)
    }

    /// A public key as Standard Webhooks writes it: `whpk_` and the base64 of an Ed25519 key. It verifies `v1a` signatures
    /// and nothing else.
    ///
    /// A `whsk_` key is the private half and a `whsec_` key a shared secret: both are unfit.
    pub fn whpk(text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        let bytes = match text.strip_prefix("whpk_") {
            Some(text) => BASE64_STANDARD.decode(text).map_err(|_| NOT_BASE64),
            None if text.starts_with("whsk_") => Err(public_key::PRIVATE),
            None => Err("a public key of Standard Webhooks begins with `whpk_`"),
        };
        let key = bytes.and_then(|it| Material::ed25519(&it));
        Self::of(key.map(PublicKey::bare), [JwsAlgorithm::EdDsa])
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
        let key = Self::of(Ok(PublicKey::bare(usable.material)), usable.algorithms);
        Ok(match usable.id {
            Some(id) => key.with_id(id),
            None => key,
        })
    }

    fn of(
        key: Result<PublicKey, &'static str>,
        algorithms: impl IntoIterator<Item = JwsAlgorithm>,
    ) -> Self {
        let algorithms: Vec<_> = algorithms.into_iter().collect();
        let verifier = |algorithm: &JwsAlgorithm| {
            let key = key.as_ref().ok()?;
            Verifier::new(&key.material, *algorithm)
        };
        Self {
            id: None,
            verifiers: algorithms.iter().map(verifier).collect(),
            algorithms,
            key: key.map(Arc::new),
        }
    }

    /// The other half of a key that tokens are signed with here, and that half as a JWK (RFC 7517).
    #[cfg(feature = "token")]
    pub(super) fn of_signer(
        material: Material,
        algorithm: JwsAlgorithm,
        jwk: serde_json::Value,
    ) -> Self {
        let key = PublicKey {
            jwk: Some(jwk),
            ..PublicKey::bare(material)
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
        self.verifies_in(EcdsaForm::Fixed, algorithm, message, signature)
    }

    /// The same, with the numbers of an ECDSA signature in this form.
    pub(crate) fn verifies_in(
        &self,
        form: EcdsaForm,
        algorithm: JwsAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let own = self.algorithms.iter().zip(&*self.verifiers);
        let mut fitting = own.filter(|(own, _)| **own == algorithm);
        fitting.any(|(_, verifier)| {
            let verifier = verifier.as_ref();
            verifier.is_some_and(|it| it.verifies(form, message, signature))
        })
    }

    /// Whether this RSA key signed `message` by SHA-1 (PKCS #1 v1.5). No [`JwsAlgorithm`] is of that digest, so no setting
    /// but one of Amazon SNS takes it.
    pub(crate) fn verifies_rsa_sha1(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = self.key.as_ref();
        key.is_ok_and(|key| verifier::verifies_rsa_sha1(&key.material, message, signature))
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
        if !self.verifiers.iter().all(Option::is_some) {
            return Err(BuildError::UnfitKey(
                "a token's key cannot be used for one of its algorithms: secrets are for HS…, RSA keys for \
                 RS… and PS…, P-256 keys for ES256, P-384 keys for ES384, Ed25519 keys for EdDSA",
            ));
        }
        self_test()
    }
}

const NOT_HEX: &str = "a key to verify with is not hexadecimal";
const NOT_BASE64: &str = "a key to verify with is not standard base64";

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("id", &self.id)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}
