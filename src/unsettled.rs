//! Leases whose end the store has not confirmed: what was given up is given back, and what was done is marked, in the
//! background: a mark for as long as its lease may last, a release for longer.

mod background;
mod turns;

use std::{sync::Arc, time::Duration};

pub(crate) use self::background::UnsettledLeases;
use self::background::go_on;
use crate::{
    clock::Timer,
    dedup::{End, Lease, OwnerToken, Settled},
    error::StoreError,
    event_key::EventKey,
    meter::StoreCall,
    receiver::{Policy, Receiver},
    road::store_call,
};

/// How a lease is to end. Dropped before the store has confirmed it, it goes on in the background.
pub(crate) struct Unsettled<'a> {
    receiver: &'a Receiver,
    timer: &'a Arc<dyn Timer>,
    ending: LeaseEnd,
    is_open: bool,
}

/// What the store is to be told.
#[derive(Debug, Clone, Copy)]
struct LeaseEnd {
    key: EventKey,
    owner: OwnerToken,
    attempt: u32,
    end: End,
    retain: Duration,
}

impl LeaseEnd {
    fn of(lease: &Lease, end: End, retain: Duration) -> Self {
        Self {
            key: *lease.key(),
            owner: *lease.owner(),
            attempt: lease.attempt(),
            end,
            retain,
        }
    }

    /// A release leaves no mark: what it says of one counts for nothing.
    fn release(lease: &Lease) -> Self {
        Self::of(lease, End::Release, Duration::ZERO)
    }

    fn is_release(&self) -> bool {
        self.end == End::Release
    }

    /// One try.
    async fn tell(&self, policy: &Policy, timer: &Arc<dyn Timer>) -> Result<Settled, StoreError> {
        let call = if self.is_release() {
            StoreCall::Release
        } else {
            StoreCall::Settle
        };
        let lease = Lease::granted(self.key, self.owner, self.attempt);
        let settle = policy.store.calls().settle(&lease, self.end, self.retain);
        store_call(policy, call, timer, settle).await
    }
}

impl<'a> Unsettled<'a> {
    fn new(receiver: &'a Receiver, timer: &'a Arc<dyn Timer>, ending: LeaseEnd) -> Self {
        Self {
            receiver,
            timer,
            ending,
            is_open: true,
        }
    }

    /// `lease` is to end with the mark that `end` leaves, kept for `retain`.
    pub(crate) fn mark(
        receiver: &'a Receiver,
        timer: &'a Arc<dyn Timer>,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Self {
        Self::new(receiver, timer, LeaseEnd::of(lease, end, retain))
    }

    /// `lease` is to be given back.
    pub(crate) fn release(
        receiver: &'a Receiver,
        timer: &'a Arc<dyn Timer>,
        lease: &Lease,
    ) -> Self {
        Self::new(receiver, timer, LeaseEnd::release(lease))
    }

    /// A claim that is about to be made: unless its answer is [known](Self::known), the store may hold it for nobody,
    /// and it is released under its token.
    pub(crate) fn claim(
        receiver: &'a Receiver,
        timer: &'a Arc<dyn Timer>,
        key: &EventKey,
        owner: OwnerToken,
    ) -> Self {
        Self::release(receiver, timer, &Lease::granted(*key, owner, 1))
    }

    /// Nothing is open any more.
    pub(crate) fn known(mut self) {
        self.is_open = false;
    }

    /// Tells the store once. Its answer, if it has one, is the end of it.
    pub(crate) async fn tell(&mut self) -> Result<Settled, StoreError> {
        let told = self.ending.tell(&self.receiver.0, self.timer).await;
        self.is_open &= told.is_err();
        told
    }
}

impl Drop for Unsettled<'_> {
    fn drop(&mut self) {
        if self.is_open {
            go_on(self.receiver, self.timer, self.ending);
        }
    }
}
