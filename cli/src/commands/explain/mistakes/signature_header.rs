//! The signature under another header, or in another form.

use std::iter;

use base64::{Engine, prelude::BASE64_STANDARD};
use hookgate::{
    Rejection,
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

use super::{
    super::{
        case::Case,
        court::Ruling,
        encoded::{percent_decoded, unbase64},
        finding::{Confidence, Finding, Trial},
        signing::{prefix_of, scheme_of},
    },
    concerns_proof,
};

/// Headers that are tried as the signature's.
const MAX_HEADERS: usize = 64;
/// Longest value that is tried as a signature.
const MAX_VALUE_BYTES: usize = 1024;

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    let Some(scheme) = scheme_of(case).filter(|_| concerns_proof(ruling)) else {
        return Vec::new();
    };
    let mut trials = under_other_names(case, &scheme);
    let header = &scheme.signature_header;
    let values: Vec<&str> = case.values(header).collect();
    if values.len() > 1 {
        for value in &values {
            trials.push(Trial::proof(
                case.with_header(header, *value),
                "signature_repeated",
                format!(
                    "the header {header} stands {} times; one of them is right",
                    values.len()
                ),
                "look for a proxy that adds a copy: nobody can tell which one counts, so none does",
            ));
        }
    }
    if let Some(value) = values
        .first()
        .filter(|value| value.len() <= MAX_VALUE_BYTES)
    {
        for (form, mistake, cause, advice) in forms(value, &scheme) {
            trials.push(Trial::proof(
                case.with_header(header, form),
                mistake,
                format!("{header}: {cause}"),
                advice,
            ));
        }
    }
    trials
}

/// The signature's header, and the id's and time's with it, under the names of another.
fn under_other_names(case: &Case, scheme: &HmacHeaderConfig) -> Vec<Trial> {
    let mut trials = Vec::new();
    let expected: Vec<&String> = [
        Some(&scheme.signature_header),
        scheme.id_header.as_ref(),
        scheme.timestamp_header.as_ref(),
    ]
    .into_iter()
    .flatten()
    .collect();
    // First all of them renamed in one manner: underscores, a prefix.
    let mut renamed = case.clone();
    let mut any = None;
    for (name, _) in &mut renamed.headers {
        if let Some(right) = expected.iter().find(|right| is_variant(name, right)) {
            any.get_or_insert_with(|| (name.clone(), (*right).clone()));
            right.as_str().clone_into(name);
        }
    }
    if let Some((found, right)) = any {
        trials.push(Trial::proof(
            renamed,
            "header_name",
            format!("the header {right} arrives under the name {}", shown(&found)),
            "let the proxy or gateway keep the name, or set the scheme's header to the one that arrives",
        ));
    }
    for right in expected {
        if case.value(right).is_some() && right != &scheme.signature_header {
            continue;
        }
        for (name, value) in case.headers.iter().take(MAX_HEADERS) {
            if name.eq_ignore_ascii_case(right) || value.len() > MAX_VALUE_BYTES {
                continue;
            }
            let prefix = prefix_of(scheme);
            let prefixed = (!prefix.is_empty()).then(|| format!("{prefix}{value}"));
            for form in iter::once(value.clone()).chain(prefixed) {
                trials.push(Trial::proof(
                    case.with_header(right, form),
                    "header_name",
                    format!("the value of the header {right} is in {}", shown(name)),
                    "set the scheme's header to the one that arrives, or choose the right provider",
                ));
            }
        }
    }
    trials
}

/// The same name but for dashes, case, and a prefix that gateways add.
fn is_variant(name: &str, right: &str) -> bool {
    if name.eq_ignore_ascii_case(right) {
        return false;
    }
    let plain = |text: &str| text.to_ascii_lowercase().replace('_', "-");
    let (name, right) = (plain(name), plain(right));
    let bare = |text: &str| -> String {
        ["http-", "x-original-", "x-forwarded-", "original-", "x-"]
            .iter()
            .find_map(|prefix| text.strip_prefix(prefix))
            .unwrap_or(text)
            .to_owned()
    };
    name == right || bare(&name) == right || bare(&name) == bare(&right)
}

/// A header's name, unless it is too strange to be shown.
fn shown(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.len() <= 64 && name.chars().all(plain) {
        name.to_ascii_lowercase()
    } else {
        "another header".to_owned()
    }
}

