//! The bytes of a secret's text in each way of reading it.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
pub(super) const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The bytes of a text in every way of reading it, with the name of that way and the code that builds it.
pub(super) fn all_readings(text: &str) -> Vec<(Vec<u8>, &'static str, &'static str)> {
    let mut found = vec![(text.as_bytes().to_vec(), "text", "Secret::utf8")];
    if let Some(rest) = text.strip_prefix("whsec_")
        && let Ok(bytes) = STANDARD.decode(rest)
    {
        found.push((bytes, "base64 after whsec_", "Secret::whsec"));
    }
    if let Some(bytes) = unhex(text) {
        found.push((bytes, "hexadecimal", "Secret::hex"));
    }
    if let Ok(bytes) = STANDARD.decode(text) {
        found.push((bytes, "base64", "Secret::base64"));
    } else if let Ok(bytes) = URL_SAFE.decode(text) {
        found.push((bytes, "base64 of the URL alphabet", "Secret::bytes"));
    }
    found
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
