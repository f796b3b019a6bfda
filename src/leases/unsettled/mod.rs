//! Leases whose end the store has not confirmed. In the background, what was given up is given back, and what was done
//! is marked. A mark is tried for as long as its lease may last, a release for longer.

mod background;
mod turns;

use std::{sync::Arc, time::Duration};

pub(crate) use self::background::UnsettledLeases;
use super::StoreCalls;
use crate::{
    dedup::{End, Lease, OwnerToken, Settled},
    identity::EventKey,
    time::Timer,
    verdict::StoreError,
};

/// How a lease is to end. Dropped before the store has confirmed it, it goes on in the background.
pub(crate) struct Unsettled<'a> {
    leases: &'a UnsettledLeases,
    timer: &'a Arc<dyn Timer>,
    ending: LeaseEnd,
    is_open: bool,
}

/// What the store is to be told.
#[derive(Debug)]
struct LeaseEnd {
    lease: Lease,
    end: End,
    retain: Duration,
}

impl LeaseEnd {
    fn of(lease: &Lease, end: End, retain: Duration) -> Self {
        Self {
            lease: Lease::granted(*lease.key(), *lease.owner(), lease.attempt()),
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
    fn tell<'a>(
        &'a self,
        calls: &'a StoreCalls,
        timer: &'a Arc<dyn Timer>,
    ) -> impl Future<Output = Result<Settled, StoreError>> + use<'a> {
        calls.settle(&self.lease, self.end, self.retain, timer)
    }
}

impl<'a> Unsettled<'a> {
    fn new(leases: &'a UnsettledLeases, timer: &'a Arc<dyn Timer>, ending: LeaseEnd) -> Self {
        Self {
            leases,
            timer,
            ending,
            is_open: true,
        }
    }

    /// `lease` is to end with the mark that `end` leaves, kept for `retain`.
    pub(crate) fn mark(
        leases: &'a UnsettledLeases,
        timer: &'a Arc<dyn Timer>,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Self {
        Self::new(leases, timer, LeaseEnd::of(lease, end, retain))
    }

    /// `lease` is to be given back.
    pub(crate) fn release(
        leases: &'a UnsettledLeases,
        timer: &'a Arc<dyn Timer>,
        lease: &Lease,
    ) -> Self {
        Self::new(leases, timer, LeaseEnd::release(lease))
    }

    /// A claim that is about to be made: unless its answer is [known](Self::known), the store may hold it for nobody,
    /// and it is released under its token.
    pub(crate) fn claim(
        leases: &'a UnsettledLeases,
        timer: &'a Arc<dyn Timer>,
        key: &EventKey,
        owner: OwnerToken,
    ) -> Self {
        Self::release(leases, timer, &Lease::granted(*key, owner, 1))
    }

    /// Nothing is open any more.
    pub(crate) fn known(mut self) {
        self.is_open = false;
    }

    /// Tells the store once. Its answer, if it has one, is the end of it.
    pub(crate) async fn tell(&mut self) -> Result<Settled, StoreError> {
        let told = self.ending.tell(self.leases.calls(), self.timer).await;
        self.is_open &= told.is_err();
        told
    }
}

impl Drop for Unsettled<'_> {
    fn drop(&mut self) {
        if self.is_open {
            let LeaseEnd { lease, end, retain } = &self.ending;
            let ending = LeaseEnd::of(lease, *end, *retain);
            self.leases.go_on(self.timer, ending);
        }
    }
}