type Form = (String, &'static str, &'static str, &'static str);

fn forms(value: &str, scheme: &HmacHeaderConfig) -> Vec<Form> {
    let mut found: Vec<Form> = Vec::new();
    let prefix = prefix_of(scheme);
    let as_it_is = "pass the header on as it arrives";
    let trimmed = value.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    if trimmed != value {
        found.push((
            trimmed.to_owned(),
            "signature_quotes",
            "the signature has quotes or white space around it",
            as_it_is,
        ));
    }
    if let Some(decoded) =
        percent_decoded(value, false).and_then(|text| String::from_utf8(text).ok())
    {
        found.push((
            decoded,
            "signature_percent",
            "the signature is percent-encoded",
            as_it_is,
        ));
    }
    // A blank that a form's decoder made of a plus sign. Lists have blanks of their own.
    if scheme.encoding == SignatureEncoding::Base64
        && !matches!(scheme.layout, SignatureLayout::SpaceSeparated { .. })
        && value.contains(' ')
    {
        found.push((
            value.replace(' ', "+"),
            "signature_percent",
            "the plus signs of the signature became blanks",
            as_it_is,
        ));
    }
    for part in value.split(", ").filter(|part| *part != value).take(16) {
        found.push((
            part.to_owned(),
            "signature_repeated",
            "several signatures were joined with commas; one of them is right",
            "look for a proxy that adds a copy: nobody can tell which one counts, so none does",
        ));
    }
    if !prefix.is_empty() && !value.contains(&prefix) {
        let bare = strip_any_prefix(trimmed);
        for bare in [trimmed, bare] {
            found.push((
                format!("{prefix}{bare}"),
                "signature_prefix",
                "the signature lacks the prefix of its version or digest, or has it in another form",
                "pass the header on as it arrives, or set the scheme's layout without a prefix",
            ));
        }
    }
    if prefix.is_empty() {
        found.push((
            strip_any_prefix(trimmed).to_owned(),
            "signature_prefix",
            "the signature stands after a prefix that the scheme does not expect",
            "set the scheme's layout: SignatureLayout::Single with this prefix",
        ));
    }
    found.extend(recoded(trimmed, &prefix, scheme));
    found.retain(|(form, ..)| form != value);
    found
}

/// The text after `sha256=`, `v1,` and the like.
fn strip_any_prefix(text: &str) -> &str {
    match text.split_once(['=', ',', ':', ' ']) {
        Some((before, rest)) if before.len() <= 11 && rest.len() >= 20 => rest,
        _ => text,
    }
}

/// The signature in the other text form.
fn recoded(value: &str, prefix: &str, scheme: &HmacHeaderConfig) -> Vec<Form> {
    // Pairs carry more than the signature.
    let (before, text) = match value.split_once(prefix) {
        Some((before, text)) if !prefix.is_empty() => (before, text),
        _ => ("", value),
    };
    let text = strip_any_prefix(text);
    let mut found = Vec::new();
    let mut add = |bytes: &[u8], mistake, cause, advice| {
        let text = match scheme.encoding {
            SignatureEncoding::Hex => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            _ => BASE64_STANDARD.encode(bytes),
        };
        found.push((format!("{before}{prefix}{text}"), mistake, cause, advice));
    };
    let hex = |text: &str| -> Option<Vec<u8>> {
        let pairs = text.as_bytes().chunks(2);
        let bytes = pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        text.len().is_multiple_of(2).then(|| bytes.collect())?
    };
    if scheme.encoding == SignatureEncoding::Base64 {
        if let Some(bytes) = hex(text) {
            add(
                &bytes,
                "signature_encoding",
                "the signature is hexadecimal, and the scheme expects base64",
                "set the scheme's encoding to SignatureEncoding::Hex",
            );
        } else if let Some(bytes) = unbase64(text.as_bytes()) {
            add(
                &bytes,
                "signature_alphabet",
                "the signature is base64 of the URL alphabet or without padding, and the scheme expects the standard form",
                "pass the header on as it arrives; a sender of your own must write standard base64 with padding",
            );
        }
    } else if let Some(bytes) = unbase64(text.as_bytes()) {
        add(
            &bytes,
            "signature_encoding",
            "the signature is base64, and the scheme expects hexadecimal",
            "set the scheme's encoding to SignatureEncoding::Base64",
        );
    }
    if let Some(inner) = unbase64(text.as_bytes()).and_then(|text| String::from_utf8(text).ok())
        && let Some(bytes) = hex(inner.trim())
    {
        add(
            &bytes,
            "signature_encoding",
            "the signature is base64 of a hexadecimal text: it was encoded twice",
            "encode the MAC's bytes once at the sender",
        );
    }
    found
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    let Some(scheme) = scheme_of(case) else {
        return Vec::new();
    };
    let Ruling::Rejected(rejection) = ruling else {
        return Vec::new();
    };
    let header = &scheme.signature_header;
    match rejection {
        Rejection::MissingSignature => {
            let mut found = Vec::new();
            if case.provider == "github" && case.value("x-hub-signature").is_some() {
                found.push(Finding::sign(
                    Confidence::Likely,
                    "signature_old",
                    "only x-hub-signature (SHA-1) is there; the pack checks x-hub-signature-256",
                    "let the proxy pass x-hub-signature-256 on",
                ));
            }
            found.push(Finding::sign(
                Confidence::Certain,
                "signature_missing",
                format!("the request is not signed: there is no header {header}"),
                "set a secret at the sender, and look for a proxy that drops the header",
            ));
            found
        }
        Rejection::MalformedSignature(why) => vec![Finding::sign(
            Confidence::Certain,
            "signature_malformed",
            format!("{header}: {why}"),
            "compare the header with the sender's documentation: prefix, encoding and length",
        )],
        Rejection::MissingId | Rejection::MalformedId(_) => vec![Finding::sign(
            Confidence::Certain,
            "signed_id",
            "the id that the signature covers is missing, or cannot be one",
            "let the proxy pass the sender's headers on as they arrive",
        )],
        _ => Vec::new(),
    }
}
