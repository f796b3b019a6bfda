//! [`OneTimeTokenConfig`]: where one sender puts its signed token.

use serde::{Deserialize, Serialize};

use super::OneTimeToken;
use crate::{
    json::places::is_place,
    schemes::{Digest, SignatureEncoding, access_token::NO_PLACE, signature_encoding},
    setup::BuildError,
};

/// The longest token: nobody sends longer ones, and each is remembered by its digest alone.
const MAX_TOKEN_BYTES: usize = 256;

/// Where one sender puts its signed token: the public, serialisable form of an [`OneTimeToken`]. Each member is a JSON Pointer
/// (RFC 6901) through objects.
///
/// ```
/// use hookgate::schemes::{OneTimeToken, OneTimeTokenConfig};
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// let config = OneTimeTokenConfig::new("/sig/time", "/sig/token", 50, "/sig/mac");
/// let scheme = OneTimeToken::try_from(config)?;
/// # let _ = scheme;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OneTimeTokenConfig {
    /// The time, in Unix seconds: a number, or a text of its digits.
    pub timestamp: String,
    /// The token, which stands behind the time in the signed text.
    pub token: String,
    /// How many letters and digits a token has. Nothing stands between time and token, so another length would let a
    /// signature be read in two ways.
    pub token_length: usize,
    /// The MAC of time and token.
    pub signature: String,
    /// The MAC's text form: hexadecimal or base64.
    #[serde(default = "hex", deserialize_with = "signature_encoding::of_mac")]
    pub encoding: SignatureEncoding,
    /// The digest.
    #[serde(default)]
    pub digest: Digest,
}

fn hex() -> SignatureEncoding {
    SignatureEncoding::Hex
}

impl OneTimeTokenConfig {
    /// HMAC-SHA256 of time and token, in hexadecimal.
    pub fn new(
        timestamp: impl Into<String>,
        token: impl Into<String>,
        token_length: usize,
        signature: impl Into<String>,
    ) -> Self {
        Self {
            timestamp: timestamp.into(),
            token: token.into(),
            token_length,
            signature: signature.into(),
            encoding: hex(),
            digest: Digest::default(),
        }
    }

    /// Another text form of the MAC.
    #[must_use]
    pub fn encoding(mut self, encoding: SignatureEncoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Another digest.
    #[must_use]
    pub fn digest(mut self, digest: Digest) -> Self {
        self.digest = digest;
        self
    }
}

impl TryFrom<OneTimeTokenConfig> for OneTimeToken {
    type Error = BuildError;

    fn try_from(config: OneTimeTokenConfig) -> Result<Self, BuildError> {
        config.encoding.check_in_header()?;
        let places = [&config.timestamp, &config.token, &config.signature];
        if !places.iter().all(|at| is_place(at)) {
            return Err(NO_PLACE);
        }
        let [time, token, signature] = places;
        if time == token || time == signature || token == signature {
            return Err(BuildError::Scheme(
                "time, token and signature stand in three members of the body",
            ));
        }
        if !(16..=MAX_TOKEN_BYTES).contains(&config.token_length) {
            return Err(BuildError::Scheme(
                "a token has 16 to 256 letters and digits: shorter ones come twice",
            ));
        }
        Ok(Self { config })
    }
}
