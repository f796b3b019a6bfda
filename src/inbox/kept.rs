//! [`Listed`], [`Kept`], [`Filter`]: what an inbox keeps of an event, as an operator sees it.

use std::{fmt, sync::Arc};

use bytes::Bytes;

use super::History;
use crate::{
    identity::{EventKey, KeyId, OrderKey},
    time::UnixTime,
};

/// Why a line of work is a dead letter. Exhaustive on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeadReason {
    /// The handler failed as often as it may.
    Failed,
    /// The handler rejected the event for good.
    Rejected,
    /// Runs ended without a verdict as often as they may.
    WorkerLost,
    /// What the handler needs was unavailable for too long.
    Unavailable,
    /// The pack cannot read what was verified.
    Undecodable,
    /// What was stored is damaged, or the store's engine refused it as work.
    Damaged,
}

impl DeadReason {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Failed,
        Self::Rejected,
        Self::WorkerLost,
        Self::Unavailable,
        Self::Undecodable,
        Self::Damaged,
    ];

    /// The stable name: it is stored data.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::WorkerLost => "worker_lost",
            Self::Unavailable => "unavailable",
            Self::Undecodable => "undecodable",
            Self::Damaged => "damaged",
        }
    }

    /// Reads the name. `None` for one that only a later release knows.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }
}

impl fmt::Display for DeadReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where an event stands. Exhaustive on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// It waits until then, or since then.
    Waits {
        /// When it is due.
        due: UnixTime,
    },
    /// It waits for an earlier one of its order.
    Behind,
    /// A worker runs it, or died with it.
    Runs,
    /// Nobody runs it until somebody replays or discards it.
    Dead {
        /// Why.
        reason: DeadReason,
        /// Since when.
        at: UnixTime,
    },
}

impl Stands {
    /// Whether a worker will run it, or runs it.
    pub const fn is_queued(self) -> bool {
        !self.is_dead()
    }

    /// Whether it is a dead letter.
    pub const fn is_dead(self) -> bool {
        matches!(self, Self::Dead { .. })
    }
}

/// What can be said of an event that an inbox keeps, without its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listed {
    /// The event's key.
    pub key: EventKey,
    /// The endpoint's name.
    pub endpoint: Arc<str>,
    /// The event's type where the pack knows it, else `other` or `none`.
    pub event_type: Box<str>,
    /// The id of the key that matched.
    pub key_id: KeyId,
    /// When it was accepted.
    pub accepted_at: UnixTime,
    /// Where it stands.
    pub stands: Stands,
    /// How many runs began.
    pub attempt: u32,
    /// How many runs failed.
    pub failures: u32,
    /// How many runs in a row ended without a verdict.
    pub vanished: u32,
    /// How many times it was replayed.
    pub replays: u32,
    /// What it is handled in order with.
    pub order: Option<OrderKey>,
    /// It was kept although it could not be decoded: its key is no event's.
    pub is_quarantined: bool,
}

impl Listed {
    /// For store authors: one that never ran, without an order.
    pub fn new(
        key: EventKey,
        endpoint: Arc<str>,
        event_type: impl Into<Box<str>>,
        key_id: KeyId,
        accepted_at: UnixTime,
        stands: Stands,
    ) -> Self {
        Self {
            key,
            endpoint,
            event_type: event_type.into(),
            key_id,
            accepted_at,
            stands,
            attempt: 0,
            failures: 0,
            vanished: 0,
            replays: 0,
            order: None,
            is_quarantined: false,
        }
    }
}

/// An event that an inbox keeps, with all that is kept of it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Kept {
    /// What can be said without its payload.
    pub listed: Listed,
    /// The format of the payload.
    pub format: u16,
    /// A [`StoredDelivery`](super::StoredDelivery) as bytes.
    pub payload: Bytes,
    /// What its last failed run said, as text. **It may hold personal data.**
    pub error: Option<Bytes>,
    /// What became of it until now.
    pub history: History,
}

impl Kept {
    /// For store authors.
    pub fn new(
        listed: Listed,
        format: u16,
        payload: Bytes,
        error: Option<Bytes>,
        history: History,
    ) -> Self {
        Self {
            listed,
            format,
            payload,
            error,
            history,
        }
    }
}

/// Shows neither payload nor error.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept")
            .field("listed", &self.listed)
            .field("history", &self.history)
            .finish_non_exhaustive()
    }
}

