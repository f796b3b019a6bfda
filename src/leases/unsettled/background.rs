//! [`UnsettledLeases`]: the leases of one receiver that are ended in the background.

use std::{collections::BTreeMap, mem, pin::pin, sync::Arc, time::Duration};

use event_listener::Event;

use super::{LeaseEnd, turns::Turns};
use crate::{
    leases::StoreCalls,
    limits::{Allowance, Grant},
    sync::{Mutex, MutexGuard, PoisonError},
    telemetry::{Level, log, words},
    time::{Timer, either},
};

/// Leases of one receiver that may wait for their end at once. They are as many as handlers may run by default, so that
/// a store that stops in front of all of them leaves none behind. Each takes a task and less than 1 KiB.
const AT_ONCE: usize = 1024;
/// The longest pause before the first try in the background: shorter than any sender's between two attempts.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause: a store that is back has heard of every lease soon after.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// For how long a release is tried, where the lease itself is not longer: ten leases of the default. A store that stood
/// still for longer than a lease may grant the claim only then, and would hold it for nobody. A mark has no such time:
/// after the end of its lease the event may be another owner's.
const RELEASED_FOR: Duration = Duration::from_secs(300);

/// The leases of one receiver that wait for their end. Clones are one.
#[derive(Clone)]
pub(crate) struct UnsettledLeases(Arc<Shared>);

struct Shared {
    endpoint: Arc<str>,
    calls: StoreCalls,
    /// How long a claim lasts without an extension.
    lease: Duration,
    places: Allowance,
    turns: Turns,
    left_over: Mutex<LeftOver>,
    left: Event,
}

/// Leases that no task has: its runtime ended, or there was none.
#[derive(Default)]
struct LeftOver {
    /// Whose time is up first comes first. The number tells two apart.
    open: BTreeMap<(Duration, u64), Open>,
    number: u64,
}

impl UnsettledLeases {
    /// Of the receiver `endpoint`, whose claims last for `lease`.
    pub(crate) fn new(endpoint: Arc<str>, calls: StoreCalls, lease: Duration) -> Self {
        Self(Arc::new(Shared {
            endpoint,
            calls,
            lease,
            places: Allowance::new(AT_ONCE, Level::unmetered()),
            turns: Turns::new(),
            left_over: Mutex::default(),
            left: Event::new(),
        }))
    }

    pub(super) fn calls(&self) -> &StoreCalls {
        &self.0.calls
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.places.used()
    }

    /// Resolves when there is none. Those that no task has are ended by who awaits this.
    pub(crate) async fn ended(&self) {
        loop {
            let left = self.0.left.listen();
            while let Some(open) = self.0.next() {
                InBackground::as_it_is(self, open).run().await;
            }
            if either(pin!(self.0.places.unused()), left).await {
                return;
            }
        }
    }

    /// Hands `ending` to the background.
    pub(super) fn go_on(&self, timer: &Arc<dyn Timer>, ending: LeaseEnd) {
        let shared = &*self.0;
        let now = shared.calls.clock().monotonic();
        shared.lapse(now);
        let open = if let Some(place) = shared.places.take(1) {
            Open::new(shared, timer, ending, now, place)
        } else {
            log::unsettled(
                &shared.endpoint,
                ending.lease.key(),
                words::TOO_MANY_UNSETTLED,
            );
            // Whoever has a place, and no task, may go on here.
            let Some(open) = shared.next() else {
                return;
            };
            open
        };
        let work = InBackground::new(self, timer, open);
        let (leases, its_timer) = (self.clone(), timer.clone());
        timer.spawn(Box::pin(async move {
            // Asked only by what runs: a timer that drops its work does not drop all the others each time.
            leases.revive(&its_timer);
            work.run().await;
        }));
    }

    /// Gives each that no task has a task of `timer`.
    fn revive(&self, timer: &Arc<dyn Timer>) {
        let left_over = mem::take(&mut self.0.left_over().open);
        for open in left_over.into_values() {
            timer.spawn(Box::pin(InBackground::new(self, timer, open).run()));
        }
    }
}

