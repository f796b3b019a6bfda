//! [`JwsAlgorithm`]: how a JWS may be signed.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// How a JWS, of a token or a signed request, may be signed (RFC 7518, RFC 8037). There is no `none`.
///
/// ```
/// use hookgate::keys::JwsAlgorithm;
///
/// assert_eq!(JwsAlgorithm::from_name("ES256"), Some(JwsAlgorithm::Es256));
/// assert_eq!(JwsAlgorithm::from_name("none"), None);
/// assert_eq!(JwsAlgorithm::Rs256.name(), "RS256");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum JwsAlgorithm {
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

impl JwsAlgorithm {
    const ALL: [(Self, &'static str); 12] = [
        (Self::Hs256, "HS256"),
        (Self::Hs384, "HS384"),
        (Self::Hs512, "HS512"),
        (Self::Rs256, "RS256"),
        (Self::Rs384, "RS384"),
        (Self::Rs512, "RS512"),
        (Self::Ps256, "PS256"),
        (Self::Ps384, "PS384"),
        (Self::Ps512, "PS512"),
        (Self::Es256, "ES256"),
        (Self::Es384, "ES384"),
        (Self::EdDsa, "EdDSA"),
    ];

    /// The algorithm of this name, as tokens spell it. `EdDSA` and `Ed25519` are one: Ed25519 is the only curve that it
    /// is used with here.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == ED25519 {
            return Some(Self::EdDsa);
        }
        let mut all = Self::ALL.iter();
        all.find(|(_, known)| *known == name).map(|(it, _)| *it)
    }

    /// The name, as tokens spell it; of Ed25519 `EdDSA`, which every reader knows.
    pub fn name(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(it, _)| *it == self)
            .map_or("none", |(_, name)| *name)
    }

    pub(crate) fn is_shared_secret(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs384 | Self::Hs512)
    }
}

/// By its name.
impl Serialize for JwsAlgorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for JwsAlgorithm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::from_name(&name).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|(_, name)| *name).collect();
            D::Error::custom(format!(
                "an unknown algorithm: expected one of {}",
                names.join(", ")
            ))
        })
    }
}
