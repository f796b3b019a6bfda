//! [`EventTime`]: the time that a sender wrote into an event.

use serde_json::value::RawValue;

use super::UnixTime;
use crate::setup::{Finding, Severity};

/// The time that a sender wrote into an event, as far as it could be read.
///
/// A receiver that checks times refuses an event whose time is there and [cannot be read](Self::Unreadable). If such a
/// time counted as none, the event would be accepted at any age. A captured delivery would then run again once its mark
/// has expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventTime {
    /// There is none: it is missing, `null` or a text that stands for none.
    #[default]
    Missing,
    /// It is this. The [epoch](UnixTime::EPOCH) and the beginning of the year 1 count as none: senders use them as
    /// placeholders.
    At(UnixTime),
    /// It is there, but is no time in the form that the sender should use.
    Unreadable,
}

impl EventTime {
    /// A text that should be an RFC 3339 date and time. An empty one stands for none, and so does the
    /// [`DateTime.MinValue`](https://learn.microsoft.com/dotnet/api/system.datetime.minvalue) of .NET, which is written
    /// without an offset where nobody has set the time.
    pub fn of_rfc3339(text: &str) -> Self {
        if stands_for_none(text) {
            return Self::Missing;
        }
        UnixTime::from_rfc3339(text).map_or(Self::Unreadable, Self::At)
    }

    /// A JSON value that should be such a text.
    pub(crate) fn of_json(value: &RawValue) -> Self {
        if value.get() == "null" {
            return Self::Missing;
        }
        let text: Result<String, _> = serde_json::from_str(value.get());
        text.map_or(Self::Unreadable, |text| Self::of_rfc3339(&text))
    }

    /// The time, if there is one that can be read.
    pub fn at(self) -> Option<UnixTime> {
        match self {
            Self::At(time) => Some(time),
            Self::Missing | Self::Unreadable => None,
        }
    }

    /// None, where it is only a placeholder.
    #[must_use]
    pub(crate) fn unless_placeholder(self) -> Self {
        match self {
            Self::At(UnixTime::EPOCH | YEAR_1) => Self::Missing,
            other => other,
        }
    }

    /// None, where it cannot be read and `is_accepted` says that this is no reason to refuse the event.
    #[must_use]
    pub(crate) fn unless_unreadable(self, is_accepted: bool) -> Self {
        match self {
            Self::Unreadable if is_accepted => Self::Missing,
            other => other,
        }
    }
}

/// 0001-01-01T00:00:00Z.
const YEAR_1: UnixTime = UnixTime::from_secs(-62_135_596_800);

/// Whether a text is what senders write where they have no time. With an offset it is [`YEAR_1`].
fn stands_for_none(text: &str) -> bool {
    let fraction = text.strip_prefix("0001-01-01T00:00:00");
    text.is_empty()
        || fraction.is_some_and(|fraction| {
            let digits = fraction.strip_prefix('.');
            fraction.is_empty()
                || digits.is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte == b'0'))
        })
}

/// The code of [`accepts_unreadable_time`].
pub(crate) const ACCEPTS_UNREADABLE_TIME: &str = "accepts_unreadable_time";

/// What the start-up check says of a pack that was told so. Where no event's time is checked it says nothing, since
/// nothing is accepted there that would be refused.
pub(crate) fn accepts_unreadable_time() -> Finding {
    Finding::new(
        Severity::Warning,
        ACCEPTS_UNREADABLE_TIME,
        "a signed time that cannot be read counts as none: such a delivery is accepted at any age, and runs again \
         once its mark has expired",
        "remove `accept_unreadable_time` once the sender writes times that can be read",
    )
}

impl From<Option<UnixTime>> for EventTime {
    fn from(time: Option<UnixTime>) -> Self {
        time.map_or(Self::Missing, Self::At)
    }
}
