//! [`SignedFormConfig`]: how one sender signs its forms.

use serde::{Deserialize, Serialize};

use super::{Address, SignedForm};
use crate::{
    schemes::{Digest, SignatureEncoding, signature_encoding, signed_header::header_name},
    setup::BuildError,
};

/// Most fields that settings name. Twilio has less than 200, over all of its products.
const MAX_NAMED: usize = 1024;
/// Longest name of a field.
const MAX_NAME_BYTES: usize = 64;

/// How one sender signs its forms: the public, serialisable form of a [`SignedForm`].
///
/// ```
/// use hookgate::schemes::{Digest, SignatureEncoding, SignedForm, SignedFormConfig};
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// let config = SignedFormConfig::new("x-signature", SignatureEncoding::Base64)
///     .url("https://hooks.example/in?tenant=1")
///     .fields(["Id", "Body", "From"])
///     .digest(Digest::Sha1);
/// let scheme = SignedForm::try_from(config)?;
/// # let _ = scheme;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SignedFormConfig {
    /// The header that carries the signature.
    pub signature_header: String,
    /// Its text form: hexadecimal or a form of base64.
    #[serde(deserialize_with = "signature_encoding::of_mac")]
    pub encoding: SignatureEncoding,
    /// The digest.
    #[serde(default)]
    pub digest: Digest,
    /// The address that is signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The fields that a form may have.
    pub fields: Vec<String>,
    /// Whether a form may have other fields too, which nobody gets.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leave_out_unknown_fields: bool,
    /// The parameter of the query that holds the digest of a body that is no form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_digest: Option<String>,
}

impl SignedFormConfig {
    /// HMAC-SHA256 over an address and no field, in `signature_header`.
    pub fn new(signature_header: impl Into<String>, encoding: SignatureEncoding) -> Self {
        Self {
            signature_header: signature_header.into(),
            encoding,
            digest: Digest::default(),
            url: None,
            fields: Vec::new(),
            leave_out_unknown_fields: false,
            body_digest: None,
        }
    }

    /// The digest. Default: SHA-256.
    #[must_use]
    pub fn digest(mut self, digest: Digest) -> Self {
        self.digest = digest;
        self
    }

    /// The address that is signed, whole: as it was entered at the sender, with path and query. It must be set. What a request
    /// says of its own host is never signed text, since whoever sends it writes that.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// More fields that a form may have: ASCII letters, digits, `.`, `_`, `-`, `[` and `]`, at most 64 of them. A form with any
    /// other is refused.
    #[must_use]
    pub fn fields<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.fields.extend(names.into_iter().map(Into::into));
        self
    }

    /// Takes forms with fields that are not named, and leaves those out of what a handler gets. They are signed too.
    ///
    /// It keeps a sender's new field from stopping its requests. The risk: whoever has seen a signed request, and wrote one
    /// value of it, such as that of a text message, can send it again with other fields. A field of a long name, which
    /// nobody gets, then hides the true ones. While the event is remembered, that is a copy. Default: refused.
    #[must_use]
    pub fn leave_out_unknown_fields(mut self) -> Self {
        self.leave_out_unknown_fields = true;
        self
    }

    /// Takes bodies that are no forms too. The address then ends with this parameter of the query, whose value is the SHA-256
    /// of the body in hexadecimal. Default: forms alone.
    #[must_use]
    pub fn body_digest(mut self, parameter: impl Into<String>) -> Self {
        self.body_digest = Some(parameter.into());
        self
    }
}

impl TryFrom<SignedFormConfig> for SignedForm {
    type Error = BuildError;

    fn try_from(config: SignedFormConfig) -> Result<Self, BuildError> {
        config.encoding.check_in_header()?;
        let url = config.url.as_deref().ok_or(BuildError::Scheme(
            "the form's address is signed, and is not set",
        ))?;
        let parameter = config.body_digest.iter();
        if config.fields.len() > MAX_NAMED
            || !config
                .fields
                .iter()
                .chain(parameter)
                .all(|name| is_name(name))
        {
            return Err(BuildError::Scheme(
                "a form's fields are at most 1,024, each of 1 to 64 letters, digits or signs of `._-[]`",
            ));
        }
        let mut fields: Vec<Box<str>> = config.fields.into_iter().map(Into::into).collect();
        fields.sort_unstable();
        fields.dedup();
        if fields.is_empty() && config.body_digest.is_none() {
            return Err(BuildError::Scheme(
                "a form has the fields that are named, and none is named",
            ));
        }
        Ok(Self {
            signature_header: header_name("signature header", &config.signature_header)?,
            encoding: config.encoding,
            digest: config.digest,
            address: Address::read(url)?,
            fields,
            leaves_out_others: config.leave_out_unknown_fields,
            body_digest: config.body_digest.map(Into::into),
        })
    }
}

/// What never has to be escaped, and begins with no sign of an address.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-[]".contains(&byte);
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic());
    begins && name.len() <= MAX_NAME_BYTES && name.bytes().all(plain)
}
