//! [`TimestampForm`]: how a time is written.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{setup::BuildError, time::UnixTime};

/// Longest number that is taken: a signed 64-bit one has 20 characters.
const MAX_NUMBER_BYTES: usize = 20;

/// The form of a signed time. Fixed per sender, never guessed from its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimestampForm {
    /// Whole seconds since the epoch.
    #[default]
    Seconds,
    /// Milliseconds since the epoch.
    Milliseconds,
    /// An RFC 3339 date and time with its offset. Of signed requests alone.
    Rfc3339,
}

/// What configurations of MACs in headers may say. A name that is none of these is refused as unknown, with those that
/// there are.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", rename = "TimestampForm")]
enum OfMac {
    Seconds,
    Milliseconds,
}

/// Reads the form of the time beside a MAC.
pub(super) fn of_mac<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<TimestampForm, D::Error> {
    Ok(match OfMac::deserialize(deserializer)? {
        OfMac::Seconds => TimestampForm::Seconds,
        OfMac::Milliseconds => TimestampForm::Milliseconds,
    })
}

impl TimestampForm {
    /// Whether the time beside a MAC can be written so.
    pub(super) fn check_for_mac(self) -> Result<(), BuildError> {
        match self {
            Self::Seconds | Self::Milliseconds => Ok(()),
            Self::Rfc3339 => Err(BuildError::Scheme(
                "the time beside a MAC is a number: RFC 3339 is for signed requests",
            )),
        }
    }

    /// The moment that `text` names.
    pub(crate) fn read(self, text: &[u8]) -> Option<UnixTime> {
        match self {
            Self::Seconds => whole_number(text).map(UnixTime::from_secs),
            Self::Milliseconds => whole_number(text).map(UnixTime::from_millis),
            Self::Rfc3339 => UnixTime::from_rfc3339(std::str::from_utf8(text).ok()?),
        }
    }

    /// The text of `time`.
    #[cfg(feature = "simulator")]
    pub(crate) fn write(self, time: UnixTime) -> String {
        match self {
            Self::Seconds => time.as_secs().to_string(),
            Self::Milliseconds => time.as_millis().to_string(),
            Self::Rfc3339 => time.to_rfc3339(),
        }
    }
}

/// Digits with an optional minus sign, nothing else: no plus sign, space, fraction or exponent.
fn whole_number(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if text.len() > MAX_NUMBER_BYTES || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}
