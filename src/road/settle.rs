//! Ending the lease as the handler's outcome says.

use std::{pin::pin, sync::Arc, time::Duration};

use super::{Handled, Ran, heartbeat::lose};
use crate::{
    dedup::{End, Lease, Settled, State},
    leases::{LeaseHandle, Unsettled},
    receiver::{Policy, Receiver},
    telemetry::{Facts, Panicked, StoreCall, log},
    time::{Timer, within},
    verdict::{Answer, Outcome, RETRY_AFTER, Reason, StoreError},
};

/// The first pause between tries to write the mark of a handled event.
const FIRST_SETTLE_PAUSE: Duration = Duration::from_millis(50);

/// Ends the lease as the outcome says, and turns that into an answer, or into the handler's own reply.
pub(super) async fn settle<R>(
    receiver: &Receiver,
    facts: &Facts,
    lease: &LeaseHandle,
    timer: &Arc<dyn Timer>,
    ran: &mut Result<Ran<R>, Panicked>,
) -> Handled<R> {
    let policy = &*receiver.0;
    let (end, verdict, why) = match ran {
        Ok(ran) => match &ran.outcome {
            Outcome::Processed => (End::Processed, "processed", ""),
            Outcome::Ignored { why } => (End::Ignored, "ignored", *why),
            Outcome::Rejected { why, .. } => (End::Rejected, "rejected", *why),
            Outcome::Retry { after, .. } => {
                log::failed(facts, lease.attempt(), Reason::HandlerRetry, ran.status);
                release(receiver, facts, lease, timer).await;
                return Handled::Answer(Answer::unavailable(Reason::HandlerRetry, *after));
            }
            Outcome::WrongEventType => {
                release(receiver, facts, lease, timer).await;
                return Handled::Answer(Answer::misused(Reason::WrongEventType));
            }
        },
        Err(Panicked) => {
            log::failed(facts, lease.attempt(), Reason::HandlerPanicked, None);
            release(receiver, facts, lease, timer).await;
            return Handled::Answer(Answer::unavailable(Reason::HandlerPanicked, None));
        }
    };
    match mark(receiver, facts, lease.lease(), timer, end, policy.retention).await {
        Ok(Settled::Ok) => {
            log::ended(facts, lease.attempt(), verdict, why);
            match (end, ran.as_mut().ok().and_then(|ran| ran.reply.take())) {
                (End::Processed | End::Ignored, Some(reply)) => Handled::Reply(reply),
                (End::Rejected, _) => Handled::Answer(Answer::ok(Reason::HandlerRejected)),
                _ => Handled::Answer(Answer::ok(Reason::Handled)),
            }
        }
        Ok(Settled::LeaseLost) => {
            let what = "lease lost before the handler ended: its effect may repeat";
            lose(policy, facts, lease, what);
            Handled::Answer(state_of_new_owner(policy, facts, timer).await)
        }
        Err(error) => {
            log::store(facts, StoreCall::Settle, &error);
            Handled::Answer(Answer::unavailable(Reason::SettleFailed, Some(RETRY_AFTER)))
        }
    }
}

/// Writes the mark, again and again within the budget, and beyond it in the background: what it stands for has happened.
pub(super) async fn mark(
    receiver: &Receiver,
    facts: &Facts,
    lease: &Lease,
    timer: &Arc<dyn Timer>,
    end: End,
    retain: Duration,
) -> Result<Settled, StoreError> {
    let mut open = Unsettled::mark(&receiver.0.unsettled, timer, lease, end, retain);
    let tries = async {
        let mut pause = FIRST_SETTLE_PAUSE;
        loop {
            match open.tell().await {
                Ok(settled) => return settled,
                Err(error) => log::store(facts, StoreCall::Settle, &error),
            }
            timer.sleep(pause).await;
            pause = pause.saturating_mul(2);
        }
    };
    within(timer, receiver.0.settle_budget, pin!(tries))
        .await
        .map_err(|_| StoreError::Timeout)
}

/// Frees the key. Where that fails, it is tried on in the background.
pub(super) async fn release(
    receiver: &Receiver,
    facts: &Facts,
    lease: &LeaseHandle,
    timer: &Arc<dyn Timer>,
) {
    let mut open = Unsettled::release(&receiver.0.unsettled, timer, lease.lease());
    if let Err(error) = open.tell().await {
        log::store(facts, StoreCall::Release, &error);
    }
}

async fn state_of_new_owner(policy: &Policy, facts: &Facts, timer: &Arc<dyn Timer>) -> Answer {
    match policy.calls.look(&facts.key, timer).await {
        Ok(State::Done) => Answer::ok(Reason::LeaseLost),
        Ok(State::InProgress { retry_after }) => {
            Answer::unavailable(Reason::LeaseLost, Some(retry_after))
        }
        Ok(State::Free) | Err(_) => Answer::unavailable(Reason::LeaseLost, Some(RETRY_AFTER)),
    }
}
