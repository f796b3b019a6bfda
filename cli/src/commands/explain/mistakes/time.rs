//! The unit of a signed time, time zones, and clocks.

use std::time::Duration;

use hookgate::{
    Rejection, UnixTime,
    providers::known::{self, BodyTime},
    schemes::TimestampForm,
};
use serde_json::json;

use super::super::{
    case::Case,
    court::Ruling,
    finding::{Confidence, Finding, Trial},
    signing::{reading_of, signed_time},
    words::in_words,
};
use crate::settings::terms::WindowTerm;

/// The year 2527 in seconds, July 1970 in milliseconds. A larger number counts milliseconds.
const SECS_END: i64 = 17_600_000_000;
/// How far from a whole time zone an offset may be.
const ZONE_SLACK_S: u64 = 300;
const LARGEST_ZONE_S: u64 = 14 * 3600;

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    match ruling {
        Ruling::Rejected(
            Rejection::TimestampTooOld { age, limit } | Rejection::NoLongerValid { age, limit },
        ) => outside(case, Side::Past, *age, *limit),
        Ruling::Rejected(
            Rejection::TimestampInFuture { ahead, limit } | Rejection::NotYetValid { ahead, limit },
        ) => outside(case, Side::Future, *ahead, *limit),
        Ruling::Rejected(Rejection::ValidForTooLong { ahead, limit }) => {
            vec![good_for_too_long(case, *ahead, *limit)]
        }
        Ruling::Rejected(Rejection::UnreadableEventTime) => vec![unreadable(case)],
        _ => Vec::new(),
    }
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    let Ruling::Rejected(rejection) = ruling else {
        return Vec::new();
    };
    let header = reading_of(case).and_then(|scheme| scheme.timestamp_header);
    let in_body = known::find(&case.provider).and_then(|sender| sender.body_time);
    if let Some(time) = in_body {
        return member(time.value(), rejection).into_iter().collect();
    }
    match rejection {
        Rejection::MissingTimestamp => vec![Finding::sign(
            Confidence::Certain,
            "missing_timestamp",
            match header {
                Some(name) => {
                    format!("the signed time is missing: there is no {name} header, or it is empty")
                }
                None => "the signed time is missing".to_owned(),
            },
            "look for a proxy that drops headers, or for the settings of another sender",
        )],
        Rejection::MalformedTimestamp => vec![Finding::sign(
            Confidence::Certain,
            "malformed_timestamp",
            "the signed time stands twice, or is not in the form that the scheme reads, and the proof matches over no form of it that was tried",
            "look for what writes the header: the sender's documentation says in which form the time is signed",
        )],
        _ => Vec::new(),
    }
}

/// The time is a member of the body, and the proof covers it.
fn member(time: &BodyTime, rejection: &Rejection) -> Option<Finding> {
    let (at, form) = (time.at, form_in_words(time.form));
    let advice = format!("look for what writes {at} at the sender: nothing on the way changed it");
    let (mistake, cause) = match rejection {
        Rejection::MissingTimestamp => (
            "missing_timestamp",
            format!(
                "the proof matches, and the time of the request is missing: the body has no member {at}, or an empty one"
            ),
        ),
        Rejection::MalformedTimestamp => (
            "malformed_timestamp",
            format!(
                "the proof matches, and the time of the request cannot be read: the body's member {at} must be {form}"
            ),
        ),
        _ => return None,
    };
    Some(Finding::sign(Confidence::Certain, mistake, cause, advice))
}

/// What a time of this form is.
fn form_in_words(form: TimestampForm) -> &'static str {
    match form {
        TimestampForm::Seconds => "a whole number of seconds",
        TimestampForm::Milliseconds => "a whole number of milliseconds",
        TimestampForm::FractionalSeconds => "a number of seconds",
        TimestampForm::Rfc3339 => "an RFC 3339 date and time with its offset",
        TimestampForm::UtcDateTime => "a date and time as in RFC 3339, without an offset",
        _ => "a time in the sender's form",
    }
}

#[derive(Clone, Copy)]
enum Side {
    Past,
    Future,
}

/// Signed, but outside of the window.
fn outside(case: &Case, side: Side, by: Duration, limit: Duration) -> Vec<Trial> {
    let where_ = match side {
        Side::Past => "before",
        Side::Future => "after",
    };
    let size = in_words(by);
    let zone = time_zone(by).map(|zone| {
        let mut trial = Trial::step(
            unchecked(case),
            "time_zone",
            format!(
                "signed {size} {where_} the time that it was judged at, {zone} hours to within minutes: a local time \
                 was taken for UTC"
            ),
            "make both sides count seconds since 1970 in UTC, and check the time zone of the clock",
        );
        // A request can be late by just that much.
        trial.finding.confidence = Confidence::Likely;
        trial
    });
    let (cause, advice) = match side {
        Side::Past => (
            "the proof matches, but the request is late, was sent again, or a clock is wrong",
            "synchronise the clocks (NTP); for an old capture give the time of its arrival with --now",
        ),
        Side::Future => (
            "the proof matches, but a clock is wrong",
            "synchronise the clocks (NTP): the receiver's is behind, or the sender's ahead",
        ),
    };
    let skew = Trial::step(
        unchecked(case),
        "clock_skew",
        format!(
            "signed {size} {where_} the time that it was judged at, and {} are allowed: {cause}",
            in_words(limit)
        ),
        advice,
    );
    let units = other_unit(case, limit)
        .into_iter()
        .chain(clock_in_millis(case, side));
    units.chain(zone).chain([skew]).collect()
}

