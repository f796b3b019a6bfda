//! [`PublicKeySignature`]: a signature by a private key over the raw body, and perhaps an id, a time and more, in a header
//! (feature `public-keys`).
//!
//! It differs from [`HmacHeader`](super::HmacHeader) in what makes the signature, and in nothing else: headers, layouts and
//! templates are the same, and one reader reads them.

mod config;
mod verify;

use std::borrow::Cow;

use http::HeaderName;

pub use self::config::PublicKeySignatureConfig;
#[cfg(feature = "simulator")]
use super::ToSign;
use super::{Scheme, Signs, Verified, signature_headers::SignatureHeaders};
#[cfg(feature = "simulator")]
use crate::{keys::jose::PrivateKey, time::UnixTime};
use crate::{
    keys::{EcdsaForm, JwsAlgorithm, Key, KeyKind, LiveKeys},
    request::{RawRequest, Single},
    setup::BuildError,
    verdict::Rejection,
};

/// The longest name of a key that is read. Known senders stay below 64 bytes.
const MAX_KEY_NAME_BYTES: usize = 256;

/// Whether a request may name its key so.
pub(crate) fn is_key_name(name: &[u8]) -> bool {
    (1..=MAX_KEY_NAME_BYTES).contains(&name.len())
}

/// A signature by a private key in a header, ready to verify. Made from a [`PublicKeySignatureConfig`] with `try_from`. Its
/// keys are public ones: a [`VerifyingKey`](crate::keys::VerifyingKey), or a [`Keyring`](crate::keys::Keyring).
///
/// # Security
///
/// The scheme names the algorithm, and a key names those that it is for. Neither is read from the request. A key that is
/// not for the algorithm of the scheme verifies nothing. One in the receiver's own ring is refused when it is built.
///
/// - Ed25519 is verified strictly: neither the key nor the first half of a signature may be a point of small order, and
///   the second half must be below the order.
/// - Of an ECDSA signature `(r, s)` also `(r, -s)` is one, and anybody can write it. Both are taken, as everywhere: about
///   half of what senders write has the larger `s`. So a signature identifies nothing. Events are known by what is signed.
/// - RSA keys have 2,048 to 8,192 bits.
///
/// A request is verified at most [16](Self::MAX_VERIFICATIONS) times: each of its signatures with at most 8 live keys that
/// may have made it.
///
/// Whoever signs for all of its customers with one key signs what another customer makes it send. Compare in the handler
/// what binds an event to you, such as an account's id.
///
/// # Examples
///
/// ```
/// use hookgate::{
///     keys::{JwsAlgorithm, VerifyingKey},
///     providers::preset::Preset,
///     schemes::{PublicKeySignature, PublicKeySignatureConfig, SignatureEncoding, TimestampForm},
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config = PublicKeySignatureConfig::new(JwsAlgorithm::EdDsa, "x-signature", SignatureEncoding::Hex)
///     .timestamp("x-timestamp", TimestampForm::Seconds)
///     .template("{timestamp}.{body}");
/// let text = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
/// let key = VerifyingKey::hex(text, [JwsAlgorithm::EdDsa]);
/// let pack = Preset::custom("acme", PublicKeySignature::try_from(config)?, key);
/// # let _ = pack;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct PublicKeySignature {
    headers: SignatureHeaders,
    algorithm: JwsAlgorithm,
    ecdsa_form: EcdsaForm,
    key_id_header: Option<HeaderName>,
}

impl PublicKeySignature {
    /// How often the signatures of one request are verified at most. Each time the whole text is hashed anew, and whoever
    /// sends a request decides how many signatures stand in it.
    pub const MAX_VERIFICATIONS: usize = 16;
}

impl Scheme for PublicKeySignature {
    fn signs(&self) -> Signs {
        self.headers.signs()
    }

    fn takes(&self, kind: KeyKind) -> bool {
        kind == KeyKind::Public
    }

    fn check_key(&self, key: &Key) -> Result<(), BuildError> {
        let fits = |key: &crate::keys::VerifyingKey| key.algorithms().contains(&self.algorithm);
        if key.public_key().is_some_and(fits) {
            return Ok(());
        }
        Err(BuildError::UnfitKey(
            "a public key is not for the algorithm that its scheme names: both name one, and it must be the same",
        ))
    }

    fn names_keys(&self) -> bool {
        self.key_id_header.is_some()
    }

    /// What the header of the key's name says. A key with another name is then not tried.
    fn key_name<'r>(&self, request: &RawRequest<'r>) -> Result<Option<Cow<'r, str>>, Rejection> {
        Ok(self.named(request)?.map(Cow::Borrowed))
    }

    /// Proves the whole body, and what else the template names.
    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        self.prove(request, keys)
    }
}

impl PublicKeySignature {
    fn named<'r>(&self, request: &RawRequest<'r>) -> Result<Option<&'r str>, Rejection> {
        let Some(header) = &self.key_id_header else {
            return Ok(None);
        };
        let name = match request.head.single(header) {
            Single::Value(name) if is_key_name(name) => std::str::from_utf8(name).ok(),
            _ => None,
        };
        name.map(Some).ok_or(Rejection::MalformedSignature(
            "the header that names its key is missing or too long, or stands twice",
        ))
    }
}

#[cfg(feature = "simulator")]
impl PublicKeySignature {
    /// Where its signatures and what they cover stand.
    pub(crate) fn signature_headers(&self) -> &SignatureHeaders {
        &self.headers
    }

    /// The header that names the key, where requests have it.
    pub(crate) fn key_id_header(&self) -> Option<&str> {
        self.key_id_header.as_ref().map(HeaderName::as_str)
    }

    /// A private key that signs as it verifies: see [`PrivateKey::read`].
    pub(crate) fn private_key(&self, key: &[u8]) -> Option<PrivateKey> {
        PrivateKey::read(key, self.algorithm, self.ecdsa_form)
    }

    /// The headers that the signature covers and those that carry it, by each of `keys`, each with its value. Without
    /// randomness an ECDSA or RSA signature is empty, and nobody takes it.
    pub(crate) fn headers<'k>(
        &self,
        request: ToSign<'_>,
        keys: impl Iterator<Item = &'k PrivateKey>,
        id: &str,
        at: UnixTime,
    ) -> Vec<(String, String)> {
        self.headers.written(request, id, at, |text| {
            keys.map(|key| key.sign(text).unwrap_or_default()).collect()
        })
    }
}
