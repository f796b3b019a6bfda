//! The secret: how it is read, what stands around it, and the other keys.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::{
    super::{
        case::{Case, NamedKey, Reading},
        court::{Ruling, Stage},
        encoded::{form_encoded, percent_decoded},
        finding::{Confidence, Finding, Trial},
        texts::of_html,
    },
    concerns_proof,
    signed_request::takes_certificates,
};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
/// Lines of a key's file that are tried.
const MAX_LINES: usize = 16;

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    // The key of an access rule is not one of these.
    if !concerns_proof(ruling) {
        return Vec::new();
    }
    let variants = key_variants(case).into_iter();
    variants
        .map(|(key, finding)| {
            Trial::proof(
                case.with_keys(vec![key]),
                finding.mistake,
                finding.cause,
                finding.advice,
            )
        })
        .collect()
}

/// The keys that may be meant, each with what is wrong if it is the right one.
pub(super) fn key_variants(case: &Case) -> Vec<(NamedKey, Finding)> {
    let certain =
        |mistake, cause, advice| Finding::sign(Confidence::Certain, mistake, cause, advice);
    let mut found = Vec::new();
    for key in &case.other_keys {
        for key in readings_of(key) {
            let finding = certain(
                "other_key",
                format!(
                    "the request is signed with {} (read as {}), which is not a key of this receiver",
                    key.name,
                    key.reading.in_words()
                ),
                format!(
                    "configure {}, or add it beside the present key while keys are rotated",
                    key.name
                ),
            );
            found.push((key, finding));
        }
    }
    for key in case.keys.iter().filter(|key| !key.reading.is_public()) {
        for variant in variants(key) {
            let finding = certain(
                variant.mistake,
                format!("{}: {}", key.name, variant.cause),
                variant.advice,
            );
            found.push((key.of_bytes(&variant.bytes), finding));
        }
    }
    found
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    if case.provider == "stripe" && ruling.stage() == Stage::Proof && case.other_keys.is_empty() {
        return vec![Finding::sign(
            Confidence::Possible,
            "other_secret",
            "each endpoint of Stripe has a secret of its own, and so have its command-line tool, and test and live mode",
            "compare the endpoint that the request came from, and name the other secrets with --other-key-env",
        )];
    }
    // A certificate's own family says what is wrong with it.
    let is_certificate = || case.keys.iter().any(|key| key.reading.is_public());
    if !matches!(ruling, Ruling::BadKey) || (takes_certificates(case) && is_certificate()) {
        return Vec::new();
    }
    let (mistake, cause, advice) = if case.keys.is_empty() {
        (
            "no_key",
            "no key was given, and this provider signs",
            "name it: --key-env VARIABLE, --key-file FILE or --key-stdin",
        )
    } else {
        (
            "bad_key",
            "a key cannot be decoded in its encoding, is empty, or has white space or quotes around it",
            "copy the secret exactly, and say how it is written: --key-as",
        )
    };
    vec![Finding::sign(Confidence::Certain, mistake, cause, advice)]
}

/// The key in each way of reading its text.
fn readings_of(key: &NamedKey) -> Vec<NamedKey> {
    let rest = [Reading::Utf8, Reading::Base64, Reading::Hex, Reading::Whsec];
    let rest = if key.reading.is_public() {
        &[]
    } else {
        &rest[..]
    };
    let others = rest
        .iter()
        .copied()
        .filter(|reading| *reading != key.reading);
    std::iter::once(key.reading)
        .chain(others)
        .map(|reading| NamedKey {
            reading,
            text: key.text.trim().to_owned(),
            ..key.clone()
        })
        .collect()
}

/// Other bytes that a key may have been meant to be.
struct Variant {
    bytes: Vec<u8>,
    mistake: &'static str,
    cause: String,
    advice: String,
}

