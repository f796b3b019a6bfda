//! [`TokenKey`]: a key that tokens may be signed with, and how.

use std::{
    fmt,
    panic::catch_unwind,
    sync::{Arc, LazyLock},
};

use jsonwebtoken::{
    Algorithm, DecodingKey,
    crypto::{JwtVerifier, aws_lc},
};

use super::public_key::{self, KeyKind, PublicKey};
use crate::{keys::Secret, setup::BuildError, time::UnixTime};

/// RFC 7518, section 3.2: a key must be as long as the hash; a shorter one could be guessed from one token.
const LEAST_SECRET_BYTES: usize = 32;

/// How a token may be signed (RFC 7518, RFC 8037). There is no `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenAlgorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
    /// RSA, PKCS #1 v1.5, with SHA-256.
    Rs256,
    /// RSA, PKCS #1 v1.5, with SHA-384.
    Rs384,
    /// RSA, PKCS #1 v1.5, with SHA-512.
    Rs512,
    /// RSA, PSS, with SHA-256.
    Ps256,
    /// RSA, PSS, with SHA-384.
    Ps384,
    /// RSA, PSS, with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// Ed25519: `EdDSA` (RFC 8037), or `Ed25519` by its newer name (RFC 9864). Never with another curve.
    EdDsa,
}

/// RFC 9864, section 2.2: a name for the one curve, where `EdDSA` leaves it to the key.
const ED25519: &str = "Ed25519";

impl TokenAlgorithm {
    const ALL: [(Self, &'static str, Algorithm); 12] = [
        (Self::Hs256, "HS256", Algorithm::HS256),
        (Self::Hs384, "HS384", Algorithm::HS384),
        (Self::Hs512, "HS512", Algorithm::HS512),
        (Self::Rs256, "RS256", Algorithm::RS256),
        (Self::Rs384, "RS384", Algorithm::RS384),
        (Self::Rs512, "RS512", Algorithm::RS512),
        (Self::Ps256, "PS256", Algorithm::PS256),
        (Self::Ps384, "PS384", Algorithm::PS384),
        (Self::Ps512, "PS512", Algorithm::PS512),
        (Self::Es256, "ES256", Algorithm::ES256),
        (Self::Es384, "ES384", Algorithm::ES384),
        (Self::EdDsa, "EdDSA", Algorithm::EdDSA),
    ];

    /// The algorithm of this name, as tokens spell it. `EdDSA` and `Ed25519` are one: Ed25519 is the only curve that it
    /// is used with here.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == ED25519 {
            return Some(Self::EdDsa);
        }
        let mut all = Self::ALL.iter();
        all.find(|(_, known, _)| *known == name).map(|(it, ..)| *it)
    }

    /// The name, as tokens spell it; of Ed25519 `EdDSA`, which every reader knows.
    pub fn name(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(it, ..)| *it == self)
            .map_or("none", |(_, name, _)| *name)
    }

    #[cfg(any(feature = "jwks", feature = "token"))]
    pub(crate) fn is_shared_secret(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs384 | Self::Hs512)
    }

    pub(crate) fn backend(self) -> Option<Algorithm> {
        let mut all = Self::ALL.iter();
        all.find(|(it, ..)| *it == self).map(|(.., it)| *it)
    }

    /// The only keys that it can be used with: a public key can then never be taken for a secret, nor one curve for
    /// another.
    const fn kind(self) -> KeyKind {
        match self {
            Self::Hs256 | Self::Hs384 | Self::Hs512 => KeyKind::Secret,
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512 => {
                KeyKind::Rsa
            }
            Self::Es256 => KeyKind::P256,
            Self::Es384 => KeyKind::P384,
            Self::EdDsa => KeyKind::Ed25519,
        }
    }
}

/// A key that tokens may be signed with, and the fixed list of algorithms that it may be used for.
///
/// The token only chooses among these: one that names another algorithm, `none` included, is refused, so a public
/// key can never be taken for an HMAC secret.
#[derive(Clone)]
pub struct TokenKey {
    id: Option<String>,
    algorithms: Vec<TokenAlgorithm>,
    key: Result<Arc<PublicKey>, &'static str>,
}

impl TokenKey {
    /// A secret that is shared with the issuer: `Hs256`, `Hs384`, `Hs512`. At least 32 bytes.
    pub fn secret(secret: &Secret, algorithms: impl IntoIterator<Item = TokenAlgorithm>) -> Self {
        let key = if secret.expose().len() < LEAST_SECRET_BYTES {
            Err("a token's shared secret needs at least 32 bytes (RFC 7518, section 3.2)")
        } else {
            Ok(PublicKey {
                key: DecodingKey::from_secret(secret.expose()),
                kind: KeyKind::Secret,
                dates: None,
            })
        };
        Self::of(key, algorithms)
    }

    /// A public key, or a certificate that holds it, in PEM. Of a chain the first certificate counts.
    ///
    /// A certificate is taken as a container that you trust, since you name it: its issuer is not looked at, and its
    /// [dates](Self::certificate_dates) refuse nothing.
    pub fn pem(
        pem: impl AsRef<[u8]>,
        algorithms: impl IntoIterator<Item = TokenAlgorithm>,
    ) -> Self {
        Self::of(public_key::of_pem(pem.as_ref()), algorithms)
    }

