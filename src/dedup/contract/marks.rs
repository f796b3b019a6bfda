//! What is remembered of a completed event, and for how long.

use super::{
    Passage,
    scene::{Expected, Scene, key, owner, promise},
};
use crate::dedup::{Claim, DedupStore, End, Lease, Settled};

pub(super) async fn every_end_but_release_leaves_a_mark<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    for (number, end) in [End::Processed, End::Ignored, End::Rejected]
        .into_iter()
        .enumerate()
    {
        let key = key(number);
        let lease = scene.win(&key, owner(0)).await;
        scene.finish(&lease, end).await;
        let copy = scene.claim(&key, owner(1)).await;
        promise(
            "processed, ignored and rejected events are done",
            matches!(copy, Claim::Done { same_content: true }),
            &copy,
        );
        let own = scene.claim(&key, owner(0)).await;
        promise(
            "a completed event is done for its owner too",
            matches!(own, Claim::Done { .. }),
            &own,
        );
        scene
            .expect_state("a completed event is done", &key, Expected::Done)
            .await;
    }
}

pub(super) async fn a_mark_lasts_for_the_retention_counted_from_completion<
    S: DedupStore,
    P: Passage,
>(
    scene: &Scene<'_, S, P>,
) {
    let ends = [End::Processed, End::Ignored, End::Rejected];
    let mut leases = Vec::new();
    for (number, end) in ends.into_iter().enumerate() {
        leases.push((scene.win(&key(number), owner(0)).await, end));
    }
    // Most of the lease goes by first: a retention counted from the claim ends too early.
    scene.pass(scene.terms.lease / 2).await;
    let before_settle = scene.elapsed();
    for (lease, end) in &leases {
        scene.finish(lease, *end).await;
    }
    let after_settle = scene.elapsed();

    let over = before_settle.saturating_add(scene.terms.retain);
    scene.pass_until_before(over).await;
    for (lease, end) in &leases {
        let copy = scene.claim(lease.key(), owner(1)).await;
        // A machine that stood still proves nothing.
        if scene.elapsed() < over {
            promise(
                "a mark of any end is kept for the whole retention, counted from completion",
                matches!(copy, Claim::Done { .. }),
                &(end, copy),
            );
        }
    }
    scene
        .pass_until_after(after_settle.saturating_add(scene.terms.retain))
        .await;
    for (lease, _) in &leases {
        scene
            .expect_state(
                "a mark ends with its retention",
                lease.key(),
                Expected::Free,
            )
            .await;
    }
    // And the road begins anew.
    let key = key(0);
    let lease = scene.win(&key, owner(2)).await;
    scene.finish(&lease, End::Processed).await;
    scene
        .expect_state(
            "an event handled anew after its retention is done",
            &key,
            Expected::Done,
        )
        .await;
}

pub(super) async fn a_repeated_settle_changes_nothing<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let key = key(0);
    let lease = scene.win(&key, owner(0)).await;
    scene.finish(&lease, End::Processed).await;
    let completed = scene.elapsed();

    scene.pass(scene.terms.retain / 2).await;
    let repeated = scene.settle(&lease, End::Processed).await;
    if scene.elapsed() < completed.saturating_add(scene.terms.retain) {
        promise(
            "the same settle repeated by its owner is `Ok`",
            repeated == Settled::Ok,
            &repeated,
        );
    }
    // Too late to take it back; what it is told is up to the store.
    scene.settle(&lease, End::Release).await;
    let state = scene.look(&key).await;
    if scene.elapsed() < completed.saturating_add(scene.terms.retain) {
        promise(
            "a completed event cannot be released",
            state == crate::dedup::State::Done,
            &state,
        );
    }
    scene
        .pass_until_after(completed.saturating_add(scene.terms.retain))
        .await;
    scene
        .expect_state(
            "a repeated settle does not lengthen the retention",
            &key,
            Expected::Free,
        )
        .await;
}

/// A heartbeat may be under way when its event is settled. What it is told is up to the store.
pub(super) async fn a_late_heartbeat_leaves_the_mark_as_it_is<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let (shortened, lengthened) = (key(0), key(1));
    let mut leases = Vec::new();
    for key in [shortened, lengthened] {
        leases.push(scene.win(&key, owner(0)).await);
    }
    let before_settle = scene.elapsed();
    for lease in &leases {
        scene.finish(lease, End::Processed).await;
    }
    let after_settle = scene.elapsed();
    let twice = scene.terms.retain.saturating_mul(2);
    for (lease, by) in leases.iter().zip([scene.terms.slack, twice]) {
        scene.extend(lease, by).await;
    }

    let end = before_settle.saturating_add(scene.terms.retain);
    scene.pass_until_before(end).await;
    let state = scene.look(&shortened).await;
    // A machine that stood still proves nothing.
    if scene.elapsed() < end {
        promise(
            "a late heartbeat does not shorten the retention",
            state == crate::dedup::State::Done,
            &state,
        );
    }
    scene
        .pass_until_after(after_settle.saturating_add(scene.terms.retain))
        .await;
    scene
        .expect_state(
            "a late heartbeat does not lengthen the retention",
            &lengthened,
            Expected::Free,
        )
        .await;
}

pub(super) async fn a_stranger_cannot_settle<S: DedupStore, P: Passage>(scene: &Scene<'_, S, P>) {
    let key = key(0);
    let lease = scene.win(&key, owner(0)).await;
    let forged = Lease::granted(key, owner(1), lease.attempt());
    for step in ["in progress", "done"] {
        let told = [
            scene.settle(&forged, End::Processed).await,
            scene.extend(&forged, scene.terms.lease).await,
        ];
        promise(
            "who does not own a lease is told `LeaseLost`",
            told == [Settled::LeaseLost; 2],
            &(step, told),
        );
        let released = scene.settle(&forged, End::Release).await;
        promise(
            "a release of what is not held is `Ok`",
            released == Settled::Ok,
            &(step, released),
        );
        if step == "in progress" {
            scene.finish(&lease, End::Processed).await;
        }
    }
    scene
        .expect_state("a stranger changes nothing", &key, Expected::Done)
        .await;

    let unknown = Lease::granted(super::scene::key(1), owner(1), 1);
    let told = [
        scene.settle(&unknown, End::Processed).await,
        scene.extend(&unknown, scene.terms.lease).await,
    ];
    promise(
        "a lease that was never granted is told `LeaseLost`",
        told == [Settled::LeaseLost; 2],
        &told,
    );
    scene
        .expect_state(
            "a lease that was never granted leaves no mark",
            unknown.key(),
            Expected::Free,
        )
        .await;
}