/// Which events are meant, and which of them a list shows first. The default is all, in the order of
/// [`Inbox::list`](super::Inbox::list).
///
/// ```
/// use hookgate::inbox::{DeadReason, Filter};
///
/// let filter = Filter::all().of_endpoint("logto").dead_by(DeadReason::Failed);
/// assert_ne!(filter, Filter::all());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Filter {
    /// Dead letters alone, or all others alone.
    pub dead: Option<bool>,
    /// Of this endpoint.
    pub endpoint: Option<Arc<str>>,
    /// Of this type, by its label.
    pub event_type: Option<Box<str>>,
    /// Proved with this key.
    pub key_id: Option<KeyId>,
    /// Dead for this reason.
    pub reason: Option<DeadReason>,
    /// Accepted then, or later.
    pub accepted_from: Option<UnixTime>,
    /// Accepted before then.
    pub accepted_before: Option<UnixTime>,
    /// The one that was accepted last comes first, dead letters among the others.
    pub newest_first: bool,
}

impl Filter {
    /// Everything.
    pub fn all() -> Self {
        Self::default()
    }

    /// Dead letters alone.
    pub fn dead() -> Self {
        Self {
            dead: Some(true),
            ..Self::default()
        }
    }

    /// What waits or runs alone.
    pub fn queued() -> Self {
        Self {
            dead: Some(false),
            ..Self::default()
        }
    }

    /// Of `endpoint` alone.
    #[must_use]
    pub fn of_endpoint(self, endpoint: &str) -> Self {
        Self {
            endpoint: Some(endpoint.into()),
            ..self
        }
    }

    /// Of `event_type` alone, by its label.
    #[must_use]
    pub fn of_type(self, event_type: &str) -> Self {
        Self {
            event_type: Some(event_type.into()),
            ..self
        }
    }

    /// Proved with the key of this id alone: what a leaked key has let in.
    #[must_use]
    pub fn of_key(self, key_id: impl Into<KeyId>) -> Self {
        Self {
            key_id: Some(key_id.into()),
            ..self
        }
    }

    /// Dead letters of `reason` alone.
    #[must_use]
    pub fn dead_by(self, reason: DeadReason) -> Self {
        Self {
            dead: Some(true),
            reason: Some(reason),
            ..self
        }
    }

    /// Accepted at `time` or later alone.
    #[must_use]
    pub fn accepted_from(self, time: UnixTime) -> Self {
        Self {
            accepted_from: Some(time),
            ..self
        }
    }

    /// Accepted before `time` alone.
    #[must_use]
    pub fn accepted_before(self, time: UnixTime) -> Self {
        Self {
            accepted_before: Some(time),
            ..self
        }
    }

    /// The one that was accepted last first.
    #[must_use]
    pub fn newest_first(self) -> Self {
        Self {
            newest_first: true,
            ..self
        }
    }

    /// Whether it names more than dead letters or all others. One that does not means too much to be
    /// [replayed](super::Operations::replay_all) or discarded.
    pub fn narrows(&self) -> bool {
        let (dead, newest_first) = (self.dead, self.newest_first);
        *self
            != Self {
                dead,
                newest_first,
                ..Self::default()
            }
    }

    /// Whether `listed` is meant.
    pub fn matches(&self, listed: &Listed) -> bool {
        let reason = match listed.stands {
            Stands::Dead { reason, .. } => Some(reason),
            _ => None,
        };
        let accepted = listed.accepted_at;
        self.dead.is_none_or(|dead| dead == listed.stands.is_dead())
            && wanted(self.endpoint.as_ref(), &listed.endpoint)
            && wanted(self.event_type.as_ref(), &listed.event_type)
            && wanted(self.key_id.as_ref(), &listed.key_id)
            && self.reason.is_none_or(|it| Some(it) == reason)
            && self.accepted_from.is_none_or(|from| accepted >= from)
            && self.accepted_before.is_none_or(|before| accepted < before)
    }
}

fn wanted<T: PartialEq>(asked: Option<&T>, is: &T) -> bool {
    asked.is_none_or(|asked| asked == is)
}

/// Where a page ends. Only the store that made it reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position(Box<str>);

impl Position {
    /// For store authors.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// What the store wrote.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Some of what was asked for.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// What was found. It may be less than was asked for although more is there.
    pub rows: Vec<Listed>,
    /// Where to go on. `None` at the end.
    pub next: Option<Position>,
}
