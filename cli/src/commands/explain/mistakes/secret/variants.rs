//! Other bytes that a key may have been meant to be.

use base64::Engine;
use sha2::{Digest, Sha256};

use super::{
    super::super::case::NamedKey,
    escapes::escaped,
    readings::{STANDARD, all_readings},
    strays::cleaned,
};

const AT_SENDER: &str = "copy the sender's secret exactly, or set a new one at both sides";

/// Other bytes for a key, and what is wrong if they are the right ones.
pub(super) struct Variant {
    pub(super) bytes: Vec<u8>,
    pub(super) mistake: &'static str,
    pub(super) cause: String,
    pub(super) advice: String,
}

fn variant(
    bytes: impl Into<Vec<u8>>,
    mistake: &'static str,
    cause: impl Into<String>,
    advice: impl Into<String>,
) -> Variant {
    Variant {
        bytes: bytes.into(),
        mistake,
        cause: cause.into(),
        advice: advice.into(),
    }
}

/// The variants of `key`, the likeliest first.
pub(super) fn variants(key: &NamedKey) -> Vec<Variant> {
    let mut found = read_otherwise(key);
    found.extend(without_strays(key));
    found.extend(other_at_sender(&key.text));
    found.retain(|variant| !variant.bytes.is_empty());
    found
}

/// The text as it is, read in another way.
fn read_otherwise(key: &NamedKey) -> Vec<Variant> {
    let read_as = key.reading.in_words();
    let mut readings = all_readings(&key.text);
    readings.retain(|(_, _, build)| *build != key.reading.constructor());
    readings
        .into_iter()
        .map(|(bytes, is, build)| {
            variant(
                bytes,
                "secret_encoding",
                format!("the secret is {is}, but is read as {read_as}"),
                format!("build it with {build}(…)"),
            )
        })
        .collect()
}

/// The text without stray parts, read as configured and in other ways.
fn without_strays(key: &NamedKey) -> Vec<Variant> {
    let mut found = Vec::new();
    for clean in cleaned(&key.text) {
        let mut readings = all_readings(&clean.text);
        readings.sort_by_key(|(_, _, build)| *build != key.reading.constructor());
        for (bytes, is, build) in readings {
            let (cause, advice) = if build == key.reading.constructor() {
                (clean.cause.to_owned(), clean.advice.to_owned())
            } else {
                (
                    format!("{}; without that it is {is}", clean.cause),
                    format!("{}, and build it with {build}(…)", clean.advice),
                )
            };
            found.push(variant(bytes, clean.mistake, cause, advice));
        }
    }
    found
}

/// What the sender may sign with, where its text differs from the configured one.
fn other_at_sender(text: &str) -> Vec<Variant> {
    let ends = [
        ("\n", "a line end"),
        ("\r\n", "a line end"),
        (" ", "a blank"),
    ];
    let mut found = Vec::from(ends.map(|(end, what)| {
        variant(
            format!("{text}{end}"),
            "secret_stray_at_sender",
            format!("the sender's secret ends with {what}, which the configured one lacks"),
            AT_SENDER,
        )
    }));
    found.extend(escaped(text).into_iter().map(|(escaped, how)| {
        variant(
            escaped,
            "secret_stray_at_sender",
            format!(
                "the sender signs with the secret as {how} writes it, and the configured one is plain"
            ),
            "set a new secret of letters and digits at both sides: no form changes those",
        )
    }));
    found.push(variant(
        format!("whsec_{text}"),
        "secret_prefix",
        "the sender's secret begins with whsec_, which the configured one lacks",
        "configure the secret with its prefix: the whole text is the key",
    ));
    for (text, how) in [
        (text.to_ascii_lowercase(), "lower"),
        (text.to_ascii_uppercase(), "upper"),
    ] {
        found.push(variant(
            text,
            "secret_case",
            format!("the sender's secret is in {how} case"),
            "copy the sender's secret exactly",
        ));
    }
    found.extend(hashed(text));
    found.push(variant(
        STANDARD.encode(text),
        "secret_decoded",
        "the sender uses the base64 text of the configured secret as the key",
        "configure the secret as the sender shows it, without decoding",
    ));
    found
}

/// The key that is made of the secret by a hash.
fn hashed(text: &str) -> [Variant; 2] {
    let hash = Sha256::digest(text);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    [
        (hash.to_vec(), "the SHA-256 of the secret"),
        (
            hex.into_bytes(),
            "the SHA-256 of the secret, in hexadecimal",
        ),
    ]
    .map(|(key, how)| {
        variant(
            key,
            "secret_hashed",
            format!("the sender's key is {how}"),
            "hash the secret in the same way, and build it with Secret::bytes(…)",
        )
    })
}