/// The proof matches, and could be sent again once its event is forgotten.
fn good_for_too_long(case: &Case, ahead: Duration, limit: Duration) -> Trial {
    Trial::step(
        unchecked(case),
        "good_for_too_long",
        format!(
            "the proof is good for {}, and its event is known as a copy for {} alone: sent again after that, it would run \
             again",
            in_words(ahead),
            in_words(limit)
        ),
        "raise the receiver's retention above that, or let the sender's tokens end earlier or say when they were issued",
    )
}

fn unchecked(case: &Case) -> Case {
    let mut case = case.clone();
    case.window = WindowTerm::Unchecked;
    case
}

/// The units in which programs count time, each with how many of it make a second.
const UNITS: [(&str, i64); 4] = [
    ("seconds", 1),
    ("milliseconds", 1_000),
    ("microseconds", 1_000_000),
    ("nanoseconds", 1_000_000_000),
];

/// The signed time is right in another unit.
fn other_unit(case: &Case, limit: Duration) -> Option<Trial> {
    let now = case.now.map_or(0, UnixTime::as_secs);
    let time = signed_time(case)?;
    let expected = match time.form {
        TimestampForm::Milliseconds => "milliseconds",
        TimestampForm::Seconds => "seconds",
        _ => return None,
    };
    let mut units = UNITS.into_iter();
    let (unit, _) = units.find(|(unit, in_a_second)| {
        let secs = time.number.div_euclid(*in_a_second);
        *unit != expected && secs.abs_diff(now) <= limit.as_secs()
    })?;
    // The scheme of one's own reads two of them.
    let name = match unit {
        "seconds" => Some("Seconds"),
        "milliseconds" => Some("Milliseconds"),
        _ => None,
    };
    let (case, advice) = match (time.member, name) {
        (None, Some(name)) if case.provider == "hmac-header" => (
            case.with_setting("timestamp_unit", json!(unit)),
            format!("set the scheme's timestamp_unit to TimestampForm::{name}"),
        ),
        (None, Some(name)) => (
            unchecked(case),
            format!(
                "send {expected}; for a sender of your own, describe it with HmacHeaderConfig and TimestampForm::{name}"
            ),
        ),
        (Some(member), _) => (
            unchecked(case),
            format!(
                "write the body's member {member} in {expected} at the sender, before it signs"
            ),
        ),
        (None, None) => (unchecked(case), format!("send {expected}")),
    };
    Some(Trial::step(
        case,
        "timestamp_unit",
        format!("the signed time is in {unit}, and is read in {expected}"),
        advice,
    ))
}

/// The time to judge at was given in milliseconds.
fn clock_in_millis(case: &Case, side: Side) -> Option<Trial> {
    let now = case.now.map_or(0, UnixTime::as_secs);
    if now <= SECS_END || !matches!(side, Side::Past) {
        return None;
    }
    let mut fixed = case.clone();
    fixed.now = Some(UnixTime::from_secs(now / 1000));
    Some(Trial::step(
        fixed,
        "clock_unit",
        "the time to judge at is in milliseconds",
        "give it in seconds (--now, or the record's `now`)",
    ))
}

/// The proof matches, and the event's own time is in no form that the pack reads.
fn unreadable(case: &Case) -> Trial {
    let time = known::find(&case.provider).and_then(|sender| sender.body_time);
    let (at, form) = match &time {
        Some(time) => (format!(" at {}", time.value().at), time.value().form),
        None => (String::new(), TimestampForm::Rfc3339),
    };
    Trial::step(
        case.with_setting("accept_unreadable_time", json!(true)),
        "unreadable_time",
        format!(
            "the proof matches, but the time in the event{at} is not {}",
            form_in_words(form)
        ),
        "let the sender write such a time; the pack's .accept_unreadable_time() takes one that cannot be read for \
         none, and the event is then accepted at any age",
    )
}

/// The whole hours, or half ones, that an offset is near to.
fn time_zone(by: Duration) -> Option<String> {
    let secs = by.as_secs();
    let halves = secs.saturating_add(900) / 1800;
    let near = halves.saturating_mul(1800).abs_diff(secs) <= ZONE_SLACK_S;
    // Half an hour alone is no zone's offset.
    (near && halves >= 2 && secs <= LARGEST_ZONE_S).then(|| {
        let half = if halves % 2 == 1 { ".5" } else { "" };
        format!("{}{half}", halves / 2)
    })
}
