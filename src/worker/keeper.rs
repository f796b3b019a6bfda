//! [`Keeper`]: the heartbeat of all lines that a worker runs.

use std::{
    collections::HashMap,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    dedup::{Lease, Settled},
    inbox::{BoxInbox, Inbox},
    leases::{HeldLease, LeaseHandle},
    telemetry::{log, words},
    time::{Clock, Timer, within},
    verdict::StoreError,
};

/// The heartbeat of all lines that a worker runs: one call for all of them.
pub(super) struct Keeper {
    inbox: BoxInbox,
    clock: Arc<dyn Clock>,
    lasts: Duration,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    next: u64,
    leases: HashMap<u64, Kept>,
}

struct Kept {
    lease: LeaseHandle,
    until: Duration,
}

/// A lease that is kept until this is dropped.
pub(super) struct Hold<'a> {
    keeper: &'a Keeper,
    place: u64,
    pub(super) lease: HeldLease,
}

impl Keeper {
    pub(super) fn new(inbox: BoxInbox, clock: Arc<dyn Clock>, lasts: Duration) -> Self {
        Self {
            inbox,
            clock,
            lasts,
            held: Mutex::default(),
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `asked` is when the lease was asked for, in the clock's monotonic time.
    pub(super) fn hold(&self, lease: LeaseHandle, asked: Duration) -> Hold<'_> {
        let until = asked.saturating_add(self.lasts);
        let mut held = self.held();
        held.next = held.next.saturating_add(1);
        let place = held.next;
        let kept = Kept {
            lease: lease.clone(),
            until,
        };
        held.leases.insert(place, kept);
        Hold {
            keeper: self,
            place,
            lease: HeldLease::new(lease),
        }
    }

    /// Extends what is held, for ever. A third of the lease lies between two tries, so one that fails is repeated in time.
    pub(super) async fn beat(&self, timer: &Arc<dyn Timer>) {
        let _beats = Beats(self);
        let pause = self.lasts / 3;
        loop {
            timer.sleep(pause).await;
            self.beat_once(pause, timer).await;
        }
    }

    async fn beat_once(&self, limit: Duration, timer: &Arc<dyn Timer>) {
        let asked = self.clock.monotonic();
        let (held, newest) = self.to_extend();
        if held.is_empty() {
            return;
        }
        let leases: Vec<&Lease> = held.iter().map(|(_, lease)| lease.granted()).collect();
        let keep = self.inbox.keep(&leases, self.lasts);
        let kept = within(timer, limit, pin!(keep)).await;
        let kept = kept.unwrap_or(Err(StoreError::Timeout));
        let now = self.clock.monotonic();
        match kept {
            Ok(kept) => {
                for ((place, _), kept) in held.iter().zip(kept) {
                    self.kept(*place, kept, asked);
                }
            }
            Err(error) => log::inbox(words::NOT_KEPT, &error),
        }
        self.expire(newest, now);
    }

    /// Believes none of the leases up to `newest` for longer than the store holds them, whatever it says. One that came
    /// since was not tried yet, and its ask may have been under way for long.
    fn expire(&self, newest: u64, now: Duration) {
        for (place, kept) in &self.held().leases {
            if *place <= newest && kept.until <= now {
                kept.lease.lose();
            }
        }
    }

    /// The leases to extend, and the newest place that was given away by now.
    fn to_extend(&self) -> (Vec<(u64, LeaseHandle)>, u64) {
        let held = self.held();
        let leases = held.leases.iter();
        let extended = leases
            // A handler that settles within its own transaction ends its heartbeat.
            .filter(|(_, kept)| !kept.lease.heartbeat_stopped() && !kept.lease.is_lost())
            .map(|(place, kept)| (*place, kept.lease.clone()));
        (extended.collect(), held.next)
    }

    fn kept(&self, place: u64, kept: Settled, asked: Duration) {
        let mut held = self.held();
        let Some(it) = held.leases.get_mut(&place) else {
            return;
        };
        match kept {
            Settled::Ok => it.until = asked.saturating_add(self.lasts),
            Settled::LeaseLost => {
                it.lease.lose();
            }
        }
    }
}

/// A heartbeat. Dropped, nobody extends what is still held.
struct Beats<'a>(&'a Keeper);

impl Drop for Beats<'_> {
    fn drop(&mut self) {
        for kept in self.0.held().leases.values() {
            kept.lease.lose();
        }
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.keeper.held().leases.remove(&self.place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{dedup::OwnerToken, identity::EventKey, inbox::MemoryInbox, time::SystemClock};

    const LASTS: Duration = Duration::from_secs(30);

    fn lease(byte: u8) -> LeaseHandle {
        let key = EventKey::from_bytes([byte; 32]);
        let owner = OwnerToken::from_bytes([byte; 16]);
        LeaseHandle::new(Lease::of_work(key, owner, 1), LASTS)
    }

    #[test]
    fn a_lease_that_came_during_a_beat_is_not_lost_by_it() {
        let inbox = BoxInbox::new(MemoryInbox::new());
        let keeper = Keeper::new(inbox, Arc::new(SystemClock::new()), LASTS);
        let before = keeper.hold(lease(1), Duration::ZERO);
        let (held, newest) = keeper.to_extend();
        assert_eq!(held.len(), 1);
        let since = keeper.hold(lease(2), Duration::ZERO);
        keeper.expire(newest, LASTS);
        assert!(before.lease.is_lost() && !since.lease.is_lost());
        // The next beat tries it.
        assert_eq!(keeper.to_extend().0.len(), 1);
        keeper.expire(keeper.to_extend().1, LASTS);
        assert!(since.lease.is_lost());
    }
}
