//! base64url without padding, as JOSE writes every part (RFC 7515, section 2).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

#[cfg(feature = "jwt")]
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// `None` for another alphabet, padding, and bits that no encoder sets.
pub(crate) fn decode(text: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

/// Whether base64url has this byte (RFC 4648, section 5).
#[cfg(feature = "jwt")]
pub(crate) fn has(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}
