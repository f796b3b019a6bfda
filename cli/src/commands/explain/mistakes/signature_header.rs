//! The signature under another header, or in another form.

use std::iter;

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
        signatures::{Signature, signatures, written},
        signing::{prefix_of, reading_of, scheme_of},
    },
    concerns_proof, covered_header, older_digest,
};

/// Headers that are tried as the signature's.
pub(super) const MAX_HEADERS: usize = 64;
/// Longest value that is tried as a signature.
const MAX_VALUE_BYTES: usize = 1024;

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    let Some(scheme) = reading_of(case).filter(|_| concerns_proof(ruling)) else {
        return Vec::new();
    };
    let mut trials = under_other_names(case, &scheme);
    let mac = scheme_of(case).into_iter();
    trials.extend(mac.flat_map(|mac| older_digest::trials(case, &mac)));
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
            let is_known = name.eq_ignore_ascii_case(right) || is_variant(name, right);
            if is_known || value.len() > MAX_VALUE_BYTES {
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
pub(super) fn shown(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.len() <= 64 && name.chars().all(plain) {
        name.to_ascii_lowercase()
    } else {
        "another header".to_owned()
    }
}

type Form = (String, &'static str, String, String);

fn forms(value: &str, scheme: &HmacHeaderConfig) -> Vec<Form> {
    let mut found: Vec<Form> = Vec::new();
    let prefix = prefix_of(scheme);
    let as_it_is = "pass the header on as it arrives";
    let trimmed = value.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    if trimmed != value {
        found.push((
            trimmed.to_owned(),
            "signature_quotes",
            "the signature has quotes or white space around it".to_owned(),
            as_it_is.to_owned(),
        ));
    }
    if let Some(decoded) =
        percent_decoded(value, false).and_then(|text| String::from_utf8(text).ok())
    {
        found.push((
            decoded,
            "signature_percent",
            "the signature is percent-encoded".to_owned(),
            as_it_is.to_owned(),
        ));
    }
    // A blank that a form's decoder made of a plus sign. Lists have blanks of their own.
    let has_plus = matches!(
        scheme.encoding,
        SignatureEncoding::Base64 | SignatureEncoding::Base64Unpadded
    );
    if has_plus
        && !matches!(scheme.layout, SignatureLayout::SpaceSeparated { .. })
        && value.contains(' ')
    {
        found.push((
            value.replace(' ', "+"),
            "signature_percent",
            "the plus signs of the signature became blanks".to_owned(),
            as_it_is.to_owned(),
        ));
    }
    for part in value.split(", ").filter(|part| *part != value).take(16) {
        found.push((
            part.to_owned(),
            "signature_repeated",
            "several signatures were joined with commas; one of them is right".to_owned(),
            "look for a proxy that adds a copy: nobody can tell which one counts, so none does"
                .to_owned(),
        ));
    }
    found.extend(elsewhere(value, scheme));
    found.extend(encoded_twice(trimmed, &prefix, scheme));
    found.retain(|(form, ..)| form != value);
    found
}

/// Each MAC of the value, wherever it stands in it, as the scheme expects it.
fn elsewhere(value: &str, scheme: &HmacHeaderConfig) -> Vec<Form> {
    let prefix = prefix_of(scheme);
    let found = signatures(value).into_iter();
    let of_digest = found.filter(|it| it.digest == scheme.digest);
    of_digest
        .map(|signature| {
            // Pairs carry more than the signature.
            let start = match &scheme.layout {
                SignatureLayout::Pairs {
                    timestamp: Some(name),
                    ..
                } => time_pair(value, name, scheme.separator.unwrap_or(',')),
                SignatureLayout::TimeAndSignature | SignatureLayout::TimeAndList => {
                    let is_list = scheme.layout == SignatureLayout::TimeAndList;
                    let separator = scheme.separator.unwrap_or(if is_list { ',' } else { '.' });
                    let time = scheme.time_in(value).unwrap_or_default();
                    format!("{time}{separator}")
                }
                _ => String::new(),
            };
            let text = encoded(&signature.bytes, scheme);
            let (mistake, cause, advice) = what_differs(&signature, &prefix, scheme);
            (format!("{start}{prefix}{text}"), mistake, cause, advice)
        })
        .collect()
}

/// The pair with the time, under the name that the scheme expects.
fn time_pair(value: &str, name: &str, separator: char) -> String {
    let parts = |c: char| matches!(c, ',' | ';' | ' ') || c == separator;
    let times = value.split(parts).map(|pair| {
        let (_, time) = pair.split_once('=').unwrap_or(("", pair));
        time.trim()
    });
    let is_time = |it: &&str| it.len() >= 9 && it.bytes().all(|byte| byte.is_ascii_digit());
    let time = times.into_iter().find(is_time);
    time.map_or_else(String::new, |time| format!("{name}={time}{separator}"))
}

fn encoded(bytes: &[u8], scheme: &HmacHeaderConfig) -> String {
    written(bytes, scheme.encoding)
}

/// The form of base64 in words.
fn form_in_words(encoding: SignatureEncoding) -> &'static str {
    match encoding {
        SignatureEncoding::Base64Unpadded => "standard base64 without padding",
        SignatureEncoding::Base64Url => "base64 of the URL alphabet without padding",
        SignatureEncoding::Base64UrlPadded => "base64 of the URL alphabet with padding",
        _ => "standard base64 with padding",
    }
}

type Cause = (&'static str, String, String);

/// How a MAC stands otherwise than the scheme expects it.
fn what_differs(signature: &Signature<'_>, prefix: &str, scheme: &HmacHeaderConfig) -> Cause {
    let before = signature.before;
    let last = before.rsplit([' ', ',']).next().unwrap_or_default();
    if let Some(spelled) = signature.spelled {
        return (
            "signature_encoding",
            format!("the signature's hexadecimal digits stand {spelled}"),
            "write the digits alone at the sender, or take the signature apart in a Provider of your own"
                .to_owned(),
        );
    }
    let is_hex = |encoding| encoding == SignatureEncoding::Hex;
    if is_hex(signature.encoding) != is_hex(scheme.encoding) {
        let (is, expected, name) = match scheme.encoding {
            SignatureEncoding::Hex => ("base64", "hexadecimal", signature.encoding),
            _ => ("hexadecimal", "base64", SignatureEncoding::Hex),
        };
        let mut cause = format!("the signature is {is}, and the scheme expects {expected}");
        let mut advice = format!("set the scheme's encoding to SignatureEncoding::{name:?}");
        // Set alone, the encoding would leave the next refusal.
        if last != prefix && before.trim() != prefix.trim() {
            cause.push_str("; its prefix is another one too");
            advice = format!("{advice}, and {}", layout_of(before));
        }
        return ("signature_encoding", cause, advice);
    }
    if before == prefix || last == prefix && !prefix.is_empty() {
        return (
            "signature_alphabet",
            format!(
                "the signature is {}, and the scheme expects {}",
                form_in_words(signature.encoding),
                form_in_words(scheme.encoding)
            ),
            format!(
                "pass the header on as it arrives; where the sender writes it so, set the scheme's encoding to \
                 SignatureEncoding::{:?}",
                signature.encoding
            ),
        );
    }
    let layout = layout_of(before);
    if before.trim() == prefix.trim() {
        return (
            "signature_prefix",
            "a blank stands between the signature's prefix and the signature".to_owned(),
            format!("{layout}; where the sender writes no blank, pass the header on as it arrives"),
        );
    }
    let cause = if before.is_empty() {
        "the signature lacks the prefix of its version or digest"
    } else if prefix.is_empty() {
        "the signature stands after a prefix that the scheme does not expect"
    } else {
        "the signature stands after another prefix than the scheme expects"
    };
    (
        "signature_prefix",
        cause.to_owned(),
        format!("pass the header on as it arrives, or {layout}"),
    )
}

/// What to set, with the prefix where that shows nothing but its name.
fn layout_of(before: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "=_:,-/ ".contains(c);
    if before.is_empty() {
        "set the scheme's layout without a prefix: SignatureLayout::alone()".to_owned()
    } else if before.len() <= 12 && before.chars().all(plain) {
        format!("set the scheme's layout: SignatureLayout::Single with the prefix {before:?}")
    } else {
        "set the scheme's layout to the one that the header has".to_owned()
    }
}

/// Base64 of a hexadecimal text.
fn encoded_twice(value: &str, prefix: &str, scheme: &HmacHeaderConfig) -> Option<Form> {
    let (before, text) = match value.split_once(prefix) {
        Some((before, text)) if !prefix.is_empty() => (before, text),
        _ => ("", value),
    };
    let inner = String::from_utf8(unbase64(text.as_bytes())?).ok()?;
    let inner = signatures(inner.trim()).pop()?;
    Some((
        format!("{before}{prefix}{}", encoded(&inner.bytes, scheme)),
        "signature_encoding",
        "the signature is base64 of a hexadecimal text: it was encoded twice".to_owned(),
        "encode the MAC's bytes once at the sender".to_owned(),
    ))
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    let Some(scheme) = reading_of(case) else {
        return Vec::new();
    };
    let Ruling::Rejected(rejection) = ruling else {
        return Vec::new();
    };
    let header = &scheme.signature_header;
    match rejection {
        Rejection::MissingSignature => {
            let mut found = Vec::new();
            // A sender that also signs with an older digest names that header so, as GitHub does.
            if let Some(older) = header.strip_suffix("-256")
                && case.value(older).is_some()
            {
                found.push(Finding::sign(
                    Confidence::Likely,
                    "signature_old",
                    format!(
                        "only {older} is there, which is of an older digest; {header} is checked"
                    ),
                    format!("let the proxy pass {header} on"),
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
        Rejection::MalformedSignature(why) => {
            let of_another = covered_header::sign(case, &scheme, why);
            let own = || {
                Finding::sign(
                    Confidence::Certain,
                    "signature_malformed",
                    format!("{header}: {why}"),
                    "compare the header with the sender's documentation: prefix, encoding and length",
                )
            };
            vec![of_another.unwrap_or_else(own)]
        }
        Rejection::MissingId | Rejection::MalformedId(_) => vec![Finding::sign(
            Confidence::Certain,
            "signed_id",
            "the id that the signature covers is missing, or cannot be one",
            "let the proxy pass the sender's headers on as they arrive",
        )],
        _ => Vec::new(),
    }
}
