//! What a bounded store does when it is full; and that one without a bound forgets nothing.

use super::{
    Passage,
    scene::{Expected, Scene, answered, join_all, key, owner, promise, won},
};
use crate::{
    dedup::{Claim, DedupStore, End, Lease, State},
    verdict::StoreError,
};

/// Where a store takes longer to fill than a test may take.
const MOST_KEYS: u64 = 1_000_000;

fn keys_to_fill<S: DedupStore>(store: &S) -> Option<usize> {
    let capacity = store
        .promises()
        .capacity
        .filter(|keys| *keys <= MOST_KEYS)?;
    usize::try_from(capacity).ok().filter(|keys| *keys > 0)
}

pub(super) async fn a_full_store_says_so_and_forgets_nothing<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let Some(capacity) = keys_to_fill(&scene.store) else {
        return;
    };
    let started = scene.elapsed();
    for number in 0..capacity {
        let lease = scene.win(&key(number), owner(number)).await;
        scene.finish(&lease, End::Processed).await;
    }
    let filled = scene.elapsed();
    let (known, new) = (key(0), key(capacity));

    for _ in 0..3 {
        let claim = scene.try_claim(&new, owner(0)).await;
        let still_full = scene.elapsed() < started.saturating_add(scene.terms.retain);
        promise(
            "a full store answers `Full` to a new key",
            !still_full || matches!(claim, Err(StoreError::Full)),
            &claim,
        );
    }
    // Nothing of a key is remembered beyond the capacity, for whoever gave it up either. What it is told
    // is up to the store: to remember the token costs it no room, or it says that it has none.
    let never_claimed = Lease::granted(new, owner(1), 1);
    let _ = scene
        .store
        .settle(&never_claimed, End::Release, scene.terms.retain)
        .await;
    let mut unharmed = 0;
    for number in 0..capacity {
        let copy = scene.claim(&key(number), owner(capacity)).await;
        unharmed += usize::from(matches!(copy, Claim::Done { .. }));
    }
    if scene.elapsed() < started.saturating_add(scene.terms.retain) {
        promise(
            "a full store forgets nothing that has not expired",
            unharmed == capacity,
            &format_args!("{unharmed} of {capacity}"),
        );
        scene
            .expect_state("a refused key is not claimed", &new, Expected::Free)
            .await;
    }

    scene
        .pass_until_after(filled.saturating_add(scene.terms.retain))
        .await;
    scene
        .expect_state("a mark ends with its retention", &known, Expected::Free)
        .await;
    takes_new_keys(scene, capacity).await;
}

/// Its marks have expired.
async fn takes_new_keys<S: DedupStore, P: Passage>(scene: &Scene<'_, S, P>, capacity: usize) {
    for number in 0..capacity {
        let again = scene.try_claim(&key(capacity + number), owner(0)).await;
        promise(
            "a store has room again when its marks have expired",
            matches!(again, Ok(Claim::Won(_))),
            &again,
        );
    }
}

pub(super) async fn lapsed_leases_cannot_fill_a_store_for_ever<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let Some(capacity) = keys_to_fill(&scene.store) else {
        return;
    };
    let lapsed = scene.win(&key(0), owner(0)).await;
    for number in 1..capacity {
        scene.win(&key(number), owner(number)).await;
    }
    scene.lapse().await;
    // Each of them has to go.
    for number in 0..capacity {
        let claim = claim_patiently(scene, capacity + number).await;
        let lease = won("lapsed leases make room in a full store", claim);
        scene.finish(&lease, End::Processed).await;
    }
    scene
        .pass(scene.terms.retain.saturating_add(scene.terms.slack))
        .await;
    // Forgotten or not, its late owner stays fenced off.
    let taken = scene.win(lapsed.key(), owner(capacity)).await;
    promise(
        "the attempt grows with each takeover, in a store that was full too",
        taken.attempt() > lapsed.attempt(),
        &taken,
    );
}

/// Enough to notice one that keeps the latest only, as caches do; few enough for a server in a test.
const MANY: usize = 300;

/// As far as a suite can tell: one that forgets beyond a million keys passes.
pub(super) async fn a_store_without_a_bound_forgets_nothing<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    if scene.store.promises().capacity.is_some() {
        return;
    }
    let began = scene.elapsed();
    let running = scene.win(&key(MANY), owner(0)).await;
    let numbers: Vec<_> = (0..MANY).collect();
    // A few side by side: all of them would wait for a slow disk until their leases are over.
    for few in numbers.chunks(10) {
        let handled = few.iter().map(async |number| {
            let lease = scene.win(&key(*number), owner(*number)).await;
            scene.finish(&lease, End::Processed).await;
        });
        join_all(handled).await;
    }
    let mut kept = 0;
    for number in numbers {
        kept += usize::from(scene.look(&key(number)).await == State::Done);
    }
    // A machine that stood still proves nothing.
    if scene.elapsed() < began.saturating_add(scene.terms.retain) {
        promise(
            "a store that says it has no bound forgets no mark",
            kept == MANY,
            &format_args!("{kept} of {MANY}"),
        );
    }
    let state = scene.look(running.key()).await;
    if scene.elapsed() < began.saturating_add(scene.terms.lease) {
        promise(
            "a store that says it has no bound forgets no lease",
            matches!(state, State::InProgress { .. }),
            &state,
        );
    }
}

/// A full store may look at a part of its leases at a time, so it has a few tries.
async fn claim_patiently<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
    number: usize,
) -> Claim {
    for _ in 0..100 {
        match scene.try_claim(&key(number), owner(number)).await {
            Err(StoreError::Full) => {}
            claim => return answered("claim", claim),
        }
    }
    answered("claim", scene.try_claim(&key(number), owner(number)).await)
}
