//! [`PublicKeySignatureConfig`]: how one sender signs with a private key, in a header.

use serde::{Deserialize, Serialize};

use super::PublicKeySignature;
use crate::{
    keys::{EcdsaForm, JwsAlgorithm},
    schemes::{
        HeaderFamily, SignatureEncoding, SignatureLayout, TimestampForm, signature_encoding,
        signature_headers::header_setters, signed_header::header_name,
    },
    setup::BuildError,
};

/// How one sender signs: the public, serialisable form of a [`PublicKeySignature`]. Its settings are those of
/// [`HmacHeaderConfig`](crate::schemes::HmacHeaderConfig), with an algorithm in the place of a digest.
///
/// ```
/// use hookgate::{
///     keys::{EcdsaForm, JwsAlgorithm},
///     schemes::{PublicKeySignature, PublicKeySignatureConfig, SignatureEncoding, TimestampForm},
/// };
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// let config = PublicKeySignatureConfig::new(JwsAlgorithm::Es256, "x-signature", SignatureEncoding::Base64)
///     .ecdsa_form(EcdsaForm::Der)
///     .timestamp("x-timestamp", TimestampForm::Seconds)
///     .template("{timestamp:10}{body}");
/// let scheme = PublicKeySignature::try_from(config)?;
/// # let _ = scheme;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PublicKeySignatureConfig {
    /// How it signs. None of those of shared secrets.
    pub algorithm: JwsAlgorithm,
    /// How an ECDSA signature is written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ecdsa_form: EcdsaForm,
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
    /// The header that names the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id_header: Option<String>,
    /// The address that stands as `{url}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

fn body() -> String {
    "{body}".to_owned()
}

fn is_default(form: &EcdsaForm) -> bool {
    *form == EcdsaForm::default()
}

impl PublicKeySignatureConfig {
    /// A signature over the body, alone in `signature_header`.
    pub fn new(
        algorithm: JwsAlgorithm,
        signature_header: impl Into<String>,
        encoding: SignatureEncoding,
    ) -> Self {
        Self {
            algorithm,
            ecdsa_form: EcdsaForm::default(),
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
            key_id_header: None,
            url: None,
        }
    }

    /// How an ECDSA signature is written. Default: [`EcdsaForm::Fixed`].
    #[must_use]
    pub fn ecdsa_form(mut self, form: EcdsaForm) -> Self {
        self.ecdsa_form = form;
        self
    }

    /// The header that names the key, which a request must have. It chooses only among the keys that are trusted anyway.
    /// Default: no request names its key.
    #[must_use]
    pub fn key_id(mut self, header: impl Into<String>) -> Self {
        self.key_id_header = Some(header.into());
        self
    }

    header_setters!();
}

impl TryFrom<PublicKeySignatureConfig> for PublicKeySignature {
    type Error = BuildError;

    fn try_from(config: PublicKeySignatureConfig) -> Result<Self, BuildError> {
        if config.algorithm.is_shared_secret() {
            return Err(BuildError::Scheme(
                "HS256 and its like are MACs with a secret that both ends have: use `HmacHeader`",
            ));
        }
        let is_ecdsa = matches!(config.algorithm, JwsAlgorithm::Es256 | JwsAlgorithm::Es384);
        if !is_ecdsa && !is_default(&config.ecdsa_form) {
            return Err(BuildError::Scheme(
                "the form of ECDSA signatures is set, but the algorithm is another",
            ));
        }
        let key_id = config.key_id_header.as_deref();
        let key_id = key_id.map(|name| header_name("header of the key's name", name));
        Ok(Self {
            headers: config.settings().try_into()?,
            algorithm: config.algorithm,
            ecdsa_form: config.ecdsa_form,
            key_id_header: key_id.transpose()?,
        })
    }
}
