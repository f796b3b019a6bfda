//! [`SignatureEncoding`]: the text form of a signature.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize};

use crate::setup::BuildError;

/// Longest MAC: SHA-512.
pub(super) const MAX_MAC_BYTES: usize = 64;

/// The text form of a signature. MACs are written in the first two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignatureEncoding {
    /// Standard base64 with padding.
    #[default]
    Base64,
    /// base64url without padding (RFC 7515, section 2). Of signed requests alone.
    Base64Url,
    /// Hexadecimal, either case.
    Hex,
    /// A compact JWS (RFC 7515) whose payload is the signed text; it may be left out (appendix F: detached). Of signed
    /// requests alone.
    Jws,
}

/// What configurations of MACs may say. A name that is none of these is refused as unknown, with those that there are.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", rename = "SignatureEncoding")]
enum OfMac {
    Hex,
    Base64,
}

/// Reads the encoding of a MAC.
pub(super) fn of_mac<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<SignatureEncoding, D::Error> {
    Ok(match OfMac::deserialize(deserializer)? {
        OfMac::Hex => SignatureEncoding::Hex,
        OfMac::Base64 => SignatureEncoding::Base64,
    })
}

impl SignatureEncoding {
    /// Whether a MAC can be written so.
    pub(super) fn check_for_mac(self) -> Result<(), BuildError> {
        match self {
            Self::Hex | Self::Base64 => Ok(()),
            Self::Base64Url | Self::Jws => Err(BuildError::Scheme(
                "a MAC is written in hexadecimal or base64: base64url and JWS are for signed requests",
            )),
        }
    }

    /// Decodes a MAC into `into`, if it is exactly that long. Allocates nothing.
    pub(super) fn decode_mac(self, text: &[u8], into: &mut [u8]) -> bool {
        match self {
            // The length is compared first: the decoder would pass over a `0x` before the digits.
            Self::Hex => {
                text.len() == into.len().saturating_mul(2)
                    && const_hex::decode_to_slice(text, into).is_ok()
            }
            Self::Base64 => {
                // The decoder wants room for whole groups of three bytes.
                let mut room = [0; MAX_MAC_BYTES + 3];
                match STANDARD.decode_slice(text, &mut room) {
                    Ok(length) if length == into.len() => {
                        room.get(..length).is_some_and(|decoded| {
                            into.copy_from_slice(decoded);
                            true
                        })
                    }
                    _ => false,
                }
            }
            Self::Base64Url | Self::Jws => false,
        }
    }

    /// Decodes a signature of whatever length. A JWS is no encoding of its bytes alone.
    #[cfg(feature = "jwt")]
    pub(super) fn decode(self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Base64 => STANDARD.decode(text).ok(),
            Self::Base64Url => crate::keys::jose::base64url::decode(text),
            // The decoder would pass over a `0x` before the digits.
            Self::Hex if text.starts_with(b"0x") => None,
            Self::Hex => const_hex::decode(text).ok(),
            Self::Jws => None,
        }
    }

    /// Writes a signature. Hexadecimal in lower case. Nothing for a JWS, which is more than its bytes.
    #[cfg(feature = "simulator")]
    pub(crate) fn encode(self, signature: &[u8]) -> String {
        match self {
            Self::Base64 => STANDARD.encode(signature),
            Self::Hex => const_hex::encode(signature),
            #[cfg(feature = "jwt")]
            Self::Base64Url => crate::keys::jose::base64url::encode(signature),
            #[cfg(not(feature = "jwt"))]
            Self::Base64Url => String::new(),
            Self::Jws => String::new(),
        }
    }
}
