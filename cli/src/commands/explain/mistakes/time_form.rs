//! A signed time in another form than the scheme reads: as the sender signs it, or as something on the way wrote it.

use hookgate::{
    UnixTime,
    schemes::{HmacHeader, HmacHeaderConfig, SignatureLayout, TimestampForm},
};

use super::{
    super::{
        case::Case,
        court::Ruling,
        finding::Trial,
        signing::{scheme_of, without_time},
    },
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
    let header = &scheme.signature_header;
    let value = scheme.time_in(case.value(header)?)?;
    let place = match &scheme.layout {
        SignatureLayout::Pairs {
            timestamp: Some(name),
            ..
        } => format!("`{name}` of {header}"),
        _ => header.clone(),
    };
    Some((place, value))
}

/// The proof matches over the time's own text, which the scheme does not read.
fn as_it_is(case: &Case, scheme: &HmacHeaderConfig, place: &str, value: &str) -> Option<Trial> {
    let is_literal = value.len() <= MAX_VALUE_BYTES && !value.contains(['{', '}']);
    let is_number = value.parse::<i64>().is_ok();
    if !is_literal || is_number || !scheme.template.contains("{timestamp}") {
        return None;
    }
    if let Some(trial) = in_its_form(case, scheme, place, value) {
        return Some(trial);
    }
    let mut config = scheme.clone();
    config.template = config.template.replace("{timestamp}", value);
    config.timestamp_header = None;
    let header = case.value(&scheme.signature_header);
    without_time(&mut config, header.unwrap_or_default());
    Some(Trial::proof(
        with_config(case, &config),
        "timestamp_form",
        format!(
            "the proof matches, and the time in {place} is {}: the sender signs it so, and the scheme reads another \
             form",
            form_of(value)
        ),
        "ask the sender to sign whole seconds, or read this form in a Provider of your own; nothing on the way changed it",
    ))
}

/// A form that the scheme of one's own can be set to.
fn in_its_form(case: &Case, scheme: &HmacHeaderConfig, place: &str, value: &str) -> Option<Trial> {
    let (form, name) = form_read(value).filter(|(form, _)| *form != scheme.timestamp_form)?;
    let mut config = scheme.clone();
    config.timestamp_form = form;
    HmacHeader::try_from(config.clone()).ok()?;
    Some(Trial::proof(
        with_config(case, &config),
        "timestamp_form",
        format!(
            "the proof matches, and the time in {place} is {}: the sender signs it so, and the scheme reads another form",
            form_of(value)
        ),
        format!("set the scheme's timestamp_unit to {name}: TimestampForm::{form:?}"),
    ))
}

/// The form beside whole numbers in which a scheme reads `value`, and its name in settings.
pub(super) fn form_read(value: &str) -> Option<(TimestampForm, &'static str)> {
    let is_fraction = value.split_once('.').is_some_and(|(whole, fraction)| {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        digits(whole) && digits(fraction) && fraction.len() <= 9
    });
    if UnixTime::from_rfc3339(value).is_some() {
        Some((TimestampForm::Rfc3339, "rfc3339"))
    } else if is_without_offset(value) {
        Some((TimestampForm::UtcDateTime, "utc_date_time"))
    } else {
        is_fraction.then_some((TimestampForm::FractionalSeconds, "fractional_seconds"))
    }
}

/// Whether it is a date as in RFC 3339, but for its offset.
fn is_without_offset(value: &str) -> bool {
    UnixTime::from_rfc3339(&format!("{value}Z")).is_some()
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
    } else if is_without_offset(value) {
        "a date without an offset"
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
