//! [`Row`]: what is kept of one event until it is handled.

use std::time::Duration;

use bytes::Bytes;

use super::{
    super::{DeadReason, Entry, History, Kept, Listed, SUSPECT_AFTER, Stands},
    rows::Now,
};
use crate::{
    dedup::{Lease, OwnerToken},
    time::UnixTime,
};

/// Where an event stands.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// It waits until then.
    Waiting { due: Duration },
    /// It runs.
    Leased { owner: OwnerToken, until: Duration },
    /// Nobody runs it.
    Dead { reason: DeadReason, at: UnixTime },
}

/// One event until it is handled.
pub(super) struct Row {
    pub(super) entry: Entry,
    /// The place in the order of all that was accepted or replayed.
    pub(super) number: u64,
    pub(super) place: Place,
    /// Of the last run, or of what ran before it was accepted.
    pub(super) attempt: u32,
    pub(super) failures: u32,
    pub(super) vanished: u32,
    pub(super) replays: u32,
    pub(super) is_quarantined: bool,
    /// What the last failed run said.
    pub(super) error: Option<Bytes>,
    pub(super) history: History,
    pub(super) accepted_at: UnixTime,
    /// When it was accepted or replayed, in monotonic time.
    pub(super) since: Duration,
    /// How its key is held meanwhile.
    pub(super) held: Lease,
    /// Who ended the last lease without an end of the line, and whether that buried it.
    pub(super) ended_by: Option<(OwnerToken, bool)>,
}

impl Row {
    pub(super) fn is_dead(&self) -> bool {
        matches!(self.place, Place::Dead { .. })
    }

    pub(super) fn is_leased(&self) -> bool {
        matches!(self.place, Place::Leased { .. })
    }

    pub(super) fn is_suspect(&self) -> bool {
        self.vanished >= SUSPECT_AFTER
    }

    pub(super) fn is_due(&self, now: Duration) -> bool {
        matches!(self.place, Place::Waiting { due } if due <= now)
    }

    /// Whether `owner` holds it.
    pub(super) fn is_held_by(&self, owner: &OwnerToken, now: Duration) -> bool {
        matches!(&self.place, Place::Leased { owner: holder, until } if holder == owner && *until > now)
    }

    /// When something may be done with it that may not now.
    pub(super) fn next(&self) -> Option<Duration> {
        match self.place {
            Place::Waiting { due } => Some(due),
            Place::Leased { until, .. } => Some(until),
            Place::Dead { .. } => None,
        }
    }

    /// A lease that has lapsed ended without a verdict.
    pub(super) fn lapse(&mut self, now: Duration) {
        if let Place::Leased { until, .. } = self.place
            && until <= now
        {
            self.place = Place::Waiting { due: until };
            self.vanished = self.vanished.saturating_add(1);
        }
    }

    /// `is_first` of its order.
    pub(super) fn listed(&self, is_first: bool, now: Now) -> Listed {
        let entry = &self.entry;
        let stands = match self.place {
            Place::Dead { reason, at } => Stands::Dead { reason, at },
            Place::Leased { .. } => Stands::Runs,
            Place::Waiting { .. } if !is_first => Stands::Behind,
            Place::Waiting { due } => Stands::Waits {
                due: now.wall_of(due),
            },
        };
        Listed {
            attempt: self.attempt,
            failures: self.failures,
            vanished: self.vanished,
            replays: self.replays,
            order: entry.order,
            is_quarantined: self.is_quarantined,
            ..Listed::new(
                entry.key,
                entry.endpoint.clone(),
                entry.event_type,
                entry.key_id.clone(),
                self.accepted_at,
                stands,
            )
        }
    }

    pub(super) fn kept(&self, listed: Listed) -> Kept {
        let (error, history) = (self.error.clone(), self.history.clone());
        let payload = self.entry.payload.clone();
        Kept::new(listed, self.entry.format, payload, error, history)
    }
}