fn variants(key: &NamedKey) -> Vec<Variant> {
    let mut found = Vec::new();
    let mut add = |bytes: Vec<u8>, mistake, cause: String, advice: String| {
        if !bytes.is_empty() {
            found.push(Variant {
                bytes,
                mistake,
                cause,
                advice,
            });
        }
    };
    let read_as = key.reading.in_words();
    // The text as it is, read in another way.
    for (bytes, is, build) in all_readings(&key.text) {
        if build != key.reading.constructor() {
            add(
                bytes,
                "secret_encoding",
                format!("the secret is {is}, but is read as {read_as}"),
                format!("build it with {build}(…)"),
            );
        }
    }
    // The text without stray parts, read as configured and in other ways.
    for (text, mistake, what, advice) in cleaned(&key.text) {
        let mut readings = all_readings(&text);
        readings.sort_by_key(|(_, _, build)| *build != key.reading.constructor());
        for (bytes, is, build) in readings {
            let (cause, advice) = if build == key.reading.constructor() {
                (what.to_owned(), advice.to_owned())
            } else {
                (
                    format!("{what}; without that it is {is}"),
                    format!("{advice}, and build it with {build}(…)"),
                )
            };
            add(bytes, mistake, cause, advice);
        }
    }
    // The sender has something that the configured text lacks.
    let at_sender = "copy the sender's secret exactly, or set a new one at both sides";
    for (added, what) in [
        ("\n", "a line end"),
        ("\r\n", "a line end"),
        (" ", "a blank"),
    ] {
        add(
            format!("{}{added}", key.text).into_bytes(),
            "secret_stray_at_sender",
            format!("the sender's secret ends with {what}, which the configured one lacks"),
            at_sender.to_owned(),
        );
    }
    for (escaped, how) in escaped_at_sender(&key.text) {
        add(
            escaped.into_bytes(),
            "secret_stray_at_sender",
            format!(
                "the sender signs with the secret as {how} writes it, and the configured one is plain"
            ),
            "set a new secret of letters and digits at both sides: no form changes those"
                .to_owned(),
        );
    }
    add(
        format!("whsec_{}", key.text).into_bytes(),
        "secret_prefix",
        "the sender's secret begins with whsec_, which the configured one lacks".to_owned(),
        "configure the secret with its prefix: the whole text is the key".to_owned(),
    );
    for (text, how) in [
        (key.text.to_ascii_lowercase(), "lower"),
        (key.text.to_ascii_uppercase(), "upper"),
    ] {
        add(
            text.into_bytes(),
            "secret_case",
            format!("the sender's secret is in {how} case"),
            "copy the sender's secret exactly".to_owned(),
        );
    }
    add(
        STANDARD.encode(&key.text).into_bytes(),
        "secret_decoded",
        "the sender uses the base64 text of the configured secret as the key".to_owned(),
        "configure the secret as the sender shows it, without decoding".to_owned(),
    );
    found
}

