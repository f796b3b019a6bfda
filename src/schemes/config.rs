//! [`SchemeConfig`]: how a sender signs, whichever scheme it uses.

use serde::{Deserialize, Serialize};

use super::{
    AccessToken, AccessTokenConfig, HmacBodyField, HmacBodyFieldConfig, HmacHeader,
    HmacHeaderConfig, OneTimeToken, OneTimeTokenConfig, Scheme, TokenPlace,
};
#[cfg(feature = "jwt")]
use super::{JwtBodyHash, JwtBodyHashConfig, SignedRequest, SignedRequestConfig};
#[cfg(feature = "public-keys")]
use super::{PublicKeySignature, PublicKeySignatureConfig};
use crate::setup::BuildError;

/// How a sender signs, whichever scheme it uses: the public, serialisable form of each scheme here.
///
/// The member `scheme` says which one it is: `hmac-header`, `hmac-body-field`, `public-key-signature` (feature
/// `public-keys`), `jwt-body-hash`, `signed-request` (feature `jwt`), `access-token` or `one-time-token`. The others are
/// those of its configuration.
///
/// ```
/// use hookgate::{
///     Secret,
///     pack::Scheme,
///     providers::preset::Preset,
///     schemes::SchemeConfig,
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let settings = r#"{"scheme":"hmac-header","signature_header":"x-signature","encoding":"hex"}"#;
/// let config: SchemeConfig = serde_json::from_str(settings)?;
/// let scheme: Box<dyn Scheme> = config.try_into()?;
/// let pack = Preset::custom("acme", scheme, Secret::utf8("0f3c5d…")?);
/// # let _ = pack;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "scheme", rename_all = "kebab-case")]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "few are made, at the start")]
pub enum SchemeConfig {
    /// A MAC in a header.
    HmacHeader(HmacHeaderConfig),
    /// A MAC inside the JSON that it covers.
    HmacBodyField(HmacBodyFieldConfig),
    /// A signature by a private key in a header (feature `public-keys`).
    #[cfg(feature = "public-keys")]
    PublicKeySignature(PublicKeySignatureConfig),
    /// A token that binds the body, or whose claims are the event (feature `jwt`).
    #[cfg(feature = "jwt")]
    JwtBodyHash(JwtBodyHashConfig),
    /// A signature by the key of a certificate (feature `jwt`).
    #[cfg(feature = "jwt")]
    SignedRequest(SignedRequestConfig),
    /// A fixed token, which shows who calls.
    AccessToken(AccessTokenConfig),
    /// A token for one request, which shows who calls.
    OneTimeToken(OneTimeTokenConfig),
}

impl SchemeConfig {
    /// The headers that carry a signature or a token, as the settings spell them. A request need not have each of them: the first
    /// one is what a [`Signer`](crate::simulator::Signer) writes. A proof inside the body has none.
    ///
    /// ```
    /// let slack = hookgate::providers::known::find("slack").unwrap().scheme().unwrap();
    /// assert_eq!(slack.signature_headers(), ["x-slack-signature"]);
    /// assert_eq!(slack.covered_headers(), ["x-slack-request-timestamp"]);
    /// ```
    pub fn signature_headers(&self) -> Vec<&str> {
        match self {
            Self::HmacHeader(config) => config.settings().signature_headers(),
            Self::HmacBodyField(_) | Self::OneTimeToken(_) => Vec::new(),
            #[cfg(feature = "public-keys")]
            Self::PublicKeySignature(config) => config.settings().signature_headers(),
            #[cfg(feature = "jwt")]
            Self::JwtBodyHash(config) => config.header().into_iter().collect(),
            #[cfg(feature = "jwt")]
            Self::SignedRequest(config) => vec![&config.signature_header],
            Self::AccessToken(config) => match &config.at {
                TokenPlace::Header(name) => vec![name],
                TokenPlace::Basic => vec!["authorization"],
                TokenPlace::Member(_) | TokenPlace::EachOf { .. } => Vec::new(),
            },
        }
    }

    /// The headers whose values the signature covers, under each of their names. What a header says that is in neither
    /// list is not proved, also where the scheme reads it.
    pub fn covered_headers(&self) -> Vec<&str> {
        match self {
            Self::HmacHeader(config) => config.settings().covered_headers(),
            Self::HmacBodyField(_) | Self::AccessToken(_) | Self::OneTimeToken(_) => Vec::new(),
            #[cfg(feature = "public-keys")]
            Self::PublicKeySignature(config) => config.settings().covered_headers(),
            #[cfg(feature = "jwt")]
            Self::JwtBodyHash(_) => Vec::new(),
            #[cfg(feature = "jwt")]
            Self::SignedRequest(config) => config.covered_headers(),
        }
    }
}

impl TryFrom<SchemeConfig> for Box<dyn Scheme> {
    type Error = BuildError;

    fn try_from(config: SchemeConfig) -> Result<Self, BuildError> {
        Ok(match config {
            SchemeConfig::HmacHeader(config) => Box::new(HmacHeader::try_from(config)?),
            SchemeConfig::HmacBodyField(config) => Box::new(HmacBodyField::try_from(config)?),
            #[cfg(feature = "public-keys")]
            SchemeConfig::PublicKeySignature(config) => {
                Box::new(PublicKeySignature::try_from(config)?)
            }
            #[cfg(feature = "jwt")]
            SchemeConfig::JwtBodyHash(config) => Box::new(JwtBodyHash::try_from(config)?),
            #[cfg(feature = "jwt")]
            SchemeConfig::SignedRequest(config) => Box::new(SignedRequest::try_from(config)?),
            SchemeConfig::AccessToken(config) => Box::new(AccessToken::try_from(config)?),
            SchemeConfig::OneTimeToken(config) => Box::new(OneTimeToken::try_from(config)?),
        })
    }
}

impl From<HmacHeaderConfig> for SchemeConfig {
    fn from(config: HmacHeaderConfig) -> Self {
        Self::HmacHeader(config)
    }
}

impl From<HmacBodyFieldConfig> for SchemeConfig {
    fn from(config: HmacBodyFieldConfig) -> Self {
        Self::HmacBodyField(config)
    }
}

#[cfg(feature = "public-keys")]
impl From<PublicKeySignatureConfig> for SchemeConfig {
    fn from(config: PublicKeySignatureConfig) -> Self {
        Self::PublicKeySignature(config)
    }
}

#[cfg(feature = "jwt")]
impl From<SignedRequestConfig> for SchemeConfig {
    fn from(config: SignedRequestConfig) -> Self {
        Self::SignedRequest(config)
    }
}

#[cfg(feature = "jwt")]
impl From<JwtBodyHashConfig> for SchemeConfig {
    fn from(config: JwtBodyHashConfig) -> Self {
        Self::JwtBodyHash(config)
    }
}

impl From<AccessTokenConfig> for SchemeConfig {
    fn from(config: AccessTokenConfig) -> Self {
        Self::AccessToken(config)
    }
}

impl From<OneTimeTokenConfig> for SchemeConfig {
    fn from(config: OneTimeTokenConfig) -> Self {
        Self::OneTimeToken(config)
    }
}
