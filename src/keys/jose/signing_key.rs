//! [`SigningKey`]: a key that tokens are signed with.

use std::{fmt, sync::Arc};

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{
    base64url, compact_jws::message_of, private_key::PrivateKey, private_pem::der_of_pem,
    public_key::Material,
};
use crate::{
    keys::{EcdsaForm, JwsAlgorithm, Key, Secret, VerifyingKey},
    setup::BuildError,
};

/// What the id of a shared secret is derived with, so that it tells nothing of the secret.
const KEY_ID_DOMAIN: &[u8] = b"hookgate/kid/v1";

/// A key that tokens are signed with, and its public half. Cheap to clone; `Debug` shows its id and algorithm.
///
/// ```
/// use hookgate::{keys::JwsAlgorithm, token::SigningKey};
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// let key = SigningKey::generate(JwsAlgorithm::Es256)?;
/// assert!(!key.id().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SigningKey(Arc<Inner>);

struct Inner {
    id: Box<str>,
    algorithm: JwsAlgorithm,
    signer: PrivateKey,
    verifier: VerifyingKey,
}

impl SigningKey {
    /// A new random key for `Es256`, `EdDsa` or `Hs256`. It lives as long as the process: tokens that were issued
    /// before a restart do not open anything afterwards, and each instance has keys of its own.
    ///
    /// # Errors
    ///
    /// For any other algorithm, and without randomness.
    pub fn generate(algorithm: JwsAlgorithm) -> Result<Self, BuildError> {
        match algorithm {
            JwsAlgorithm::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                .map_err(|_| BuildError::Randomness)
                .and_then(|pair| Self::private(PrivateKey::Ecdsa(pair))),
            JwsAlgorithm::EdDsa => Ed25519KeyPair::generate()
                .map_err(|_| BuildError::Randomness)
                .and_then(|pair| Self::private(PrivateKey::Ed25519(pair))),
            JwsAlgorithm::Hs256 => {
                let mut key = Zeroizing::new([0; 32]);
                getrandom::fill(&mut *key).map_err(|_| BuildError::Randomness)?;
                Self::hs256(&*key)
            }
            _ => Err(BuildError::UnfitKey(
                "tokens are signed with `Es256`, `EdDsa` or `Hs256`",
            )),
        }
    }

    /// A secret that is shared with whoever checks the tokens: HS256.
    ///
    /// # Errors
    ///
    /// When it has less than 32 bytes (RFC 7518, section 3.2).
    pub fn secret(secret: &Secret) -> Result<Self, BuildError> {
        Self::hs256(secret.expose())
    }

    /// A private key in PEM (PKCS #8): on P-256 for ES256, or Ed25519 for EdDSA.
    ///
    /// # Errors
    ///
    /// When it is anything else.
    pub fn pem(pem: impl AsRef<[u8]>) -> Result<Self, BuildError> {
        let der = der_of_pem(pem.as_ref()).ok_or(UNREADABLE)?;
        Self::der(&*der)
    }

    /// A private key in DER (PKCS #8): on P-256 for ES256, or Ed25519 for EdDSA.
    ///
    /// # Errors
    ///
    /// When it is anything else.
    pub fn der(der: impl AsRef<[u8]>) -> Result<Self, BuildError> {
        let read = |algorithm| PrivateKey::of_der(der.as_ref(), algorithm, EcdsaForm::Fixed);
        let key = read(JwsAlgorithm::Es256).or_else(|| read(JwsAlgorithm::EdDsa));
        Self::private(key.ok_or(UNREADABLE)?)
    }

    /// Its id: the `kid` of the tokens that it signs. The key's thumbprint (RFC 7638); for a shared secret a value
    /// derived from it.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Its algorithm.
    pub fn algorithm(&self) -> JwsAlgorithm {
        self.0.algorithm
    }

    fn hs256(secret: &[u8]) -> Result<Self, BuildError> {
        let algorithm = JwsAlgorithm::Hs256;
        let signer = PrivateKey::secret(secret, algorithm).ok_or(UNREADABLE)?;
        let id = signer.sign(KEY_ID_DOMAIN).unwrap_or_default();
        let id = base64url::encode(id.get(..16).unwrap_or_default());
        let verifier = VerifyingKey::secret(&Secret::bytes(secret)?, [algorithm]);
        Self::of(algorithm, signer, verifier, id)
    }

