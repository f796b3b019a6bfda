//! Whether a copy has the content of what was completed.

use super::{
    Passage,
    scene::{Scene, content, key, owner, promise, won},
};
use crate::dedup::{Claim, DedupStore, End};

pub(super) async fn content_is_compared_with_the_completed_one<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let (one, other) = (content("one"), content("other"));
    let cases = [
        (Some(&one), Some(&one), true),
        (Some(&one), Some(&other), false),
        (Some(&one), None, true),
        (None, Some(&one), true),
        (None, None, true),
    ];
    for (number, (first, copy, same)) in cases.into_iter().enumerate() {
        let key = key(number);
        let lease = won(
            "a claim of a free key is won",
            scene.claim_with(&key, owner(0), first).await,
        );
        let running = scene.claim_with(&key, owner(1), copy).await;
        promise(
            "content plays no part while the first runs",
            matches!(running, Claim::InProgress { .. }),
            &running,
        );
        scene.finish(&lease, End::Processed).await;
        let done = scene.claim_with(&key, owner(1), copy).await;
        promise(
            "a copy is told whether its content is the same; it is where either side gave none",
            matches!(done, Claim::Done { same_content } if same_content == same),
            &(number, done),
        );
    }
}

pub(super) async fn the_content_is_that_of_the_owner_who_completed<S: DedupStore, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let (lost, kept) = (content("lost"), content("kept"));
    let key = key(0);
    scene.claim_with(&key, owner(0), Some(&lost)).await;
    scene.lapse().await;
    let lease = won(
        "a lapsed lease is taken over",
        scene.claim_with(&key, owner(1), Some(&kept)).await,
    );
    scene.finish(&lease, End::Processed).await;
    for (copy, same) in [(&kept, true), (&lost, false)] {
        let done = scene.claim_with(&key, owner(2), Some(copy)).await;
        promise(
            "after a takeover, the content is that of the new owner",
            matches!(done, Claim::Done { same_content } if same_content == same),
            &done,
        );
    }
}
