//! [`EventTime`]: the time that a sender wrote into an event.

use serde_json::value::RawValue;

use crate::{
    clock::UnixTime,
    finding::{Finding, Severity},
};

/// The time that a sender wrote into an event, as far as it could be read.
///
/// A receiver that checks times refuses an event whose time is there and [cannot be read](Self::Unreadable). If such a
/// time counted as none, the event would be accepted at any age. A captured delivery would then run again once its mark
/// has expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventTime {
    /// There is none: it is missing or `null`.
    #[default]
    None,
    /// It is this. The [epoch](UnixTime::EPOCH) counts as none: senders use it as a placeholder.
    At(UnixTime),
    /// It is there, but is no time in the form that the sender should use.
    Unreadable,
}

impl EventTime {
    /// A text that should be an RFC 3339 date and time.
    pub fn of_rfc3339(text: &str) -> Self {
        UnixTime::from_rfc3339(text).map_or(Self::Unreadable, Self::At)
    }

    /// A JSON value that should be such a text.
    pub(crate) fn of_json(value: &RawValue) -> Self {
        if value.get() == "null" {
            return Self::None;
        }
        let text: Result<String, _> = serde_json::from_str(value.get());
        text.map_or(Self::Unreadable, |text| Self::of_rfc3339(&text))
    }

    /// The time, if there is one that can be read.
    pub fn at(self) -> Option<UnixTime> {
        match self {
            Self::At(time) => Some(time),
            Self::None | Self::Unreadable => None,
        }
    }

    /// None, where it is only a placeholder.
    #[must_use]
    pub(crate) fn unless_epoch(self) -> Self {
        match self {
            Self::At(UnixTime::EPOCH) => Self::None,
            other => other,
        }
    }

    /// None, where it cannot be read and `is_accepted` says that this is no reason to refuse the event.
    #[must_use]
    pub(crate) fn unless_unreadable(self, is_accepted: bool) -> Self {
        match self {
            Self::Unreadable if is_accepted => Self::None,
            other => other,
        }
    }
}

/// What the start-up check says of a pack that was told so.
pub(crate) fn accepts_unreadable_time() -> Finding {
    Finding::new(
        Severity::Warning,
        "accepts_unreadable_time",
        "a signed time that cannot be read counts as none: such a delivery is accepted at any age, and runs again \
         once its mark has expired",
        "remove `accept_unreadable_time` once the sender writes times that can be read",
    )
}

impl From<Option<UnixTime>> for EventTime {
    fn from(time: Option<UnixTime>) -> Self {
        time.map_or(Self::None, Self::At)
    }
}
