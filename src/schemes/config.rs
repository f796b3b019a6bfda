//! [`SchemeConfig`]: how a sender signs, whichever scheme it uses.

use serde::{Deserialize, Serialize};

use super::{
    AccessToken, AccessTokenConfig, HmacBodyField, HmacBodyFieldConfig, HmacHeader,
    HmacHeaderConfig, OneTimeToken, OneTimeTokenConfig, Scheme, SignedForm, SignedFormConfig,
    SignedMembers, SignedMembersConfig, TokenPlace, template::signs_url,
};
#[cfg(feature = "jwt")]
use super::{JwtBodyHash, JwtBodyHashConfig, SignedRequest, SignedRequestConfig};
#[cfg(feature = "public-keys")]
use super::{PublicKeySignature, PublicKeySignatureConfig, Sns, SnsConfig};
use crate::setup::BuildError;

/// How a sender signs, whichever scheme it uses: the public, serialisable form of each scheme here.
///
/// The member `scheme` says which one it is: `hmac-header`, `hmac-body-field`, `public-key-signature` or `sns` (feature
/// `public-keys`), `jwt-body-hash` or `signed-request` (feature `jwt`), `signed-form`, `signed-members`, `access-token` or
/// `one-time-token`. The others are those of its configuration.
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
    /// A message of Amazon SNS (feature `public-keys`).
    #[cfg(feature = "public-keys")]
    Sns(SnsConfig),
    /// A signature by the key of a certificate (feature `jwt`).
    #[cfg(feature = "jwt")]
    SignedRequest(SignedRequestConfig),
    /// A MAC over an address and the fields of a form, in a header.
    SignedForm(SignedFormConfig),
    /// A MAC over some members of a JSON body, inside of it.
    SignedMembers(SignedMembersConfig),
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
            Self::HmacBodyField(_) | Self::SignedMembers(_) | Self::OneTimeToken(_) => Vec::new(),
            #[cfg(feature = "public-keys")]
            Self::PublicKeySignature(config) => config.settings().signature_headers(),
            #[cfg(feature = "public-keys")]
            Self::Sns(_) => Vec::new(),
            #[cfg(feature = "jwt")]
            Self::JwtBodyHash(config) => config.header().into_iter().collect(),
            #[cfg(feature = "jwt")]
            Self::SignedRequest(config) => vec![&config.signature_header],
            Self::SignedForm(config) => vec![&config.signature_header],
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
            Self::HmacBodyField(_)
            | Self::SignedForm(_)
            | Self::SignedMembers(_)
            | Self::AccessToken(_)
            | Self::OneTimeToken(_) => Vec::new(),
            #[cfg(feature = "public-keys")]
            Self::PublicKeySignature(config) => config.settings().covered_headers(),
            #[cfg(feature = "public-keys")]
            Self::Sns(_) => Vec::new(),
            #[cfg(feature = "jwt")]
            Self::JwtBodyHash(_) => Vec::new(),
            #[cfg(feature = "jwt")]
            Self::SignedRequest(config) => config.covered_headers(),
        }
    }

    /// Whether the signature covers the address of the endpoint, which [`address`](Self::address) then sets.
    ///
    /// ```
    /// use hookgate::providers::known;
    ///
    /// let signs_address = |name| known::find(name).unwrap().scheme().unwrap().signs_address();
    /// assert!(signs_address("square"));
    /// assert!(!signs_address("stripe"));
    /// ```
    pub fn signs_address(&self) -> bool {
        match self {
            Self::HmacHeader(config) => signs_url(&config.template),
            #[cfg(feature = "public-keys")]
            Self::PublicKeySignature(config) => signs_url(&config.template),
            #[cfg(feature = "jwt")]
            Self::SignedRequest(config) => signs_url(&config.template),
            Self::SignedForm(_) => true,
            #[cfg(feature = "public-keys")]
            Self::Sns(_) => false,
            #[cfg(feature = "jwt")]
            Self::JwtBodyHash(_) => false,
            Self::HmacBodyField(_)
            | Self::SignedMembers(_)
            | Self::AccessToken(_)
            | Self::OneTimeToken(_) => false,
        }
    }

    /// With the address of the endpoint, whole: as it was entered at the sender.
    ///
    /// # Errors
    ///
    /// When the signature covers no address.
    pub fn address(mut self, url: impl Into<String>) -> Result<Self, BuildError> {
        const NOT_SIGNED: BuildError =
            BuildError::Scheme("an address is set, and the sender does not sign it: leave it out");
        if !self.signs_address() {
            return Err(NOT_SIGNED);
        }
        let place = match &mut self {
            Self::HmacHeader(config) => &mut config.url,
            #[cfg(feature = "public-keys")]
            Self::PublicKeySignature(config) => &mut config.url,
            #[cfg(feature = "jwt")]
            Self::SignedRequest(config) => &mut config.url,
            Self::SignedForm(config) => &mut config.url,
            _ => return Err(NOT_SIGNED),
        };
        *place = Some(url.into());
        Ok(self)
    }

    /// Whether no scheme is made without [`audiences`](Self::audiences): somebody else could have the sender sign for this
    /// endpoint.
    pub fn needs_audience(&self) -> bool {
        match self {
            #[cfg(feature = "jwt")]
            Self::JwtBodyHash(config) => config.needs_audience,
            _ => false,
        }
    }

    /// With those for whom its tokens are, beside those that it has.
    ///
    /// # Errors
    ///
    /// When it has no tokens that bind a body.
    pub fn audiences<A: Into<String>>(
        self,
        audiences: impl IntoIterator<Item = A>,
    ) -> Result<Self, BuildError> {
        let mut audiences = audiences.into_iter();
        match self {
            #[cfg(feature = "jwt")]
            Self::JwtBodyHash(config) => {
                Ok(audiences.fold(config, JwtBodyHashConfig::audience).into())
            }
            same if audiences.next().is_none() => Ok(same),
            _ => Err(BuildError::Scheme(
                "an audience is set, and the sender has no tokens that bind a body: leave it out",
            )),
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
            #[cfg(feature = "public-keys")]
            SchemeConfig::Sns(config) => Box::new(Sns::try_from(config)?),
            #[cfg(feature = "jwt")]
            SchemeConfig::JwtBodyHash(config) => Box::new(JwtBodyHash::try_from(config)?),
            #[cfg(feature = "jwt")]
            SchemeConfig::SignedRequest(config) => Box::new(SignedRequest::try_from(config)?),
            SchemeConfig::SignedForm(config) => Box::new(SignedForm::try_from(config)?),
            SchemeConfig::SignedMembers(config) => Box::new(SignedMembers::try_from(config)?),
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

#[cfg(feature = "public-keys")]
impl From<SnsConfig> for SchemeConfig {
    fn from(config: SnsConfig) -> Self {
        Self::Sns(config)
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

impl From<SignedFormConfig> for SchemeConfig {
    fn from(config: SignedFormConfig) -> Self {
        Self::SignedForm(config)
    }
}

impl From<SignedMembersConfig> for SchemeConfig {
    fn from(config: SignedMembersConfig) -> Self {
        Self::SignedMembers(config)
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
