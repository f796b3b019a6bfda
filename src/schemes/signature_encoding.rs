//! [`SignatureEncoding`]: the text form of a signature.

use base64::{
    Engine,
    engine::general_purpose::{
        GeneralPurpose, STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD,
    },
};
use serde::{Deserialize, Deserializer, Serialize};

use crate::setup::BuildError;

/// Longest MAC: SHA-512.
pub(super) const MAX_MAC_BYTES: usize = 64;

/// The text form of a signature. MACs are written in all but the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignatureEncoding {
    /// Standard base64 with padding.
    #[default]
    Base64,
    /// Standard base64 without padding.
    Base64Unpadded,
    /// base64url without padding (RFC 7515, section 2).
    Base64Url,
    /// base64url with padding (RFC 4648, section 5).
    Base64UrlPadded,
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
    Base64Unpadded,
    Base64Url,
    Base64UrlPadded,
}

/// Reads the encoding of a MAC.
pub(super) fn of_mac<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<SignatureEncoding, D::Error> {
    Ok(match OfMac::deserialize(deserializer)? {
        OfMac::Hex => SignatureEncoding::Hex,
        OfMac::Base64 => SignatureEncoding::Base64,
        OfMac::Base64Unpadded => SignatureEncoding::Base64Unpadded,
        OfMac::Base64Url => SignatureEncoding::Base64Url,
        OfMac::Base64UrlPadded => SignatureEncoding::Base64UrlPadded,
    })
}

impl SignatureEncoding {
    /// Those of MACs.
    pub(super) const OF_MACS: &'static [Self] = &[
        Self::Hex,
        Self::Base64,
        Self::Base64Unpadded,
        Self::Base64Url,
        Self::Base64UrlPadded,
    ];

    /// As settings spell it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Base64Unpadded => "base64_unpadded",
            Self::Base64Url => "base64_url",
            Self::Base64UrlPadded => "base64_url_padded",
            Self::Hex => "hex",
            Self::Jws => "jws",
        }
    }

    /// Whether it writes a signature's bytes, and nothing else.
    pub(super) fn check_in_header(self) -> Result<(), BuildError> {
        if Self::OF_MACS.contains(&self) {
            return Ok(());
        }
        Err(BuildError::Scheme(
            "a signature here is written in hexadecimal or base64: JWS are for signed requests",
        ))
    }

    /// The form of base64 that it is. Each is strict: padding as it says, no stray bits at the end.
    const fn base64(self) -> Option<&'static GeneralPurpose> {
        match self {
            Self::Base64 => Some(&STANDARD),
            Self::Base64Unpadded => Some(&STANDARD_NO_PAD),
            Self::Base64Url => Some(&URL_SAFE_NO_PAD),
            Self::Base64UrlPadded => Some(&URL_SAFE),
            Self::Hex | Self::Jws => None,
        }
    }

    /// Decodes a MAC into `into`, if it is exactly that long. Allocates nothing.
    pub(super) fn decode_mac(self, text: &[u8], into: &mut [u8]) -> bool {
        if self == Self::Hex {
            // The length is compared first: the decoder would pass over a `0x` before the digits.
            return text.len() == into.len().saturating_mul(2)
                && const_hex::decode_to_slice(text, into).is_ok();
        }
        // The decoder wants room for whole groups of three bytes.
        let mut room = [0; MAX_MAC_BYTES + 3];
        // Each by its own name: known when this is compiled, they decode faster.
        let decoded = match self {
            Self::Base64 => STANDARD.decode_slice(text, &mut room),
            Self::Base64Unpadded => STANDARD_NO_PAD.decode_slice(text, &mut room),
            Self::Base64Url => URL_SAFE_NO_PAD.decode_slice(text, &mut room),
            Self::Base64UrlPadded => URL_SAFE.decode_slice(text, &mut room),
            Self::Hex | Self::Jws => return false,
        };
        match decoded.ok().and_then(|length| room.get(..length)) {
            Some(decoded) if decoded.len() == into.len() => {
                into.copy_from_slice(decoded);
                true
            }
            _ => false,
        }
    }

    /// Decodes a signature of whatever length. A JWS is no encoding of its bytes alone.
    #[cfg(feature = "public-keys")]
    pub(super) fn decode(self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            // The decoder would pass over a `0x` before the digits.
            Self::Hex if text.starts_with(b"0x") => None,
            Self::Hex => const_hex::decode(text).ok(),
            _ => self.base64()?.decode(text).ok(),
        }
    }

    /// Writes `bytes` into `into` and returns how many of it that takes. Nothing where there is no room, and nothing for a
    /// JWS.
    pub(super) fn encode_to(self, bytes: &[u8], into: &mut [u8]) -> usize {
        if let Some(base64) = self.base64() {
            return base64.encode_slice(bytes, into).unwrap_or_default();
        }
        let length = bytes.len().saturating_mul(2);
        let room = into.get_mut(..length).filter(|_| self == Self::Hex);
        match room.map(|room| const_hex::encode_to_slice(bytes, room)) {
            Some(Ok(())) => length,
            _ => 0,
        }
    }

    /// Writes a signature. Hexadecimal in lower case. Nothing for a JWS, which is more than its bytes.
    pub(crate) fn encode(self, signature: &[u8]) -> String {
        match self.base64() {
            Some(base64) => base64.encode(signature),
            None if self == Self::Hex => const_hex::encode(signature),
            None => String::new(),
        }
    }
}
