//! While the handler runs: its panics are caught and its lease is kept.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::store_call;
use crate::{
    clock::Timer,
    dedup::Settled,
    delivery::{Facts, LeaseHandle},
    log,
    meter::StoreCall,
    outcome::Outcome,
    receiver::Policy,
};

/// What the framework says of the handler's run.
#[derive(Debug)]
pub struct Ran<R> {
    /// How it ended.
    pub outcome: Outcome,
    /// The handler's own response, sent where the outcome allows it.
    pub reply: Option<R>,
    /// That response's status, for the log.
    pub status: Option<u16>,
}

/// Extends the lease while the handler runs, up to the longest run.
pub(super) async fn keep_alive(
    policy: &Policy,
    facts: &Facts,
    lease: &LeaseHandle,
    timer: &Arc<dyn Timer>,
) {
    let began = policy.clock.monotonic();
    let mut held_until = began.saturating_add(policy.lease);
    loop {
        timer.sleep(policy.heartbeat).await;
        if lease.heartbeat_stopped() {
            return;
        }
        let now = policy.clock.monotonic();
        if now.saturating_sub(began) >= policy.longest_run {
            let what = "handler ran too long: its lease is no longer extended";
            lose(policy, facts, lease, what);
            return;
        }
        let extend = policy.store.calls().extend(lease.lease(), policy.lease);
        match store_call(policy, StoreCall::Extend, timer, extend).await {
            Ok(Settled::Ok) => held_until = now.saturating_add(policy.lease),
            Ok(Settled::LeaseLost) => {
                lose(policy, facts, lease, "lease lost while the handler runs");
                return;
            }
            // The lease may still hold: the next beat tries again.
            Err(error) => log::store(facts, StoreCall::Extend, &error),
        }
        // The store need not answer for the handler to learn that its time is up.
        if policy.clock.monotonic() >= held_until && !lease.is_lost() {
            let what = "lease could not be extended in time: another copy may run";
            lose(policy, facts, lease, what);
        }
    }
}

/// The lease is known to be lost: counted once, however often that is found.
pub(super) fn lose(policy: &Policy, facts: &Facts, lease: &LeaseHandle, what: &'static str) {
    log::lease(facts, lease.attempt(), what);
    if lease.lose() {
        policy.meter.lease_lost();
    }
}

/// A handler's panic. Its message may hold personal data, so nothing of it is kept.
pub(super) struct Panicked;

pin_project! {
    /// A handler whose panics are caught, from the making of its future on.
    pub(super) struct Caught<F> {
        #[pin]
        work: Option<F>,
    }
}

impl<F> Caught<F> {
    pub(super) fn start(run: impl FnOnce() -> F) -> Self {
        Self {
            work: catch_unwind(AssertUnwindSafe(run)).ok(),
        }
    }
}

impl<F: Future> Future for Caught<F> {
    type Output = Result<F::Output, Panicked>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(work) = self.project().work.as_pin_mut() else {
            return Poll::Ready(Err(Panicked));
        };
        match catch_unwind(AssertUnwindSafe(|| work.poll(context))) {
            Ok(polled) => polled.map(Ok),
            Err(_) => Poll::Ready(Err(Panicked)),
        }
    }
}
