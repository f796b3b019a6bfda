//! Many claimers, each in a thread or process of its own.

use std::{collections::HashMap, time::Duration};

use super::scene::answered;
use crate::{
    dedup::{Claim, DedupStore, OwnerToken},
    identity::EventKey,
};

/// One claimer: claims each key once as `owner` and returns those that it won.
///
/// Run it from as many threads or processes as the store is meant to serve, each with an owner of
/// its own and a lease that outlasts the race. Then give what they won to [`judge`].
///
/// # Panics
///
/// When a claim fails, or is told that nobody's event is done.
pub async fn race<S: DedupStore>(
    store: &S,
    keys: &[EventKey],
    owner: OwnerToken,
    lease: Duration,
) -> Vec<EventKey> {
    let mut won = Vec::new();
    for key in keys {
        match answered("claim", store.claim(key, None, owner, lease).await) {
            Claim::Won(_) => won.push(*key),
            Claim::InProgress { .. } => {}
            Claim::Done { .. } => panic!("dedup contract: done, though nobody settled: {key}"),
        }
    }
    won
}

/// Ends the test unless each of `keys` was won exactly once.
///
/// # Panics
///
/// When a key had no winner, or more than one.
pub fn judge(keys: &[EventKey], won: impl IntoIterator<Item = Vec<EventKey>>) {
    let mut winners: HashMap<EventKey, usize> = keys.iter().map(|key| (*key, 0)).collect();
    for key in won.into_iter().flatten() {
        *winners.entry(key).or_default() += 1;
    }
    for (key, count) in winners {
        assert!(
            count == 1,
            "dedup contract: broken promise: one claimer wins a key; {count} won {key}"
        );
    }
}