    fn private(key: PrivateKey) -> Result<Self, BuildError> {
        // Members in the order of RFC 7638, section 3.2, which is that of the alphabet.
        let (algorithm, material, public) = match &key {
            PrivateKey::Ecdsa(pair) => {
                // Uncompressed (SEC 1, section 2.3.3): 4, x, y.
                let point = pair.public_key().as_ref();
                let (Some(x), Some(y)) = (point.get(1..33), point.get(33..65)) else {
                    return Err(UNREADABLE);
                };
                let (x, y) = (base64url::encode(x), base64url::encode(y));
                let public = json!({"crv": "P-256", "kty": "EC", "x": x, "y": y});
                (JwsAlgorithm::Es256, Material::P256(point.to_vec()), public)
            }
            PrivateKey::Ed25519(pair) => {
                let point = pair.public_key().as_ref();
                let material = Material::ed25519(point).map_err(|_| UNREADABLE)?;
                let x = base64url::encode(point);
                let public = json!({"crv": "Ed25519", "kty": "OKP", "x": x});
                (JwsAlgorithm::EdDsa, material, public)
            }
            PrivateKey::Secret(_) | PrivateKey::Rsa(..) => return Err(UNREADABLE),
        };
        let id = thumbprint(&public);
        let verifier = VerifyingKey::of_signer(material, algorithm, jwk(public, algorithm, &id));
        Self::of(algorithm, key, verifier, id)
    }

    /// The key, once it has verified what it signed: no request is the first to learn that it cannot.
    fn of(
        algorithm: JwsAlgorithm,
        signer: PrivateKey,
        verifier: VerifyingKey,
        id: String,
    ) -> Result<Self, BuildError> {
        verifier.validate()?;
        let key = Self(Arc::new(Inner {
            verifier: verifier.with_id(&id),
            id: id.into(),
            algorithm,
            signer,
        }));
        let works = key.0.signer.sign(KEY_ID_DOMAIN).is_some_and(|signature| {
            key.0
                .verifier
                .verifies(algorithm, KEY_ID_DOMAIN, &signature)
        });
        if works {
            Ok(key)
        } else {
            Err(BuildError::UnfitKey(
                "the cryptography behind tokens failed its self-test",
            ))
        }
    }

    /// A compact JWS of `claims` (RFC 7515, section 3.1), typed as an access token (RFC 9068, section 2.1).
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Option<Zeroizing<String>> {
        let head = json!({"alg": self.0.algorithm.name(), "typ": "at+jwt", "kid": self.id()});
        let claims = serde_json::to_vec(claims).ok()?;
        let mut token = Zeroizing::new(message_of(&head, &claims));
        let signature = self.0.signer.sign(token.as_bytes())?;
        token.push('.');
        token.push_str(&base64url::encode(signature));
        Some(token)
    }

    /// The key of a ring that verifies what this one signs.
    pub(super) fn verifying(&self) -> Key {
        Key::public(self.id(), self.0.verifier.clone())
    }
}

const UNREADABLE: BuildError =
    BuildError::UnfitKey("a key to sign tokens with is no private P-256 or Ed25519 key in PKCS #8");

/// The public half as it is published (RFC 7517, section 4): its own members, and what the key is for.
fn jwk(mut public: Value, algorithm: JwsAlgorithm, id: &str) -> Value {
    if let Some(members) = public.as_object_mut() {
        for (name, value) in [("use", "sig"), ("alg", algorithm.name()), ("kid", id)] {
            members.insert(name.to_owned(), value.into());
        }
    }
    public
}

/// RFC 7638, section 3: the digest of the required members alone.
fn thumbprint(public: &Value) -> String {
    base64url::encode(Sha256::digest(public.to_string()))
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("id", &self.0.id)
            .field("algorithm", &self.0.algorithm)
            .finish_non_exhaustive()
    }
}
