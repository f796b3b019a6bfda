//! [`UnsettledLeases`]: the leases of one receiver that are ended in the background.

use std::{
    collections::BTreeMap,
    mem,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use event_listener::Event;

use super::{LeaseEnd, turns::Turns};
use crate::{
    allowance::{Allowance, Grant},
    clock::Timer,
    log,
    meter::Level,
    receiver::{Policy, Receiver},
    wait::either,
};

/// Leases of one receiver that may wait for their end at once: as many as handlers may run by default, so that a store
/// that stops in front of all of them at once leaves none behind. Each takes a task and less than 1 KiB.
const AT_ONCE: usize = 1024;
/// The longest pause before the first try in the background: shorter than any sender's between two attempts.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause: a store that is back has heard of every lease soon after.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// For how long a release is tried, where the lease itself is not longer: ten leases of the default. A store that stood
/// still for longer than a lease may grant the claim only then, and would hold it for nobody. A mark has no such time:
/// after the end of its lease the event may be another owner's.
const RELEASED_FOR: Duration = Duration::from_secs(300);

/// Hands `ending` to the background.
pub(super) fn go_on(receiver: &Receiver, timer: &Arc<dyn Timer>, ending: LeaseEnd) {
    let policy = &*receiver.0;
    let unsettled = &policy.unsettled;
    let now = policy.clock.monotonic();
    unsettled.lapse(policy, now);
    let open = if let Some(place) = unsettled.places.take(1) {
        Open::new(policy, timer, ending, now, place)
    } else {
        let what = "too many leases wait for the store: this one ends by itself";
        log::unsettled(&policy.name, &ending.key, what);
        // Whoever has a place, and no task, may go on here.
        let Some(open) = unsettled.next() else {
            return;
        };
        open
    };
    let work = InBackground::new(receiver, timer, open);
    let (receiver, its_timer) = (receiver.clone(), timer.clone());
    timer.spawn(Box::pin(async move {
        // Asked only by what runs: a timer that drops its work does not drop all the others each time.
        receiver.0.unsettled.revive(&receiver, &its_timer);
        work.run().await;
    }));
}

/// A lease whose end is open, and nobody waits for it.
struct Open {
    ending: LeaseEnd,
    timer: Arc<dyn Timer>,
    /// When the store is no longer told, in the clock's monotonic time.
    until: Duration,
    _place: Grant,
}

/// The task that ends one lease. Dropped unfinished, because its runtime ends or there was none, it leaves the lease to
/// whoever comes next.
struct InBackground {
    receiver: Receiver,
    open: Option<Open>,
}

impl InBackground {
    /// `open` is ended on `timer`.
    fn new(receiver: &Receiver, timer: &Arc<dyn Timer>, mut open: Open) -> Self {
        // The one that it had may be of a runtime that has ended.
        open.timer.clone_from(timer);
        Self::as_it_is(receiver, open)
    }

    fn as_it_is(receiver: &Receiver, open: Open) -> Self {
        Self {
            receiver: receiver.clone(),
            open: Some(open),
        }
    }

    async fn run(mut self) {
        if let Some(open) = &self.open {
            open.tell_until_heard(&self.receiver.0).await;
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
            self.receiver.0.unsettled.leave(open);
        }
    }
}

impl Open {
    fn new(
        policy: &Policy,
        timer: &Arc<dyn Timer>,
        ending: LeaseEnd,
        now: Duration,
        place: Grant,
    ) -> Self {
        // No claim and no extension that the store has answered until now lasts for longer than a lease.
        let told_for = if ending.is_release() {
            policy.lease.max(RELEASED_FOR)
        } else {
            policy.lease
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
    async fn tell_until_heard(&self, policy: &Policy) {
        let mut pause = FIRST_PAUSE.min(policy.lease / 2);
        loop {
            self.timer.sleep(self.spread(pause)).await;
            let turn = policy.unsettled.turns.take().await;
            if policy.clock.monotonic() >= self.until {
                return self.lapse(policy);
            }
            if self.ending.tell(policy, &self.timer).await.is_ok() {
                return;
            }
            drop(turn);
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }

    /// Up to a quarter less than `pause`, another part for each event: what was given up at once is not told at once.
    fn spread(&self, pause: Duration) -> Duration {
        let [part, ..] = *self.ending.key.as_bytes();
        pause.saturating_sub((pause / 1024).saturating_mul(u32::from(part)))
    }

    fn lapse(&self, policy: &Policy) {
        let what = if self.ending.is_release() {
            "the store did not answer a release: the lease ends by itself"
        } else {
            "the mark could not be written while the lease lasted: the effect may repeat"
        };
        log::unsettled(&policy.name, &self.ending.key, what);
    }
}

/// The leases of one receiver that wait for their end.
pub(crate) struct UnsettledLeases {
    places: Allowance,
    turns: Turns,
    left_over: Mutex<LeftOver>,
    left: Event,
}

/// Those that no task has: its runtime ended, or there was none.
#[derive(Default)]
struct LeftOver {
    /// Whose time is up first comes first. The number tells two apart.
    open: BTreeMap<(Duration, u64), Open>,
    number: u64,
}

impl UnsettledLeases {
    pub(crate) fn new() -> Self {
        Self {
            places: Allowance::new(AT_ONCE, Level::unmetered()),
            turns: Turns::new(),
            left_over: Mutex::default(),
            left: Event::new(),
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.places.used()
    }

    /// Resolves when there is none. Those that no task has are ended by who awaits this.
    pub(crate) async fn ended(&self, receiver: &Receiver) {
        loop {
            let left = self.left.listen();
            while let Some(open) = self.next() {
                InBackground::as_it_is(receiver, open).run().await;
            }
            if either(pin!(self.places.unused()), left).await {
                return;
            }
        }
    }

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
    fn lapse(&self, policy: &Policy, now: Duration) {
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
            open.lapse(policy);
        }
    }

    /// Gives each a task of `timer`.
    fn revive(&self, receiver: &Receiver, timer: &Arc<dyn Timer>) {
        let left_over = mem::take(&mut self.left_over().open);
        for open in left_over.into_values() {
            timer.spawn(Box::pin(InBackground::new(receiver, timer, open).run()));
        }
    }

    fn left_over(&self) -> MutexGuard<'_, LeftOver> {
        self.left_over
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
