//! [`Run`]: a delivery behind its claim, until its lease is settled.

use std::{pin::Pin, time::Duration};

use super::{
    Handled, Ran, Underway,
    handler::{Caught, Finished},
};
use crate::{
    dedup::{End, Lease, Settled, State},
    delivery::DeliverySlot,
    leases::{HeldLease, LeaseHandle},
    telemetry::{
        Panicked, Stopwatch, StoreCall, log,
        words::{self, Words},
    },
    time::beside,
    verdict::{Answer, Outcome, RETRY_AFTER, Reason},
};

/// A delivery whose claim was won, and the lease under which its handler runs. Dropped, the run has ended.
pub(super) struct Run<'r, 'a> {
    delivery: &'r Underway<'a>,
    lease: HeldLease,
    /// When the claim was sent, in the clock's monotonic time.
    claimed: Duration,
}

impl<'r, 'a> Run<'r, 'a> {
    pub(super) fn under(lease: Lease, delivery: &'r Underway<'a>, claimed: Duration) -> Self {
        delivery.span.claimed(lease.attempt());
        let lease = LeaseHandle::new(lease, delivery.policy.once.retention);
        Self {
            delivery,
            lease: HeldLease::new(lease),
            claimed,
        }
    }

    pub(super) fn lease(&self) -> &LeaseHandle {
        &self.lease
    }

    /// Runs the handler to its end, with the heartbeat beside it. `slot` is where it finds its event.
    ///
    /// It comes pinned: by value it would be kept twice.
    pub(super) async fn through<R, F>(
        &self,
        handler: Pin<&mut Caught<'a, F>>,
        slot: &DeliverySlot,
        began: Stopwatch,
    ) -> Finished<'a, R>
    where
        F: Future<Output = Ran<R>>,
    {
        let delivery = self.delivery;
        let meter = &delivery.policy.judge.told.meter;
        let mut finished = beside(handler, || self.keep_alive()).await;
        if let Some(mistaken) = slot.mistaken() {
            finished.ran_without_its_event(mistaken);
        }
        meter.handler_ran(began, delivery.clock(), finished.said());
        finished
    }

    /// Extends the lease while the handler runs, up to the run timeout. Tells the handler when the lease is lost: at
    /// the latest when the lease ends, whatever the store then does.
    ///
    /// All times count from before a call is sent, never from its answer, so that a lease is never believed for
    /// longer than the store holds it.
    async fn keep_alive(&self) {
        let once = &self.delivery.policy.once;
        let (clock, timer) = (self.delivery.clock(), self.delivery.timer);
        let claims = &once.claims;
        let run_timeout = self.claimed.saturating_add(once.run_timeout);
        let mut held_until = self.claimed.saturating_add(claims.lease);
        let mut beat = self.claimed.saturating_add(once.heartbeat);
        let mut now = self.claimed.max(clock.monotonic());
        loop {
            let next = beat.min(held_until).min(run_timeout);
            timer.sleep(next.saturating_sub(now)).await;
            // The timer is believed, should it run ahead of the clock.
            now = next.max(clock.monotonic());
            if self.lease.heartbeat_stopped() {
                return;
            }
            if now >= run_timeout {
                return self.lose(words::RAN_TOO_LONG);
            }
            if now >= held_until {
                return self.lose(words::NOT_EXTENDED);
            }
            // Half of what is left: one that hangs leaves time for another.
            let limit = held_until.saturating_sub(now) / 2;
            let lease = self.lease.granted();
            match claims.calls.extend(lease, claims.lease, limit, timer).await {
                Ok(Settled::Ok) => {
                    held_until = now.saturating_add(claims.lease);
                    beat = now.saturating_add(once.heartbeat);
                }
                Ok(Settled::LeaseLost) => return self.lose(words::LOST),
                // The lease may still hold: the next one comes sooner.
                Err(error) => {
                    log::store(self.delivery.facts, StoreCall::Extend, &error);
                    beat = now.saturating_add(once.heartbeat / 3);
                }
            }
            now = now.max(clock.monotonic());
        }
    }

