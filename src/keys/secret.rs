//! [`Secret`]: the bytes of a key, built for the encoding that the sender gives it in.

use std::{env::VarError, fmt, sync::Arc};

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::Zeroizing;

use crate::setup::{SecretError, Variable};

/// Secrets are copied by hand, so missing padding is taken; everything else is strict.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How a sender writes a secret down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// The text's own bytes are the key.
    Utf8,
    /// Standard base64 of the key.
    Base64,
    /// Hexadecimal of the key.
    Hex,
    /// `whsec_` and standard base64 of the key (Standard Webhooks).
    Whsec,
}

/// A key's bytes. Redacted in `Debug`, never comparable, erased from memory when dropped.
///
/// # Examples
///
/// ```
/// use hookgate::Secret;
///
/// assert!(Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES").is_ok());
/// assert!(Secret::utf8("").is_err());
/// assert!(Secret::utf8("\"quoted\"").is_err());
/// assert!(Secret::base64("not base64!").is_err());
/// ```
#[derive(Clone)]
pub struct Secret(Arc<Held>);

struct Held {
    bytes: Zeroizing<Vec<u8>>,
    /// How it was written down; `None` where it was given as bytes.
    encoding: Option<Encoding>,
}

impl Secret {
    /// A secret whose text's own bytes are the key.
    ///
    /// # Errors
    ///
    /// When it is empty or zero throughout, or begins or ends with white space or a quote.
    pub fn utf8(text: impl AsRef<str>) -> Result<Self, SecretError> {
        Self::parse(text, Encoding::Utf8)
    }

    /// A secret in standard base64.
    ///
    /// # Errors
    ///
    /// As [`Secret::utf8`], and when the text is not base64.
    pub fn base64(text: impl AsRef<str>) -> Result<Self, SecretError> {
        Self::parse(text, Encoding::Base64)
    }

    /// A secret in hexadecimal.
    ///
    /// # Errors
    ///
    /// As [`Secret::utf8`], and when the text is not hexadecimal.
    pub fn hex(text: impl AsRef<str>) -> Result<Self, SecretError> {
        Self::parse(text, Encoding::Hex)
    }

    /// A secret as Standard Webhooks writes it, with or without its `whsec_` prefix.
    ///
    /// # Errors
    ///
    /// As [`Secret::utf8`], when what follows the prefix is not base64, and for a `whpk_` or `whsk_` key.
    pub fn whsec(text: impl AsRef<str>) -> Result<Self, SecretError> {
        Self::parse(text, Encoding::Whsec)
    }

    /// The UTF-8 secret in the environment variable `name`.
    ///
    /// # Errors
    ///
    /// As [`Secret::utf8`], and when the variable is not set or is not UTF-8. The error names the variable.
    pub fn from_env(name: &str) -> Result<Self, SecretError> {
        Self::from_env_as(name, Encoding::Utf8)
    }

    /// The secret in the environment variable `name`, in `encoding`.
    ///
    /// # Errors
    ///
    /// As [`Secret::parse`], and when the variable is not set or is not UTF-8. The error names the variable.
    pub fn from_env_as(name: &str, encoding: Encoding) -> Result<Self, SecretError> {
        let variable = || Variable::named(name);
        let text = match std::env::var(name) {
            Ok(text) => Zeroizing::new(text),
            Err(VarError::NotPresent) => {
                return Err(SecretError::Unset {
                    variable: variable(),
                });
            }
            Err(VarError::NotUnicode(text)) => {
                drop(Zeroizing::new(text.into_encoded_bytes()));
                return Err(SecretError::NotUtf8 {
                    variable: variable(),
                });
            }
        };
        Self::parse(text.as_str(), encoding).map_err(|flaw| SecretError::InVariable {
            variable: variable(),
            flaw: Box::new(flaw),
        })
    }

    /// A secret in `encoding`.
    ///
    /// # Errors
    ///
    /// When it is empty, zero throughout or undecodable, or begins or ends with white space or a quote. A key that
    /// cannot be right is refused at start, before a delivery finds it.
    pub fn parse(text: impl AsRef<str>, encoding: Encoding) -> Result<Self, SecretError> {
        let text = text.as_ref();
        let stray = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`');
        if text.starts_with(stray) || text.ends_with(stray) {
            return Err(SecretError::Stray);
        }
        let is_half = text.starts_with("whpk_") || text.starts_with("whsk_");
        if encoding == Encoding::Whsec && is_half {
            return Err(SecretError::HalfOfPair);
        }
        let bytes = match encoding {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::Base64 => base64(text)?,
            Encoding::Hex => {
                const_hex::decode(text).map_err(|_| SecretError::Encoding("hexadecimal"))?
            }
            Encoding::Whsec => base64(text.strip_prefix("whsec_").unwrap_or(text))?,
        };
        Self::held(bytes, Some(encoding))
    }

    /// A key given as bytes.
    ///
    /// # Errors
    ///
    /// When it is empty or zero throughout. HMAC pads a key with zeros (RFC 2104, section 2), so both are the key that
    /// everybody knows.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Result<Self, SecretError> {
        Self::held(bytes.into(), None)
    }

    fn held(bytes: Vec<u8>, encoding: Option<Encoding>) -> Result<Self, SecretError> {
        let bytes = Zeroizing::new(bytes);
        if bytes.is_empty() {
            return Err(SecretError::Empty);
        }
        if bytes.iter().all(|byte| *byte == 0) {
            return Err(SecretError::Zero);
        }
        Ok(Self(Arc::new(Held { bytes, encoding })))
    }

    /// The key's bytes. Named so that a reader sees where a secret leaves its wrapper.
    pub fn expose(&self) -> &[u8] {
        &self.0.bytes
    }

    /// Whether it is written as Standard Webhooks writes secrets.
    pub(crate) fn is_whsec(&self) -> bool {
        self.0.encoding == Some(Encoding::Whsec)
    }
}

fn base64(text: &str) -> Result<Vec<u8>, SecretError> {
    BASE64
        .decode(text)
        .map_err(|_| SecretError::Encoding("standard base64"))
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
