//! Who wins a claim.

use std::time::Duration;

use super::{
    Passage,
    scene::{Expected, Scene, answered, join_all, key, owner, promise, won},
};
use crate::dedup::{Claim, DedupStore, End, State};

const CLAIMERS: usize = 32;

pub(super) async fn one_of_many_claims_wins<S: DedupStore, P: Passage>(scene: &Scene<'_, S, P>) {
    for number in 0..8 {
        let key = key(number);
        let claims = (0..CLAIMERS).map(|claimer| scene.try_claim(&key, owner(claimer)));
        let claims = join_all(claims).await;
        let (mut attempts, mut told) = (Vec::new(), 0);
        for claim in claims {
            match answered("claim", claim) {
                Claim::Won(lease) => attempts.push(lease.attempt()),
                Claim::InProgress { .. } => told += 1,
                done @ Claim::Done { .. } => {
                    promise("a running event is not done", false, &done);
                }
            }
        }
        promise(
            "exactly one of many claims of a key wins",
            attempts.len() == 1 && told == CLAIMERS - 1,
            &format_args!("of {CLAIMERS} claims those with the attempts {attempts:?} won"),
        );
    }
}

pub(super) async fn an_owner_wins_its_claim_again<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let key = key(0);
    let first = scene.win(&key, owner(0)).await;
    let again = won(
        "a claim repeated by its owner is won again",
        scene.claim(&key, owner(0)).await,
    );
    promise(
        "a repeated claim has the same attempt",
        again.attempt() == first.attempt(),
        &again,
    );
    promise(
        "a granted lease is of this key and owner",
        again.key() == &key && again.owner() == &owner(0),
        &again,
    );
    scene.finish(&again, End::Processed).await;
}

pub(super) async fn others_are_told_that_it_is_in_progress<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let key_held = key(0);
    let lease = scene.win(&key_held, owner(0)).await;
    let latest = scene.terms.lease.saturating_add(scene.terms.slack);
    let is_sane = |wait: Duration| wait > Duration::ZERO && wait <= latest;

    let claim = scene.claim(&key_held, owner(1)).await;
    promise(
        "another claim is told when the lease ends at the latest",
        matches!(claim, Claim::InProgress { retry_after } if is_sane(retry_after)),
        &claim,
    );
    let state = scene.look(&key_held).await;
    promise(
        "a look is told when the lease ends at the latest",
        matches!(state, State::InProgress { retry_after } if is_sane(retry_after)),
        &state,
    );
    // The held key holds no other one, and the refused claim harmed nothing.
    scene.win(&key(1), owner(1)).await;
    scene.finish(&lease, End::Processed).await;
}

pub(super) async fn a_look_never_claims<S: DedupStore, P: Passage>(scene: &Scene<'_, S, P>) {
    let key = key(0);
    for _ in 0..2 {
        scene
            .expect_state("a key never seen is free", &key, Expected::Free)
            .await;
    }
    let lease = scene.win(&key, owner(0)).await;
    scene
        .expect_state("a claimed key is in progress", &key, Expected::InProgress)
        .await;
    scene.finish(&lease, End::Processed).await;
    scene
        .expect_state("a completed key is done", &key, Expected::Done)
        .await;
}
