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
        found.extend(decoded_twice(&bytes));
        found.push((bytes, "base64", "Secret::base64"));
    } else if let Ok(bytes) = URL_SAFE.decode(text) {
        found.push((bytes, "base64 of the URL alphabet", "Secret::bytes"));
    }
    found
}

/// The bytes of a key's text in every way of reading it, each once.
pub(in super::super) fn bytes_of(text: &str) -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = Vec::new();
    for (bytes, ..) in all_readings(text.trim()) {
        if !bytes.is_empty() && !found.contains(&bytes) {
            found.push(bytes);
        }
    }
    found
}

/// What base64 holds that is again a text in an encoding, as where a store of secrets encoded one that was encoded.
fn decoded_twice(bytes: &[u8]) -> Vec<(Vec<u8>, &'static str, &'static str)> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Vec::new();
    };
    let text = text.trim();
    let mut found = Vec::new();
    if text.len() < bytes.len() {
        found.push((
            text.as_bytes().to_vec(),
            "base64 of a text with white space around it",
            "Secret::bytes",
        ));
    }
    if let Some(inner) = unhex(text) {
        found.push((inner, "base64 of hexadecimal", "Secret::bytes"));
    }
    if let Ok(inner) = STANDARD.decode(text) {
        found.push((inner, "base64 of base64", "Secret::bytes"));
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
