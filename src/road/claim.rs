//! Claiming the event, and what a copy of a completed one is answered.

use std::sync::Arc;

use super::store_call;
use crate::{
    answer::{Answer, RETRY_AFTER},
    clock::Timer,
    dedup::Claim,
    delivery::Facts,
    error::{Reason, StoreError},
    event_key::{ContentDigest, EventKey},
    log,
    meter::StoreCall,
    observer::Observed,
    receiver::Policy,
};

/// One conditional write; repeated once with the same owner token, since its answer may be all that
/// was lost.
pub(super) async fn claim(
    policy: &Policy,
    facts: &Facts,
    content: Option<&ContentDigest>,
    timer: &Arc<dyn Timer>,
) -> Result<Claim, StoreError> {
    claim_key(policy, facts, &facts.key, content, timer).await
}

/// As [`claim`], of another key than the event's own.
pub(super) async fn claim_key(
    policy: &Policy,
    facts: &Facts,
    key: &EventKey,
    content: Option<&ContentDigest>,
    timer: &Arc<dyn Timer>,
) -> Result<Claim, StoreError> {
    let owner = policy.owners.next();
    let once = || async {
        let claim = policy
            .store
            .calls()
            .claim(key, content, owner, policy.lease);
        store_call(policy, StoreCall::Claim, timer, claim).await
    };
    let claimed = match once().await {
        Err(StoreError::Unavailable(_)) => once().await,
        first => first,
    };
    policy.meter.store_fill(&policy.store, &*policy.clock);
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
