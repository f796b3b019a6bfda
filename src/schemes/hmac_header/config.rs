//! [`HmacHeaderConfig`]: how one sender signs with a MAC in a header.

use serde::{Deserialize, Serialize};

use super::HmacHeader;
use crate::{
    schemes::{
        Digest, HeaderFamily, SignatureEncoding, SignatureLayout, TimestampForm,
        signature_encoding, signature_headers::header_setters,
    },
    setup::BuildError,
};

/// How one sender signs: the public, serialisable form of an [`HmacHeader`].
///
/// ```
/// use hookgate::schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding, TimestampForm};
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// let config = HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex)
///     .timestamp("x-timestamp", TimestampForm::Seconds)
///     .template("{timestamp}.{body}");
/// let scheme = HmacHeader::try_from(config)?;
/// # let _ = scheme;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct HmacHeaderConfig {
    /// The header that carries the signatures.
    pub signature_header: String,
    /// How it carries them.
    #[serde(default = "SignatureLayout::alone")]
    pub layout: SignatureLayout,
    /// What parts the signatures, pairs or time in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separator: Option<char>,
    /// Further headers that may carry a signature.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_signature_headers: Vec<String>,
    /// Their text form: hexadecimal or a form of base64.
    #[serde(deserialize_with = "signature_encoding::of_mac")]
    pub encoding: SignatureEncoding,
    /// What is signed; see [`Template`](crate::schemes::Template).
    #[serde(default = "body")]
    pub template: String,
    /// The header of `{id}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_header: Option<String>,
    /// The header of `{timestamp}`, unless the layout carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp_header: Option<String>,
    /// The form of `{timestamp}`. Serialised as `timestamp_unit`.
    #[serde(default, rename = "timestamp_unit")]
    pub timestamp_form: TimestampForm,
    /// Other names of the headers, of which a request has either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub or_headers: Option<HeaderFamily>,
    /// The digest.
    #[serde(default)]
    pub digest: Digest,
    /// The address that stands as `{url}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

fn body() -> String {
    "{body}".to_owned()
}

impl HmacHeaderConfig {
    /// HMAC-SHA256 over the body, the signature alone in `signature_header`.
    pub fn new(signature_header: impl Into<String>, encoding: SignatureEncoding) -> Self {
        Self {
            signature_header: signature_header.into(),
            layout: SignatureLayout::alone(),
            separator: None,
            more_signature_headers: Vec::new(),
            encoding,
            template: body(),
            id_header: None,
            timestamp_header: None,
            timestamp_form: TimestampForm::Seconds,
            or_headers: None,
            digest: Digest::Sha256,
            url: None,
        }
    }

    header_setters!();

    /// The text of the time in a value of the signature's header, where the layout carries one: for tools.
    pub fn time_in<'v>(&self, value: &'v str) -> Option<&'v str> {
        self.settings().time_in(value)
    }

    /// The digest. Default: SHA-256.
    #[must_use]
    pub fn digest(mut self, digest: Digest) -> Self {
        self.digest = digest;
        self
    }
}

impl TryFrom<HmacHeaderConfig> for HmacHeader {
    type Error = BuildError;

    fn try_from(config: HmacHeaderConfig) -> Result<Self, BuildError> {
        Ok(Self {
            headers: config.settings().try_into()?,
            digest: config.digest,
        })
    }
}
