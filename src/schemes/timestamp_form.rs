//! [`TimestampForm`]: how a time is written.

use serde::{Deserialize, Serialize};

use super::template::{MAX_TEXT_BYTES, TextRule};
use crate::{setup::BuildError, time::UnixTime};

/// Longest number that is taken: a signed 64-bit one has 20 characters.
const MAX_NUMBER_BYTES: usize = 20;
/// Most digits of a fraction that are taken: what counts nanoseconds writes nine.
const MAX_FRACTION_BYTES: usize = 9;

/// The form of a signed time. Fixed per sender, never guessed from its size. The text of the time is what is signed, and
/// the moment that it names is what is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimestampForm {
    /// Whole seconds since the epoch.
    #[default]
    Seconds,
    /// Milliseconds since the epoch.
    Milliseconds,
    /// Seconds since the epoch, with a fraction of up to nine digits or without one: `1700000000.123`.
    FractionalSeconds,
    /// An RFC 3339 date and time with its offset.
    Rfc3339,
    /// A date and time as in RFC 3339, but without an offset, read as UTC: `2023-11-14T22:13:20.123`.
    UtcDateTime,
}

/// Why a literal beside `{timestamp}` cannot end its text.
const GOES_ON: BuildError = BuildError::Scheme(
    "a time of this form can contain the literal beside `{timestamp}`: one signature would fit two readings",
);

impl TimestampForm {
    /// The moment that `text` names.
    pub(crate) fn read(self, text: &[u8]) -> Option<UnixTime> {
        match self {
            Self::Seconds => whole_number(text).map(UnixTime::from_secs),
            Self::Milliseconds => whole_number(text).map(UnixTime::from_millis),
            Self::FractionalSeconds => with_fraction(text),
            Self::Rfc3339 => UnixTime::from_rfc3339(std::str::from_utf8(text).ok()?),
            Self::UtcDateTime => without_offset(text),
        }
    }

    /// Whether a text of this form may contain `byte`.
    fn may_contain(self, byte: u8) -> bool {
        let others: &[u8] = match self {
            Self::Seconds | Self::Milliseconds => b"-",
            Self::FractionalSeconds => b"-.",
            Self::Rfc3339 => b"-.:+TtZz ",
            Self::UtcDateTime => b"-.:Tt ",
        };
        byte.is_ascii_digit() || others.contains(&byte)
    }

    /// What the text of a time of this form may be, where a template says `rule` of it.
    ///
    /// # Errors
    ///
    /// When the template has a place for another form, or the literal beside it could go on with the time.
    pub(super) fn rule(self, rule: TextRule) -> Result<TextRule, BuildError> {
        if rule.ends_itself && self != Self::Rfc3339 {
            return Err(BuildError::Scheme(
                "the template has `{timestamp:rfc3339}`, and the time is of another form",
            ));
        }
        let mut rule = match self {
            // Its text begins and ends by its own form, so any literal beside it leaves one reading.
            Self::Rfc3339 if !rule.ends_itself => rule.delimiting_itself(),
            // The same, but for what a fraction begins with. No template has a digit there.
            Self::UtcDateTime if rule.delimiter != Some(b'.') => rule.delimiting_itself(),
            _ => rule,
        };
        if rule.delimiter.is_some_and(|byte| self.may_contain(byte)) {
            return Err(GOES_ON);
        }
        if matches!(self, Self::Seconds | Self::Milliseconds) {
            // No text that is read as a whole number has that literal, so nothing has to look for it.
            rule.delimiter = None;
        }
        Ok(rule)
    }

    /// The text of `time`.
    #[cfg(feature = "simulator")]
    pub(crate) fn write(self, time: UnixTime) -> String {
        match self {
            Self::Seconds => time.as_secs().to_string(),
            Self::Milliseconds => time.as_millis().to_string(),
            Self::FractionalSeconds => {
                let millis = time.as_millis();
                let sign = if millis < 0 { "-" } else { "" };
                let (secs, rest) = (millis.unsigned_abs() / 1000, millis.unsigned_abs() % 1000);
                format!("{sign}{secs}.{rest:03}")
            }
            Self::Rfc3339 => time.to_rfc3339(),
            Self::UtcDateTime => time.to_rfc3339().trim_end_matches('Z').to_owned(),
        }
    }
}

/// Digits with an optional minus sign, nothing else: no plus sign, space, fraction or exponent.
fn whole_number(text: &[u8]) -> Option<i64> {
    let (digits, is_negative) = match text.strip_prefix(b"-") {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    if text.len() > MAX_NUMBER_BYTES || digits.is_empty() {
        return None;
    }
    // Downwards, since the lowest number has no positive twin.
    let negative = digits.iter().try_fold(0_i64, |sum, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        sum.checked_mul(10)?.checked_sub(i64::from(digit))
    })?;
    if is_negative {
        Some(negative)
    } else {
        negative.checked_neg()
    }
}

/// A date and time that ends with its seconds or their fraction.
fn without_offset(text: &[u8]) -> Option<UnixTime> {
    // With the offset of UTC behind it, in a room that allocates nothing.
    let mut room = [b'Z'; MAX_TEXT_BYTES + 1];
    room.get_mut(..text.len())?.copy_from_slice(text);
    let with_offset = room.get(..=text.len())?;
    UnixTime::from_rfc3339(std::str::from_utf8(with_offset).ok()?)
}

/// A whole number of seconds, and what of its fraction makes milliseconds.
fn with_fraction(text: &[u8]) -> Option<UnixTime> {
    let Some(dot) = text.iter().position(|byte| *byte == b'.') else {
        return whole_number(text).map(UnixTime::from_secs);
    };
    let (whole, fraction) = text.split_at_checked(dot)?;
    let fraction = fraction.get(1..)?;
    let is_fraction = (1..=MAX_FRACTION_BYTES).contains(&fraction.len())
        && fraction.iter().all(u8::is_ascii_digit);
    if !is_fraction {
        return None;
    }
    let secs = whole_number(whole)?;
    let places = fraction.iter().chain(b"00").take(3);
    let millis = places.fold(0_i64, |sum, digit| {
        let digit = i64::from(digit.saturating_sub(b'0'));
        sum.saturating_mul(10).saturating_add(digit)
    });
    let is_negative = whole.starts_with(b"-");
    let millis = if is_negative { -millis } else { millis };
    Some(UnixTime::from_millis(
        secs.checked_mul(1000)?.checked_add(millis)?,
    ))
}
