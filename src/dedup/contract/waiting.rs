//! Whoever waits for a key.

use std::{future::poll_fn, pin::pin, task::Poll};

use super::{
    Passage,
    scene::{Scene, key, owner, promise},
};
use crate::dedup::{DedupStore, End};

/// A store need not wake anybody: then callers poll, and there is nothing to prove.
pub(super) async fn whoever_waits_is_woken<S: DedupStore, P: Passage>(scene: &Scene<'_, S, P>) {
    let patience = scene.terms.slack;
    let unseen = key(0);
    let wakes = scene.store.settled(&unseen);
    if !scene.resolves_within(patience, wakes).await {
        return;
    }
    for (number, end) in [End::Processed, End::Release].into_iter().enumerate() {
        let key = key(number);
        let lease = scene.win(&key, owner(0)).await;
        let mut waits = [
            pin!(scene.store.settled(&key)),
            pin!(scene.store.settled(&key)),
        ];
        // Polled, so that they are registered.
        let early = poll_fn(|context| {
            let ready = waits
                .iter_mut()
                .any(|wait| wait.as_mut().poll(context).is_ready());
            Poll::Ready(ready)
        })
        .await;
        promise("nobody is woken while the lease runs", !early, &end);

        scene.finish(&lease, end).await;
        for wait in waits {
            promise(
                "everybody who waits is woken by a settle and by a release",
                scene.resolves_within(patience, wait).await,
                &end,
            );
        }
        promise(
            "who comes after the settle does not wait",
            scene
                .resolves_within(patience, scene.store.settled(&key))
                .await,
            &end,
        );
    }
}
