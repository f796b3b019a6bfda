//! Leases whose end the store has not confirmed: what was given up is given back, and what was done is marked, in the
//! background, for as long as the lease may last.

use std::{
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use event_listener::Event;

use crate::{
    allowance::{Allowance, Grant},
    clock::Timer,
    dedup::{End, Lease, OwnerToken, Settled},
    error::StoreError,
    event_key::EventKey,
    log,
    meter::{Level, StoreCall},
    receiver::{Policy, Receiver},
    road::store_call,
    wait::either,
};

/// Leases of one receiver that may wait for their end at once: as many as handlers may run by default, so that a store
/// that stops in front of all of them at once leaves none behind. Each takes a task and less than 1 KiB.
const AT_ONCE: usize = 1024;
/// The first pause before a try in the background: shorter than any sender's between two attempts.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause: a store that is back has heard of every lease soon after.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How a lease is to end. Dropped before the store has confirmed it, it goes on in the background.
pub(crate) struct Unsettled<'a> {
    receiver: &'a Receiver,
    timer: &'a Arc<dyn Timer>,
    ending: Option<LeaseEnd>,
}

/// What the store is to be told.
#[derive(Debug)]
struct LeaseEnd {
    lease: Lease,
    end: End,
    retain: Duration,
}

impl LeaseEnd {
    /// One try.
    async fn tell(&self, policy: &Policy, timer: &Arc<dyn Timer>) -> Result<Settled, StoreError> {
        let call = match self.end {
            End::Release => StoreCall::Release,
            End::Processed | End::Ignored | End::Rejected => StoreCall::Settle,
        };
        let store = policy.store.calls();
        let settle = store.settle(&self.lease, self.end, self.retain);
        store_call(policy, call, timer, settle).await
    }
}

impl<'a> Unsettled<'a> {
    /// `lease` is to end as `end`.
    pub(crate) fn new(
        receiver: &'a Receiver,
        timer: &'a Arc<dyn Timer>,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Self {
        let lease = Lease::granted(*lease.key(), *lease.owner(), lease.attempt());
        Self {
            receiver,
            timer,
            ending: Some(LeaseEnd { lease, end, retain }),
        }
    }

    /// A claim that is about to be made: unless its answer is [known](Self::known), the store may hold it for nobody,
    /// and it is released under its token.
    pub(crate) fn claim(
        receiver: &'a Receiver,
        timer: &'a Arc<dyn Timer>,
        key: &EventKey,
        owner: OwnerToken,
    ) -> Self {
        let lease = Lease::granted(*key, owner, 1);
        Self::new(receiver, timer, &lease, End::Release, Duration::ZERO)
    }

    /// Nothing is open any more.
    pub(crate) fn known(mut self) {
        self.ending = None;
    }

    /// Tells the store once. Its answer, if it has one, is the end of it.
    pub(crate) async fn tell(&mut self) -> Result<Settled, StoreError> {
        let Some(ending) = &self.ending else {
            return Ok(Settled::Ok);
        };
        let told = ending.tell(&self.receiver.0, self.timer).await;
        if told.is_ok() {
            self.ending = None;
        }
        told
    }
}

impl Drop for Unsettled<'_> {
    fn drop(&mut self) {
        if let Some(ending) = self.ending.take() {
            go_on(self.receiver, self.timer, ending);
        }
    }
}

/// Hands `ending` to the background.
fn go_on(receiver: &Receiver, timer: &Arc<dyn Timer>, ending: LeaseEnd) {
    let policy = &*receiver.0;
    let unsettled = &policy.unsettled;
    let Some(place) = unsettled.places.take(1) else {
        let what = "too many leases wait for the store: this one ends by itself";
        log::unsettled(&policy.name, ending.lease.key(), what);
        return;
    };
    let now = policy.clock.monotonic();
    let mut open = std::mem::take(&mut *unsettled.left_over());
    open.push(Open {
        ending,
        timer: timer.clone(),
        // At the latest: no claim and no extension that was made until now lasts for longer.
        until: now.saturating_add(policy.lease),
        _place: place,
    });
    for mut open in open {
        open.timer = timer.clone();
        timer.spawn(Box::pin(InBackground::new(receiver, open).run()));
    }
}

/// A lease whose end is open, and nobody waits for it.
struct Open {
    ending: LeaseEnd,
    timer: Arc<dyn Timer>,
    /// When the lease is over, in the clock's monotonic time.
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
    fn new(receiver: &Receiver, open: Open) -> Self {
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
    /// Tells the store again and again, until it answers or the lease is over. Whether it held the lease does not matter:
    /// either way it does no longer.
    async fn tell_until_heard(&self, policy: &Policy) {
        let mut pause = FIRST_PAUSE;
        loop {
            self.timer.sleep(pause).await;
            if self.ending.tell(policy, &self.timer).await.is_ok() {
                return;
            }
            if policy.clock.monotonic() >= self.until {
                let what = match self.ending.end {
                    End::Release => "the store did not answer a release: the lease ended by itself",
                    End::Processed | End::Ignored | End::Rejected => {
                        "the mark could not be written while the lease lasted: the effect may repeat"
                    }
                };
                log::unsettled(&policy.name, self.ending.lease.key(), what);
                return;
            }
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }
}

/// The leases of one receiver that wait for their end.
pub(crate) struct UnsettledLeases {
    places: Allowance,
    /// Those that no task has: its runtime ended, or there was none.
    left_over: Mutex<Vec<Open>>,
    left: Event,
}

impl UnsettledLeases {
    pub(crate) fn new() -> Self {
        Self {
            places: Allowance::new(AT_ONCE, Level::unmetered()),
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
            loop {
                // Taken in a statement of its own, so that the lock is not held while it is ended.
                let next = self.left_over().pop();
                let Some(open) = next else { break };
                InBackground::new(receiver, open).run().await;
            }
            if either(pin!(self.places.unused()), left).await {
                return;
            }
        }
    }

    fn leave(&self, open: Open) {
        self.left_over().push(open);
        self.left.notify(usize::MAX);
    }

    fn left_over(&self) -> MutexGuard<'_, Vec<Open>> {
        self.left_over
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