    /// The lease is known to be lost: counted once, however often that is found.
    fn lose(&self, what: Words) {
        log::lease(self.delivery.facts, self.lease.attempt(), what);
        if self.lease.lose() {
            self.delivery.policy.judge.told.meter.lease_lost();
        }
    }

    /// Ends the lease as the outcome says, and turns that into an answer, or into the handler's own reply.
    pub(super) async fn settle<R>(&self, ran: &mut Result<Ran<R>, Panicked>) -> Handled<R> {
        let (end, verdict, why) = match ran {
            Ok(ran) => match &ran.outcome {
                Outcome::Processed => (End::Processed, "processed", ""),
                Outcome::Ignored { why } => (End::Ignored, "ignored", *why),
                Outcome::Rejected { why, .. } => (End::Rejected, "rejected", *why),
                Outcome::Retry { error, .. } | Outcome::Unavailable { error } => {
                    let what = not_handled(error.is_some());
                    let answer = Answer::to(&ran.outcome);
                    return self.failed(answer, ran.status, what).await;
                }
                // The program is wired wrongly: the handler did not have its event.
                outcome @ (Outcome::WrongEventType
                | Outcome::TakenTwice
                | Outcome::NestedReceiver) => {
                    self.delivery.release(self.lease.granted()).await;
                    return Handled::Answer(Answer::to(outcome));
                }
            },
            Err(Panicked) => {
                let answer = Answer::unavailable(Reason::HandlerPanicked, None);
                return self.failed(answer, None, words::HANDLER_PANICKED).await;
            }
        };
        let delivery = self.delivery;
        let retain = delivery.policy.once.retention;
        match delivery.mark(self.lease.granted(), end, retain).await {
            Ok(Settled::Ok) => {
                let attempt = self.lease.attempt();
                if end == End::Rejected {
                    log::rejected_for_good(delivery.facts, attempt, why);
                } else {
                    log::ended(delivery.facts, attempt, verdict, why);
                }
                match (end, ran.as_mut().ok().and_then(|ran| ran.reply.take())) {
                    (End::Processed | End::Ignored, Some(reply)) => Handled::Reply(reply),
                    (End::Rejected, _) => Handled::Answer(Answer::ok(Reason::HandlerRejected)),
                    _ => Handled::Answer(Answer::ok(Reason::Handled)),
                }
            }
            Ok(Settled::LeaseLost) => {
                self.lose(words::ENDED_LATE);
                Handled::Answer(self.state_of_new_owner().await)
            }
            Err(error) => {
                log::store(delivery.facts, StoreCall::Settle, &error);
                Handled::Answer(Answer::unavailable(Reason::SettleFailed, Some(RETRY_AFTER)))
            }
        }
    }

    /// The handler is not done with the event: the next copy may run.
    async fn failed<R>(&self, answer: Answer, status: Option<u16>, what: Words) -> Handled<R> {
        let attempt = self.lease.attempt();
        log::failed(self.delivery.facts, attempt, answer.reason(), status, what);
        self.delivery.release(self.lease.granted()).await;
        Handled::Answer(answer)
    }

    async fn state_of_new_owner(&self) -> Answer {
        let delivery = self.delivery;
        let calls = &delivery.policy.once.claims.calls;
        let after = match calls.look(&delivery.facts.key, delivery.timer).await {
            Ok(State::Done) => return Answer::ok(Reason::LeaseLost),
            Ok(State::InProgress { retry_after }) => retry_after,
            Ok(State::Free) | Err(_) => RETRY_AFTER,
        };
        Answer::unavailable(Reason::LeaseLost, Some(after))
    }
}

/// What the log says of a handler that is not done with its event.
fn not_handled(has_error: bool) -> Words {
    if has_error {
        words::FAILED
    } else {
        words::RETRY
    }
}
