//! [`Shared`]: what a fallback is, and what its questions share.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use event_listener::Event;

use super::{Backoff, BoxExpectations, Rate, gave_up::Heard, source::DynSource};
use crate::{
    dedup::OwnerTokens,
    limits::{Allowance, Grant},
    receiver::Receiver,
    road::Handler,
    time::Clock,
};

/// How long a call of the expectations' store may take.
pub(super) const CALL_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a question waits for its turn. So many are asked at most after one was told to wait: by other instances, whose
/// questions had their turns before.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
/// How long the application may take to hear that a process was given up.
pub(super) const HEAR_TIMEOUT: Duration = Duration::from_secs(10);
/// What a question may take beside the API's answer: its lease, the look at marks, its turn, a hold of all turns, what the
/// application hears, and what is written of it.
pub(super) const BESIDE_THE_ANSWER: Duration = PATIENCE
    .saturating_add(CALL_TIMEOUT.saturating_mul(5))
    .saturating_add(HEAR_TIMEOUT);

/// What a fallback is.
pub(super) struct Shared {
    pub(super) receiver: Receiver,
    pub(super) source: Arc<dyn DynSource>,
    pub(super) expectations: BoxExpectations,
    pub(super) handler: Handler,
    pub(super) heard: Heard,
    pub(super) owners: OwnerTokens,
    pub(super) first_after: Duration,
    pub(super) give_up_after: Duration,
    pub(super) backoff: Backoff,
    pub(super) rate: Rate,
    pub(super) lease: Duration,
    pub(super) ask_timeout: Duration,
    pub(super) grace: Duration,
    pub(super) path: Box<str>,
    pub(super) places: usize,
    pub(super) taken: Allowance,
    pub(super) pauses: Pauses,
    /// A place was given back.
    pub(super) freed: Event,
    /// Something is due earlier than the store said.
    pub(super) sooner: Event,
}

/// Until when this process leaves the API alone, and what is due as well. Others learn it from the store.
#[derive(Default)]
pub(super) struct Pauses {
    /// In monotonic milliseconds.
    held_until: AtomicU64,
    rests_until: AtomicU64,
    /// How often in a row the API took no more questions.
    in_a_row: AtomicU32,
}

impl Pauses {
    /// The API takes no more questions: how often in a row it said so before. Answers to questions that were under way when
    /// it first did are one with that.
    pub(super) fn limited(&self, now: Duration) -> u32 {
        if self.held(now).is_zero() {
            self.in_a_row.fetch_add(1, Ordering::Relaxed)
        } else {
            self.in_a_row.load(Ordering::Relaxed).saturating_sub(1)
        }
    }

    /// The API took a question.
    pub(super) fn answered(&self) {
        self.in_a_row.store(0, Ordering::Relaxed);
    }

    /// The API takes no questions until then.
    pub(super) fn hold(&self, until: Duration) {
        self.held_until.fetch_max(millis(until), Ordering::Relaxed);
    }

    /// How long the API still takes none.
    pub(super) fn held(&self, now: Duration) -> Duration {
        left(&self.held_until, now)
    }

    /// Nothing that is due is looked at until then: it would get no turn.
    pub(super) fn rest(&self, until: Duration) {
        self.rests_until.fetch_max(millis(until), Ordering::Relaxed);
    }

    /// How long nothing is looked at.
    pub(super) fn rests(&self, now: Duration) -> Duration {
        left(&self.rests_until, now)
    }
}

fn left(until: &AtomicU64, now: Duration) -> Duration {
    Duration::from_millis(until.load(Ordering::Relaxed)).saturating_sub(now)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Shared {
    pub(super) fn clock(&self) -> &dyn Clock {
        self.receiver.0.clock()
    }

    /// How long the store is left alone, where it names no earlier time. What others add meanwhile is due later than that.
    pub(super) fn poll(&self) -> Duration {
        self.first_after.min(CALL_TIMEOUT)
    }
}

/// One process that is worked on. Given back when dropped.
pub(super) struct Place {
    grant: Option<Grant>,
    shared: Arc<Shared>,
}

impl Place {
    pub(super) fn take(shared: &Arc<Shared>) -> Option<Self> {
        let grant = shared.taken.take(1)?;
        Some(Self {
            grant: Some(grant),
            shared: shared.clone(),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(self.grant.take());
        self.shared.freed.notify(usize::MAX);
    }
}
