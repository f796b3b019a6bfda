//! Claiming the event, and what a copy of a completed one is answered.

use std::sync::Arc;

use crate::{
    dedup::Claim,
    identity::{ContentDigest, EventKey},
    leases::Unsettled,
    receiver::{Policy, Receiver},
    telemetry::{Facts, Observed, StoreCall, log},
    time::Timer,
    verdict::{Answer, RETRY_AFTER, Reason, StoreError},
};

/// One conditional write; repeated once with the same owner token, since its answer may be all that
/// was lost. What the store may have granted without anybody knowing is released.
pub(super) async fn claim(
    receiver: &Receiver,
    facts: &Facts,
    content: Option<&ContentDigest>,
    timer: &Arc<dyn Timer>,
) -> Result<Claim, StoreError> {
    claim_key(receiver, facts, &facts.key, content, timer).await
}

/// As [`claim`], of another key than the event's own.
pub(super) async fn claim_key(
    receiver: &Receiver,
    facts: &Facts,
    key: &EventKey,
    content: Option<&ContentDigest>,
    timer: &Arc<dyn Timer>,
) -> Result<Claim, StoreError> {
    let policy = &*receiver.0;
    let owner = policy.owners.next();
    let open = Unsettled::claim(&policy.unsettled, timer, key, owner);
    let once = || policy.calls.claim(key, content, owner, policy.lease, timer);
    let first = once().await;
    let is_repeated = matches!(first, Err(StoreError::Unavailable(_)));
    let claimed = if is_repeated { once().await } else { first };
    let known = match &claimed {
        // This one is won in any case, be it by the first try.
        Ok(Claim::Won(_)) => true,
        // A first try without an answer may be granted late.
        Ok(Claim::InProgress { .. } | Claim::Done { .. }) | Err(StoreError::Full) => !is_repeated,
        Err(StoreError::Timeout | StoreError::Unavailable(_)) => false,
    };
    if known {
        open.known();
    } else {
        drop(open);
    }
    policy.calls.note_fill();
    claimed.inspect_err(|error| log::store(facts, StoreCall::Claim, error))
}

pub(super) fn duplicate(policy: &Policy, facts: &Facts, same_content: bool) -> Answer {
    if !same_content {
        policy.meter.changed_content();
        policy
            .observer
            .tell(|observer| observer.changed_content(Observed::new(facts)));
        if policy.refuse_changed_content {
            log::turned_away(facts, Reason::ChangedContent);
            return Answer::changed_content();
        }
    }
    log::turned_away(facts, Reason::Duplicate);
    Answer::ok(Reason::Duplicate)
}

pub(super) fn store_answer(error: &StoreError) -> Answer {
    let reason = match error {
        StoreError::Full => Reason::StoreFull,
        StoreError::Timeout | StoreError::Unavailable(_) => Reason::StoreUnavailable,
    };
    Answer::unavailable(reason, Some(RETRY_AFTER))
}