    /// As [`pem`](Self::pem), in DER: a certificate, a `SubjectPublicKeyInfo`, or an `RSAPublicKey` (PKCS #1).
    pub fn der(
        der: impl AsRef<[u8]>,
        algorithms: impl IntoIterator<Item = TokenAlgorithm>,
    ) -> Self {
        Self::of(public_key::of_der(der.as_ref()), algorithms)
    }

    /// A key of an issuer's document. Its algorithms fit its kind.
    #[cfg(feature = "jwks")]
    pub(crate) fn published(key: DecodingKey, algorithms: Vec<TokenAlgorithm>) -> Self {
        let key = match algorithms.first() {
            Some(algorithm) => Ok(PublicKey {
                key,
                kind: algorithm.kind(),
                dates: None,
            }),
            None => Err("a published key has no algorithm"),
        };
        Self::of(key, algorithms)
    }

    fn of(
        key: Result<PublicKey, &'static str>,
        algorithms: impl IntoIterator<Item = TokenAlgorithm>,
    ) -> Self {
        Self {
            id: None,
            algorithms: algorithms.into_iter().collect(),
            key: key.map(Arc::new),
        }
    }

    /// The other half of a key that tokens are signed with here.
    #[cfg(feature = "token")]
    pub(crate) fn of_signer(key: DecodingKey, algorithm: TokenAlgorithm) -> Self {
        let key = PublicKey {
            key,
            kind: algorithm.kind(),
            dates: None,
        };
        Self::of(Ok(key), [algorithm])
    }

    /// Only for tokens whose `kid` is this one, or that have none.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// From when until when the certificate that the key came in says to be valid; `None` for a bare key.
    ///
    /// Whether a sender goes on signing with the key of a certificate that has ended is its own affair, so an end
    /// refuses nothing. A receiver of signed requests warns of it when it is built.
    pub fn certificate_dates(&self) -> Option<(UnixTime, UnixTime)> {
        self.key.as_ref().ok()?.dates
    }

    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    pub(crate) fn algorithms(&self) -> &[TokenAlgorithm] {
        &self.algorithms
    }

    /// Whether a token with this head may be signed with this key: what costs nothing to tell.
    pub(crate) fn fits(&self, algorithm: TokenAlgorithm, key_id: Option<&str>) -> bool {
        self.algorithms.contains(&algorithm)
            && !matches!((&self.id, key_id), (Some(own), Some(named)) if own != named)
    }

    /// Whether this key signed `message`, as the token's header says.
    pub(crate) fn verifies(
        &self,
        algorithm: TokenAlgorithm,
        key_id: Option<&str>,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        self.fits(algorithm, key_id)
            && self
                .verifier(algorithm)
                .is_some_and(|verifier| verifier.verify(message, &signature.to_vec()).is_ok())
    }

    /// By the backend that is named here, never by one that another crate installed for the whole process.
    fn verifier(&self, algorithm: TokenAlgorithm) -> Option<Box<dyn JwtVerifier>> {
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
        let fits = |algorithm: &TokenAlgorithm| self.verifier(*algorithm).is_some();
        if !self.algorithms.iter().all(fits) {
            return Err(BuildError::UnfitKey(
                "a token's key cannot be used for one of its algorithms: secrets are for HS…, RSA keys for \
                 RS… and PS…, P-256 keys for ES256, P-384 keys for ES384, Ed25519 keys for EdDSA",
            ));
        }
        self_test()
    }
}

pub(crate) fn self_test() -> Result<(), BuildError> {
    if *BACKEND_WORKS {
        Ok(())
    } else {
        Err(BuildError::UnfitKey(
            "the cryptography behind tokens failed its self-test",
        ))
    }
}

/// The token of RFC 7515, appendix A.1.
const KNOWN_MESSAGE: &[u8] = b"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
    eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const KNOWN_KEY: &str =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ+EstJQLr/T+1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow==";
const KNOWN_SIGNATURE: [u8; 32] = [
    116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77,
    105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
];

/// Whether the backend takes a known token and refuses it with one bit changed. Found out at start, once, so that no
/// request is the first to learn it.
static BACKEND_WORKS: LazyLock<bool> = LazyLock::new(|| {
    catch_unwind(|| {
        let Ok(secret) = Secret::base64(KNOWN_KEY) else {
            return false;
        };
        let key = TokenKey::secret(&secret, [TokenAlgorithm::Hs256]);
        let verifies =
            |signature: &[u8]| key.verifies(TokenAlgorithm::Hs256, None, KNOWN_MESSAGE, signature);
        let mut changed = KNOWN_SIGNATURE;
        changed[0] ^= 1;
        verifies(&KNOWN_SIGNATURE) && !verifies(&changed)
    })
    .unwrap_or(false)
});

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKey")
            .field("id", &self.id)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}
