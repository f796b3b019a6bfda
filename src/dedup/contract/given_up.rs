//! A claim that was given up is granted to nobody.
//!
//! Its call timed out, so its caller released it under its token. Both may reach the store in either
//! order: a release that overtakes its claim must win, or the claim is held by nobody for a lease.

use super::{
    Passage,
    scene::{Expected, Scene, answered, key, owner, promise, won},
};
use crate::{
    dedup::{Claim, DedupStore, End, Lease, Settled},
    identity::EventKey,
};

/// Tokens that may give up one key at about the same time: as many as a sender has copies under way.
const TOKENS: usize = 4;

/// Releases the claim of `key` by `owner`, which may never have arrived.
async fn give_up<S: DedupStore, P: Passage>(scene: &Scene<'_, S, P>, key: &EventKey, by: usize) {
    let lease = Lease::granted(*key, owner(by), 1);
    let settle = scene.store.settle(&lease, End::Release, scene.terms.retain);
    let released = answered("settle", settle.await);
    promise(
        "a release of what is not held is `Ok`",
        released == Settled::Ok,
        &released,
    );
}

async fn expect_refusal<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
    key: &EventKey,
    by: usize,
) {
    let late = scene.claim(key, owner(by)).await;
    promise(
        "a claim that comes after its own release is not granted",
        !matches!(late, Claim::Won(_)),
        &late,
    );
}

pub(super) async fn a_release_that_overtakes_its_claim_wins<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let key = key(0);
    give_up(scene, &key, 0).await;
    scene
        .expect_state(
            "a release of what was never claimed leaves the key free",
            &key,
            Expected::Free,
        )
        .await;
    // Again and again, as callers do that had no answer; and the claim may be a while on its way.
    for _ in 0..2 {
        give_up(scene, &key, 0).await;
        scene.pass(scene.terms.lease / 2).await;
        expect_refusal(scene, &key, 0).await;
        scene
            .expect_state(
                "a claim that is not granted leaves the key free",
                &key,
                Expected::Free,
            )
            .await;
    }
    let other = scene.win(&key, owner(1)).await;
    expect_refusal(scene, &key, 0).await;
    scene.finish(&other, End::Release).await;
    expect_refusal(scene, &key, 0).await;
    let last = scene.win(&key, owner(2)).await;
    scene.finish(&last, End::Processed).await;
    let done = scene.claim(&key, owner(0)).await;
    promise(
        "a late claim of a completed event is told that it is done",
        matches!(done, Claim::Done { .. }),
        &done,
    );
}

pub(super) async fn a_lapsed_lease_that_was_given_up_is_not_granted_again<
    S: DedupStore,
    P: Passage,
>(
    scene: &Scene<'_, S, P>,
) {
    let (own, others) = (key(0), key(1));
    scene.win(&own, owner(0)).await;
    let lapsed = scene.win(&others, owner(1)).await;
    scene.lapse().await;
    for key in [&own, &others] {
        give_up(scene, key, 0).await;
        scene
            .expect_state("a lapsed lease stays free", key, Expected::Free)
            .await;
        expect_refusal(scene, key, 0).await;
    }
    let next = won(
        "any other owner may take a lapsed lease over",
        scene.claim(&others, owner(2)).await,
    );
    promise(
        "the attempt grows with a takeover, whoever gave the key up before",
        next.attempt() > lapsed.attempt(),
        &next,
    );
    scene.win(&own, owner(2)).await;
}

pub(super) async fn what_was_held_and_released_is_not_granted_again<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let key = key(0);
    let lease = scene.win(&key, owner(0)).await;
    scene.finish(&lease, End::Release).await;
    // A claim is sent twice where its connection broke; the first may arrive last.
    expect_refusal(scene, &key, 0).await;
    // However many take it over meanwhile.
    for by in 1..TOKENS {
        let next = scene.win(&key, owner(by)).await;
        expect_refusal(scene, &key, 0).await;
        scene.finish(&next, End::Release).await;
        for earlier in 0..=by {
            expect_refusal(scene, &key, earlier).await;
        }
    }
    let last = scene.win(&key, owner(TOKENS)).await;
    scene.finish(&last, End::Processed).await;
}

pub(super) async fn others_come_and_go_beside_what_was_given_up<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let (key, other) = (key(0), TOKENS);
    let running = scene.win(&key, owner(other)).await;
    for token in 0..TOKENS {
        give_up(scene, &key, token).await;
    }
    scene
        .expect_state(
            "a stranger's release leaves a running lease unharmed",
            &key,
            Expected::InProgress,
        )
        .await;
    scene.finish(&running, End::Release).await;
    for token in 0..TOKENS {
        expect_refusal(scene, &key, token).await;
    }
    let next = scene.win(&key, owner(other + 1)).await;
    scene.finish(&next, End::Release).await;
    for token in 0..TOKENS {
        expect_refusal(scene, &key, token).await;
    }
    let last = scene.win(&key, owner(other + 2)).await;
    let again = won(
        "a claim repeated by its owner is won again, whoever gave the key up",
        scene.claim(&key, owner(other + 2)).await,
    );
    promise(
        "a repeated claim has the same attempt",
        again.attempt() == last.attempt(),
        &again,
    );
    scene.finish(&again, End::Processed).await;
}
