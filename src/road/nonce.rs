//! Claiming the nonce of a signed request: it stands for one event and no other.

use std::sync::Arc;

use super::{
    claim::{claim_key, store_answer},
    settle::mark,
};
use crate::{
    dedup::{Claim, End, Settled},
    identity::{ContentDigest, EventKey},
    receiver::Receiver,
    telemetry::{Facts, StoreCall, log},
    time::Timer,
    verdict::{Answer, RETRY_AFTER, Reason},
};

/// Remembers that `nonce` belongs to this event, before the event itself is claimed; `Err` is the answer of a delivery
/// that goes no further.
///
/// The mark is written at once, whatever becomes of the event: a retry that uses its nonce again finds its own mark and
/// goes on, and its event is handled if it was not. It is kept for as long as a time of the same window is taken, so a
/// nonce is forgotten only when its request is too old.
pub(super) async fn claim_nonce(
    receiver: &Receiver,
    facts: &Facts,
    nonce: &EventKey,
    timer: &Arc<dyn Timer>,
) -> Result<(), Answer> {
    let event = ContentDigest::from_bytes(*facts.key.as_bytes());
    let lease = match claim_key(receiver, facts, nonce, Some(&event), timer).await {
        Ok(Claim::Won(lease)) => lease,
        Ok(Claim::Done { same_content: true }) => return Ok(()),
        Ok(Claim::Done {
            same_content: false,
        }) => {
            log::turned_away(facts, Reason::NonceReused);
            return Err(Answer::nonce_reused(&receiver.0.terms));
        }
        Ok(Claim::InProgress { retry_after }) => {
            let after = retry_after.min(RETRY_AFTER);
            return Err(Answer::unavailable(Reason::InProgress, Some(after)));
        }
        Err(error) => return Err(store_answer(&error)),
    };
    match mark(
        receiver,
        facts,
        &lease,
        timer,
        End::Processed,
        receiver.0.nonce_retention,
    )
    .await
    {
        Ok(Settled::Ok) => Ok(()),
        // Another copy has taken it over meanwhile.
        Ok(Settled::LeaseLost) => Err(Answer::unavailable(Reason::InProgress, Some(RETRY_AFTER))),
        Err(error) => {
            log::store(facts, StoreCall::Settle, &error);
            Err(store_answer(&error))
        }
    }
}
