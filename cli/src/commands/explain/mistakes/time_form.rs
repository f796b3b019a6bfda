//! A signed time in another form than the scheme reads: as the sender signs it, or as something on the way wrote it.

use hookgate::{
    UnixTime,
    schemes::{HmacHeaderConfig, SignatureLayout},
};

use super::{
    super::{case::Case, court::Ruling, finding::Trial, signing::scheme_of},
    concerns_proof,
    scheme::with_config,
};

/// A larger number of seconds counts milliseconds: the year 2527, and July 1970.
const SECS_END: i64 = 17_600_000_000;
const MAX_VALUE_BYTES: usize = 64;

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    if !concerns_proof(ruling) {
        return Vec::new();
    }
    let Some(scheme) = scheme_of(case) else {
        return Vec::new();
    };
    let Some((place, value)) = time_of(case, &scheme) else {
        return Vec::new();
    };
    let mut trials: Vec<Trial> = as_it_is(case, &scheme, &place, value).into_iter().collect();
    if let Some(header) = &scheme.timestamp_header {
        for (text, form) in other_forms(value) {
            if text != value {
                trials.push(Trial::proof(
                    case.with_header(header, text),
                    "timestamp_rewritten",
                    format!("{header} holds the time in another form than the sender signed: that was {form}"),
                    "pass the header on as it arrives",
                ));
            }
        }
    }
    trials
}

/// Where the time stands, in words, and its text.
fn time_of<'c>(case: &'c Case, scheme: &HmacHeaderConfig) -> Option<(String, &'c str)> {
    if let Some(header) = &scheme.timestamp_header {
        let value = case.value(header)?;
        return Some((header.clone(), value));
    }
    let SignatureLayout::Pairs {
        timestamp: Some(name),
        ..
    } = &scheme.layout
    else {
        return None;
    };
    let pairs = case.value(&scheme.signature_header)?;
    let mut pairs = pairs
        .split(',')
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(known, _)| known == name)?;
    Some((format!("`{name}` of {}", scheme.signature_header), value))
}

/// The proof matches over the time's own text, which the scheme does not read.
fn as_it_is(case: &Case, scheme: &HmacHeaderConfig, place: &str, value: &str) -> Option<Trial> {
    let is_literal = value.len() <= MAX_VALUE_BYTES && !value.contains(['{', '}']);
    let is_number = value.parse::<i64>().is_ok();
    if !is_literal || is_number || !scheme.template.contains("{timestamp}") {
        return None;
    }
    let mut config = scheme.clone();
    config.template = config.template.replace("{timestamp}", value);
    config.timestamp_header = None;
    if let SignatureLayout::Pairs { timestamp, .. } = &mut config.layout {
        *timestamp = None;
    }
    Some(Trial::proof(
        with_config(case, &config),
        "timestamp_form",
        format!(
            "the proof matches, and the time in {place} is {}: the sender signs it so, and the scheme reads whole \
             numbers alone",
            form_of(value)
        ),
        "ask the sender to sign whole seconds, or read this form in a Provider of your own; nothing on the way changed it",
    ))
}

/// The form of a time, in words.
fn form_of(value: &str) -> &'static str {
    let is_fraction = value
        .strip_prefix('-')
        .unwrap_or(value)
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    if UnixTime::from_rfc3339(value).is_some() {
        "a date in the form of RFC 3339"
    } else if is_fraction && value.contains('.') {
        "a number with a fraction"
    } else if value.trim().parse::<i64>().is_ok() {
        "a number with white space or a sign before it"
    } else if value.ends_with("GMT") || value.ends_with("UTC") {
        "a date in words"
    } else {
        "in another form"
    }
}

/// The same moment as other programs write it.
fn other_forms(value: &str) -> Vec<(String, &'static str)> {
    let value = value.trim();
    let millis = match value.parse::<i64>() {
        Ok(number) if number.abs() > SECS_END => number,
        Ok(number) => number.saturating_mul(1000),
        Err(_) => match UnixTime::from_rfc3339(value) {
            Some(time) => time.as_millis(),
            None => match value.split_once('.').map(|(whole, _)| whole.parse::<i64>()) {
                Some(Ok(whole)) if whole.abs() > SECS_END => whole,
                Some(Ok(whole)) => whole.saturating_mul(1000),
                _ => return Vec::new(),
            },
        },
    };
    let time = UnixTime::from_millis(millis);
    let secs = time.as_secs();
    vec![
        (secs.to_string(), "a number of seconds"),
        (millis.to_string(), "a number of milliseconds"),
        // The scheme reads no other form: those are for receivers that do.
        (time.to_rfc3339(), "a date in the form of RFC 3339"),
    ]
}
