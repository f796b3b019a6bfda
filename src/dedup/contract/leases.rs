//! How a lease ends.

use super::{
    Passage,
    scene::{Expected, Scene, key, owner, promise, won},
};
use crate::dedup::{Claim, DedupStore, End, Lease, Settled};

pub(super) async fn a_lease_lasts_for_its_time_and_is_then_taken_over<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let key = key(0);
    let mut before_claim = scene.elapsed();
    let mut last = scene.win(&key, owner(0)).await.attempt();
    for taker in 1..4 {
        let after_claim = scene.elapsed();
        let end = before_claim.saturating_add(scene.terms.lease);
        scene.pass_until_before(end).await;
        let claim = scene.claim(&key, owner(taker)).await;
        // A machine that stood still proves nothing.
        if scene.elapsed() < end {
            promise(
                "a lease lasts until now + `lease`, after a takeover too",
                matches!(claim, Claim::InProgress { .. }),
                &claim,
            );
        }
        scene
            .pass_until_after(after_claim.saturating_add(scene.terms.lease))
            .await;
        scene
            .expect_state("a lapsed lease frees the key", &key, Expected::Free)
            .await;
        before_claim = scene.elapsed();
        let lease = won(
            "a lapsed lease is taken over",
            scene.claim(&key, owner(taker)).await,
        );
        promise(
            "the attempt grows with each takeover",
            lease.attempt() > last,
            &lease,
        );
        last = lease.attempt();
    }
}

/// Nobody may come for a while: the handler of the lapsed lease still runs, and its writes are fenced
/// by its attempt.
pub(super) async fn an_attempt_outlives_its_lease<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let key = key(0);
    let lapsed = scene.win(&key, owner(0)).await;
    for _ in 0..3 {
        scene.lapse().await;
    }
    let lease = won(
        "a lapsed lease is taken over",
        scene.claim(&key, owner(1)).await,
    );
    promise(
        "the attempt grows with a takeover, long after the lease has lapsed too",
        lease.attempt() > lapsed.attempt(),
        &lease,
    );
}

pub(super) async fn a_late_owner_learns_that_it_lost<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let key = key(0);
    let late = scene.win(&key, owner(0)).await;
    scene.lapse().await;
    let new = scene.win(&key, owner(1)).await;

    release_changes_nothing(scene, &late).await;
    let told = [
        scene.settle(&late, End::Processed).await,
        scene.extend(&late, scene.terms.lease).await,
    ];
    promise(
        "after a takeover, settle and extension by the late owner are told `LeaseLost`",
        told == [Settled::LeaseLost; 2],
        &told,
    );
    scene
        .expect_state(
            "a late owner leaves the new owner's lease unharmed",
            &key,
            Expected::InProgress,
        )
        .await;
    scene.finish(&new, End::Processed).await;

    release_changes_nothing(scene, &late).await;
    let told = [
        scene.settle(&late, End::Processed).await,
        scene.extend(&late, scene.terms.lease).await,
    ];
    promise(
        "after another owner's completion, a late owner is told `LeaseLost`",
        told == [Settled::LeaseLost; 2],
        &told,
    );
    scene
        .expect_state(
            "a late owner leaves the new owner's mark unharmed",
            &key,
            Expected::Done,
        )
        .await;
}

pub(super) async fn a_lapsed_lease_is_lost_even_if_nobody_took_it<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let key = key(0);
    let late = scene.win(&key, owner(0)).await;
    scene.lapse().await;
    let told = [
        scene.settle(&late, End::Processed).await,
        scene.extend(&late, scene.terms.lease).await,
    ];
    promise(
        "a lapsed lease can be neither settled nor extended",
        told == [Settled::LeaseLost; 2],
        &told,
    );
    release_changes_nothing(scene, &late).await;
    scene
        .expect_state("a lapsed lease stays free", &key, Expected::Free)
        .await;
    scene.win(&key, owner(1)).await;
}

pub(super) async fn an_extended_lease_ends_when_it_was_told_to<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let key = key(0);
    let lease = scene.win(&key, owner(0)).await;
    scene.pass(scene.terms.lease / 2).await;

    let by = scene.terms.lease.saturating_mul(2);
    let before_extension = scene.elapsed();
    let extended = scene.extend(&lease, by).await;
    let after_extension = scene.elapsed();
    promise(
        "an owner extends its running lease",
        extended == Settled::Ok,
        &extended,
    );

    let end = before_extension.saturating_add(by);
    scene.pass_until_before(end).await;
    let claim = scene.claim(&key, owner(1)).await;
    // A machine that stood still proves nothing.
    if scene.elapsed() < end {
        promise(
            "an extended lease lasts until now + `by`",
            matches!(claim, Claim::InProgress { .. }),
            &claim,
        );
    }
    scene
        .pass_until_after(after_extension.saturating_add(by))
        .await;
    scene
        .expect_state("an extended lease ends at now + `by`", &key, Expected::Free)
        .await;
}

pub(super) async fn a_release_frees_the_key<S: DedupStore, P: Passage>(scene: &Scene<'_, S, P>) {
    let key = key(0);
    let lease = scene.win(&key, owner(0)).await;
    scene.finish(&lease, End::Release).await;
    scene
        .expect_state("a release frees the key", &key, Expected::Free)
        .await;
    // Its answer may have been lost, and the wait for it long.
    scene.pass(scene.terms.lease / 2).await;
    release_changes_nothing(scene, &lease).await;
    let told = [
        scene.settle(&lease, End::Processed).await,
        scene.extend(&lease, scene.terms.lease).await,
    ];
    promise(
        "a released lease can be neither settled as done nor extended",
        told == [Settled::LeaseLost; 2],
        &told,
    );

    let next = scene.win(&key, owner(1)).await;
    release_changes_nothing(scene, &lease).await;
    scene.finish(&next, End::Processed).await;
}

/// Of a lease that its owner does not hold any more; whose the key is then is what follows.
async fn release_changes_nothing<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
    lease: &Lease,
) {
    let released = scene.settle(lease, End::Release).await;
    promise(
        "a release of what is not held is `Ok`",
        released == Settled::Ok,
        &released,
    );
}