impl Shared {
    fn leave(&self, open: Open) {
        let mut left_over = self.left_over();
        left_over.number = left_over.number.wrapping_add(1);
        let place = (open.until, left_over.number);
        left_over.open.insert(place, open);
        drop(left_over);
        self.left.notify(usize::MAX);
    }

    /// Takes the one whose time is up first.
    fn next(&self) -> Option<Open> {
        let first = self.left_over().open.pop_first();
        first.map(|(_, open)| open)
    }

    /// Lets those go whose time is up: they hold places.
    fn lapse(&self, now: Duration) {
        loop {
            // Taken in a statement of its own: the lock is not held while a place is given back, which wakes who waits.
            let first = {
                let mut left_over = self.left_over();
                let first = left_over.open.first_entry();
                first
                    .filter(|first| first.key().0 <= now)
                    .map(|first| first.remove())
            };
            let Some(open) = first else { return };
            open.lapse(self);
        }
    }

    fn left_over(&self) -> MutexGuard<'_, LeftOver> {
        self.left_over
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lease whose end is open, and nobody waits for it.
struct Open {
    ending: LeaseEnd,
    timer: Arc<dyn Timer>,
    /// When the store is no longer told, in the clock's monotonic time.
    until: Duration,
    _place: Grant,
}

impl Open {
    fn new(
        shared: &Shared,
        timer: &Arc<dyn Timer>,
        ending: LeaseEnd,
        now: Duration,
        place: Grant,
    ) -> Self {
        // No claim and no extension that the store has answered until now lasts for longer than a lease.
        let told_for = if ending.is_release() {
            shared.lease.max(RELEASED_FOR)
        } else {
            shared.lease
        };
        Self {
            ending,
            timer: timer.clone(),
            until: now.saturating_add(told_for),
            _place: place,
        }
    }

    /// Tells the store again and again, until it answers or the time is up. Whether it held the lease does not matter:
    /// either way it does no longer.
    async fn tell_until_heard(&self, shared: &Shared) {
        let mut pause = FIRST_PAUSE.min(shared.lease / 2);
        loop {
            self.timer.sleep(self.spread(pause)).await;
            let turn = shared.turns.take().await;
            if shared.calls.clock().monotonic() >= self.until {
                return self.lapse(shared);
            }
            if self.ending.tell(&shared.calls, &self.timer).await.is_ok() {
                return;
            }
            drop(turn);
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }

    /// Up to a quarter less than `pause`, another part for each event: what was given up at once is not told at once.
    fn spread(&self, pause: Duration) -> Duration {
        let [part, ..] = *self.ending.lease.key().as_bytes();
        pause.saturating_sub((pause / 1024).saturating_mul(u32::from(part)))
    }

    fn lapse(&self, shared: &Shared) {
        let what = if self.ending.is_release() {
            words::NOT_RELEASED
        } else {
            words::NOT_MARKED
        };
        log::unsettled(&shared.endpoint, self.ending.lease.key(), what);
    }
}

/// The task that ends one lease. Dropped unfinished, because its runtime ends or there was none, it leaves the lease to
/// whoever comes next.
struct InBackground {
    leases: UnsettledLeases,
    open: Option<Open>,
}

impl InBackground {
    /// `open` is ended on `timer`.
    fn new(leases: &UnsettledLeases, timer: &Arc<dyn Timer>, mut open: Open) -> Self {
        // The one that it had may be of a runtime that has ended.
        open.timer.clone_from(timer);
        Self::as_it_is(leases, open)
    }

    fn as_it_is(leases: &UnsettledLeases, open: Open) -> Self {
        Self {
            leases: leases.clone(),
            open: Some(open),
        }
    }

    async fn run(mut self) {
        if let Some(open) = &self.open {
            open.tell_until_heard(&self.leases.0).await;
        }
        self.open = None;
    }
}

impl Drop for InBackground {
    fn drop(&mut self) {
        // A store that panics does so again.
        if let Some(open) = self.open.take()
            && !std::thread::panicking()
        {
            self.leases.0.leave(open);
        }
    }
}
