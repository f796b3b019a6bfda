//! [`History`]: what became of an event that an inbox keeps.

use serde::{Deserialize, Serialize};

use super::DeadReason;
use crate::{telemetry::one_line::one_line, time::UnixTime};

/// So many happenings are kept of an event, the latest ones.
const LATEST: usize = 20;
/// So many bytes of an operator's reason are kept.
const WHY_BYTES: usize = 500;

/// What became of an event that an inbox keeps: when it died, and who had it run again why.
///
/// It has no data of the sender. It holds the 20 latest happenings.
///
/// ```
/// use hookgate::{UnixTime, inbox::{DeadReason, Happening, History}};
///
/// let mut history = History::default();
/// history.died(UnixTime::from_secs(1_700_000_000), DeadReason::Failed);
/// history.replayed(UnixTime::from_secs(1_700_000_060), "the table is there again");
/// assert_eq!(History::from_bytes(&history.to_bytes()), history);
/// assert!(matches!(history.iter().next(), Some((_, Happening::Died { .. }))));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History(Vec<(UnixTime, Happening)>);

/// One thing that became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Happening {
    /// It became a dead letter.
    Died {
        /// Why. `None` for a reason that only a later release knows.
        reason: Option<DeadReason>,
    },
    /// Somebody had it run again.
    Replayed {
        /// Why, in the operator's words: one line of 500 bytes at most.
        why: Box<str>,
    },
}

/// As it is stored.
#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    at: i64,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    died: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    replayed: Option<std::borrow::Cow<'a, str>>,
}

impl History {
    /// Notes that it became a dead letter.
    pub fn died(&mut self, at: UnixTime, reason: DeadReason) {
        let reason = Some(reason);
        self.push(at, Happening::Died { reason });
    }

    /// Notes that somebody had it run again.
    pub fn replayed(&mut self, at: UnixTime, why: &str) {
        let why = one_line(WHY_BYTES, &why).into();
        self.push(at, Happening::Replayed { why });
    }

    fn push(&mut self, at: UnixTime, happening: Happening) {
        self.0.push((at, happening));
        let over = self.0.len().saturating_sub(LATEST);
        self.0.drain(..over);
    }

    /// The oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (UnixTime, &Happening)> {
        self.0.iter().map(|(at, happening)| (*at, happening))
    }

    /// For store authors: as it is stored. Empty where nothing happened.
    pub fn to_bytes(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let stored: Vec<Stored<'_>> = self.iter().map(stored).collect();
        // Texts and numbers always have a JSON form.
        serde_json::to_vec(&stored).unwrap_or_default()
    }

    /// For store authors: reads what [`to_bytes`](Self::to_bytes) wrote. What cannot be read is left out, since a
    /// history decides nothing.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let stored: Vec<Stored<'_>> = serde_json::from_slice(bytes).unwrap_or_default();
        Self(stored.into_iter().filter_map(read).collect())
    }
}

fn stored((at, happening): (UnixTime, &Happening)) -> Stored<'_> {
    let (died, replayed) = match happening {
        Happening::Died { reason } => (Some(reason.map_or("", DeadReason::as_str)), None),
        Happening::Replayed { why } => (None, Some(&**why)),
    };
    Stored {
        at: at.as_millis(),
        died: died.map(Into::into),
        replayed: replayed.map(Into::into),
    }
}

fn read(stored: Stored<'_>) -> Option<(UnixTime, Happening)> {
    let happening = match (stored.died, stored.replayed) {
        (Some(reason), _) => Happening::Died {
            reason: DeadReason::read(&reason),
        },
        (None, Some(why)) => Happening::Replayed { why: why.into() },
        (None, None) => return None,
    };
    Some((UnixTime::from_millis(stored.at), happening))
}