/// The bytes of a text in every way of reading it, with the name of that way and the code that builds it.
fn all_readings(text: &str) -> Vec<(Vec<u8>, &'static str, &'static str)> {
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

type Cleaned = (String, &'static str, &'static str, &'static str);

/// The text without white space, quotes, prefixes and the like around it.
fn cleaned(text: &str) -> Vec<Cleaned> {
    let mut found: Vec<Cleaned> = Vec::new();
    let mut add = |clean: &str, mistake, what, advice| {
        if clean != text && !clean.is_empty() && !found.iter().any(|(known, ..)| known == clean) {
            found.push((clean.to_owned(), mistake, what, advice));
        }
    };
    let trim = "take the stray characters out of the configuration";
    let blank = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    add(
        blank,
        "secret_white_space",
        "the configured secret has white space around it",
        trim,
    );
    let quote = |c: char| matches!(c, '"' | '\'' | '`' | '“' | '”');
    let unquoted = blank.trim_matches(quote).trim();
    add(
        unquoted,
        "secret_quotes",
        "the configured secret has quotes around it",
        trim,
    );
    for end in ["\\n", "\\r\\n", "%0A", "%0a", ";", ","] {
        if let Some(rest) = blank.strip_suffix(end) {
            add(
                rest,
                "secret_escape",
                "the configured secret ends with an escape or a separator",
                trim,
            );
        }
    }
    for prefix in ["utf8:", "base64:", "hex:", "Bearer ", "sha256="] {
        if let Some(rest) = unquoted.strip_prefix(prefix) {
            add(
                rest,
                "secret_prefix",
                "the configured secret begins with something that is not part of it",
                "configure the secret without that beginning",
            );
        }
    }
    if let Some((_, rest)) = unquoted.split_once('=').filter(|(name, rest)| {
        !rest.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ' '))
    }) {
        add(
            rest.trim_matches(quote),
            "secret_assignment",
            "the configured text is a whole line NAME=value, not the value alone",
            "configure what stands after the equals sign",
        );
    }
    if let Some((prefix, rest)) = unquoted.split_once('_')
        && prefix.len() <= 8
    {
        add(
            rest,
            "secret_prefix",
            "the secret's prefix is not part of the key",
            "configure the secret without the text up to its first underscore",
        );
    }
    for line in text.lines().take(MAX_LINES).map(str::trim) {
        let value = line.split_once('=').map_or(line, |(_, value)| value);
        for clean in [line, value.trim_matches(quote)] {
            add(
                clean,
                "secret_file",
                "the secret is one line of a longer text",
                "configure that line's value alone",
            );
        }
    }
    if let Some(plain) = of_html(unquoted).and_then(|it| String::from_utf8(it).ok()) {
        add(
            &plain,
            "secret_escape",
            "the configured secret is escaped for HTML (&amp;)",
            "configure it as the sender shows it on its page, not as the page's source has it",
        );
    }
    if let Some(decoded) = percent_decoded(unquoted, false)
        && let Ok(decoded) = String::from_utf8(decoded)
    {
        add(
            &decoded,
            "secret_percent",
            "the configured secret is percent-encoded",
            "configure it decoded",
        );
    }
    found
}

/// The text as programs escape it that put it into something: HTML in each of its manners, an address, a quoted text.
fn escaped_at_sender(text: &str) -> Vec<(String, &'static str)> {
    let html =
        |quote: Option<&str>, apostrophe: Option<&str>, slash: Option<&str>, angles: bool| {
            let mut out = String::new();
            for character in text.chars() {
                let entity = match character {
                    '&' => Some("&amp;"),
                    '<' if angles => Some("&lt;"),
                    '>' if angles => Some("&gt;"),
                    '"' => quote,
                    '\'' => apostrophe,
                    '/' => slash,
                    _ => None,
                };
                match entity {
                    Some(entity) => out.push_str(entity),
                    None => out.push(character),
                }
            }
            out
        };
    let mut found: Vec<(String, &'static str)> = Vec::new();
    let mut add = |escaped: String, how| {
        if escaped != text && !found.iter().any(|(known, _)| *known == escaped) {
            found.push((escaped, how));
        }
    };
    for quote in [Some("&quot;"), None, Some("&#34;"), Some("&#x22;")] {
        for apostrophe in [
            None,
            Some("&#039;"),
            Some("&#39;"),
            Some("&#x27;"),
            Some("&apos;"),
        ] {
            for slash in [None, Some("&#x2F;"), Some("&#47;")] {
                for angles in [true, false] {
                    add(html(quote, apostrophe, slash, angles), "HTML");
                }
            }
        }
    }
    let numbers: String = text
        .chars()
        .map(|c| match c {
            '&' | '<' | '>' | '"' | '\'' => format!("&#{};", u32::from(c)),
            c if !c.is_ascii() => format!("&#{};", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    add(numbers, "HTML");
    for blank in ["+", "%20"] {
        add(
            form_encoded(text.as_bytes(), blank),
            "an address (percent-encoded)",
        );
    }
    let mut slashes = String::new();
    for character in text.chars() {
        if matches!(character, '\\' | '"' | '\'') {
            slashes.push('\\');
        }
        slashes.push(character);
    }
    add(slashes, "a quoted text (with backslashes)");
    if let Ok(json) = serde_json::to_string(text) {
        add(
            json.trim_matches('"').to_owned(),
            "a quoted text (with backslashes)",
        );
    }
    let twice: String = text.bytes().map(char::from).collect();
    add(twice, "Latin-1 read as UTF-8");
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
