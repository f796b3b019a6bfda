//! [`Shared`]: what a fallback is, and what its questions share.

use std::{sync::Arc, time::Duration};

use event_listener::Event;

use super::{Backoff, BoxExpectations, Rate, gave_up::Heard, pauses::Pauses, source::DynSource};
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
