//! What is handled in order.

use std::time::Duration;

use super::{
    super::{Batch, Counts, DeadReason, Entry, Inbox, OrderKey},
    Passage,
    scene::{ENDPOINT, Scene, answered, entry, numbers, promise},
};
use crate::dedup::End;

fn ordered(number: usize) -> Entry {
    Entry {
        order: Some(OrderKey::from_bytes([7; 32])),
        ..entry(number)
    }
}

pub(super) async fn one_of_an_order_runs_at_a_time_and_the_oldest_first<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene
        .queue([ordered(0), ordered(1), entry(5), ordered(2)])
        .await;
    let batch = scene.ask(&[ENDPOINT], 9, 0).await;
    promise(
        "only the oldest of an order is handed out, and others beside it",
        numbers(&batch) == [0, 5],
        &batch,
    );
    let first = lease_of(batch, 0);
    scene
        .expect_nothing_due("the next waits while it runs", 1)
        .await;
    let delay = scene.terms.lease / 4;
    scene.give_back(&first, delay, Counts::Failure).await;
    scene
        .expect_nothing_due("the next waits while it waits for another try", 2)
        .await;
    scene.pass(delay + scene.terms.slack).await;
    for (number, by) in [(0, 3), (1, 4), (2, 5)] {
        let batch = scene.ask(&[ENDPOINT], 9, by).await;
        promise(
            "they come in their order",
            numbers(&batch) == [number],
            &batch,
        );
        scene.settle(&lease_of(batch, number), End::Processed).await;
        let order = OrderKey::from_bytes([7; 32]);
        answered("promote", scene.store.promote(&order).await);
    }
}

pub(super) async fn a_dead_letter_lets_the_next_one_go_on<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.queue([ordered(0), ordered(1)]).await;
    let first = scene.take(0).await;
    scene.bury(&first.lease, DeadReason::Failed).await;
    let second = scene.take(1).await;
    let replayed = answered("replay", scene.store.replay(first.lease.key(), "why").await);
    promise("it can be replayed meanwhile", replayed, &replayed);
    scene
        .expect_nothing_due("its replay waits for the one that runs", 2)
        .await;
    scene
        .give_back(&second.lease, Duration::ZERO, Counts::Failure)
        .await;
    let batch = scene.ask(&[ENDPOINT], 9, 3).await;
    promise("and for its further tries", numbers(&batch) == [1], &batch);
}

fn lease_of(batch: Batch, number: usize) -> crate::dedup::Lease {
    let is_it = |lease: &crate::dedup::Lease| *lease.key() == super::scene::key(number);
    let mut leases = batch.rows.into_iter().map(|row| row.lease);
    leases
        .find(is_it)
        .unwrap_or_else(|| panic!("inbox contract: line {number} was handed out"))
}
