//! [`Event`]: what Unico Check notifies.

use std::fmt;

use super::Status;
use crate::{
    json::{Json, Misfit},
    time::UnixTime,
};

/// A notification.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// A process has come to a status.
    ProcessUpdated(ProcessUpdate),
    /// A score has become suspicious, or suspicious no more.
    ///
    /// That it is sent is known, its body is not: assumed is the envelope with another event name than
    /// `update_process` and a score. Read [`SuspiciousScore::raw`] before you rely on it.
    SuspiciousScore(SuspiciousScore),
    /// A body with an identity that is neither.
    Unrecognized(Unrecognized),
}

impl Event {
    /// The process's id.
    pub fn id(&self) -> &str {
        match self {
            Self::ProcessUpdated(update) => &update.id,
            Self::SuspiciousScore(score) => &score.id,
            Self::Unrecognized(unrecognized) => &unrecognized.id,
        }
    }

    /// The event's name; the flat body has none.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::ProcessUpdated(update) => update.event.as_deref(),
            Self::SuspiciousScore(score) => Some(&score.event),
            Self::Unrecognized(unrecognized) => unrecognized.event.as_deref(),
        }
    }

    /// The status, where there is one.
    pub fn status(&self) -> Option<Status> {
        match self {
            Self::ProcessUpdated(update) => Some(update.status),
            Self::SuspiciousScore(score) => score.status,
            Self::Unrecognized(_) => None,
        }
    }

    /// `eventDate`, where there is one that is a time.
    pub fn occurred_at(&self) -> Option<UnixTime> {
        match self {
            Self::ProcessUpdated(update) => update.occurred_at,
            Self::SuspiciousScore(score) => score.occurred_at,
            Self::Unrecognized(_) => None,
        }
    }
}

/// A process has come to a status.
#[derive(Clone)]
#[non_exhaustive]
pub struct ProcessUpdate {
    /// The process's id.
    pub id: String,
    /// The status. 2 to 5 are notified (known).
    pub status: Status,
    /// The score: positive means more likely the holder, negative more risk. Assumed: only when concluded.
    pub score: Option<i64>,
    /// `update_process` as far as known; the flat body has none.
    pub event: Option<String>,
    /// `eventDate`, which .NET writes with seven digits after the second.
    pub occurred_at: Option<UnixTime>,
    /// The whole body.
    pub raw: Json,
}

/// A score has become suspicious, or suspicious no more.
#[derive(Clone)]
#[non_exhaustive]
pub struct SuspiciousScore {
    /// The process's id.
    pub id: String,
    /// The event's name. Unknown to us.
    pub event: String,
    /// The score.
    pub score: i64,
    /// The status, if there is one.
    pub status: Option<Status>,
    /// `eventDate`, if there is one.
    pub occurred_at: Option<UnixTime>,
    /// The whole body.
    pub raw: Json,
}

/// A body that names its process, but is none of the known kinds.
#[derive(Clone)]
#[non_exhaustive]
pub struct Unrecognized {
    /// The process's id.
    pub id: String,
    /// The event's name, where there is one.
    pub event: Option<String>,
    /// The whole body.
    pub raw: Json,
    /// Why there is no type for it.
    pub error: Misfit,
}

impl fmt::Debug for ProcessUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessUpdate")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("occurred_at", &self.occurred_at)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SuspiciousScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SuspiciousScore")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("occurred_at", &self.occurred_at)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Unrecognized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unrecognized")
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}
