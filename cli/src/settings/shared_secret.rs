//! Shared secrets, as records and settings spell them.

use hookgate::{Secret, keys::Encoding};

/// A key as a record spells it. `None` when it cannot be one.
pub(crate) fn secret(text: &str) -> Option<Secret> {
    let (encoding, text) = if text.starts_with("whsec_") {
        (Encoding::Whsec, text)
    } else {
        let (encoding, text) = text.split_once(':')?;
        let encoding = match encoding {
            "utf8" => Encoding::Utf8,
            "base64" => Encoding::Base64,
            "hex" => Encoding::Hex,
            _ => return None,
        };
        (encoding, text)
    };
    Secret::parse(text, encoding).ok()
}
