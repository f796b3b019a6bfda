//! [`SchemeConfig`]: how a sender signs, whichever scheme it uses.

use serde::{Deserialize, Serialize};

use super::{HmacBodyField, HmacBodyFieldConfig, HmacHeader, HmacHeaderConfig, Scheme};
#[cfg(feature = "jwt")]
use super::{SignedRequest, SignedRequestConfig};
use crate::setup::BuildError;

/// How a sender signs, whichever scheme it uses: the public, serialisable form of each scheme here.
///
/// The member `scheme` says which one it is: `hmac-header`, `hmac-body-field` or `signed-request` (feature `jwt`). The
/// others are those of its configuration.
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
    /// A signature by the key of a certificate (feature `jwt`).
    #[cfg(feature = "jwt")]
    SignedRequest(SignedRequestConfig),
}

impl SchemeConfig {
    /// The headers that it reads: that of the signature first, then those that the signature covers. What any other header
    /// says is not proved.
    ///
    /// ```
    /// let slack = hookgate::providers::known::find("slack").unwrap().scheme().unwrap();
    /// assert_eq!(slack.headers(), ["x-slack-signature", "x-slack-request-timestamp"]);
    /// ```
    pub fn headers(&self) -> Vec<&str> {
        match self {
            Self::HmacHeader(config) => config.headers(),
            Self::HmacBodyField(_) => Vec::new(),
            #[cfg(feature = "jwt")]
            Self::SignedRequest(config) => config.headers(),
        }
    }
}

impl TryFrom<SchemeConfig> for Box<dyn Scheme> {
    type Error = BuildError;

    fn try_from(config: SchemeConfig) -> Result<Self, BuildError> {
        Ok(match config {
            SchemeConfig::HmacHeader(config) => Box::new(HmacHeader::try_from(config)?),
            SchemeConfig::HmacBodyField(config) => Box::new(HmacBodyField::try_from(config)?),
            #[cfg(feature = "jwt")]
            SchemeConfig::SignedRequest(config) => Box::new(SignedRequest::try_from(config)?),
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

#[cfg(feature = "jwt")]
impl From<SignedRequestConfig> for SchemeConfig {
    fn from(config: SignedRequestConfig) -> Self {
        Self::SignedRequest(config)
    }
}
