//! The heartbeat of a running handler: it keeps the lease, and tells when that is lost.

use std::{sync::Arc, time::Duration};

use crate::{
    dedup::Settled,
    leases::LeaseHandle,
    receiver::Policy,
    telemetry::{Facts, StoreCall, log},
    time::Timer,
};

/// Extends the lease while the handler runs, up to the longest run, and tells the handler when it is lost:
/// at the latest when it ends, whatever the store then does.
///
/// All times count from before a call is sent, never from its answer, so that a lease is never believed for
/// longer than the store holds it: `claimed` is when the claim was sent, in the clock's monotonic time.
pub(super) async fn keep_alive(
    policy: &Policy,
    facts: &Facts,
    lease: &LeaseHandle,
    timer: &Arc<dyn Timer>,
    claimed: Duration,
) {
    let longest_run = claimed.saturating_add(policy.longest_run);
    let mut held_until = claimed.saturating_add(policy.lease);
    let mut beat = claimed.saturating_add(policy.heartbeat);
    let mut now = claimed.max(policy.clock.monotonic());
    loop {
        let next = beat.min(held_until).min(longest_run);
        timer.sleep(next.saturating_sub(now)).await;
        // The timer is believed, should it run ahead of the clock.
        now = next.max(policy.clock.monotonic());
        if lease.heartbeat_stopped() {
            return;
        }
        if now >= longest_run {
            let what = "handler ran too long: its lease is no longer extended";
            return lose(policy, facts, lease, what);
        }
        if now >= held_until {
            let what = "lease could not be extended in time: another copy may run";
            return lose(policy, facts, lease, what);
        }
        // Half of what is left: one that hangs leaves time for another.
        let limit = held_until.saturating_sub(now) / 2;
        let extend = policy
            .calls
            .extend(lease.lease(), policy.lease, limit, timer);
        match extend.await {
            Ok(Settled::Ok) => {
                held_until = now.saturating_add(policy.lease);
                beat = now.saturating_add(policy.heartbeat);
            }
            Ok(Settled::LeaseLost) => {
                return lose(policy, facts, lease, "lease lost while the handler runs");
            }
            // The lease may still hold: the next one comes sooner.
            Err(error) => {
                log::store(facts, StoreCall::Extend, &error);
                beat = now.saturating_add(policy.heartbeat / 3);
            }
        }
        now = now.max(policy.clock.monotonic());
    }
}

/// The lease is known to be lost: counted once, however often that is found.
pub(super) fn lose(policy: &Policy, facts: &Facts, lease: &LeaseHandle, what: &'static str) {
    log::lease(facts, lease.attempt(), what);
    if lease.lose() {
        policy.meter.lease_lost();
    }
}
