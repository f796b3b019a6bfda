//! What is awaited, and when it is due.

use std::time::Duration;

use super::{
    super::{Expectation, Expectations, Expecting},
    Passage,
    scene::{ENDPOINT, Scene, key, numbers, promise},
};
use crate::dedup::Settled;

pub(super) async fn what_is_expected_is_due_after_its_delay<S: Expectations, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let one = Expectation {
        tenant: Some("tenant ' \\ \u{fffd}".into()),
        id: "'; -- \" \\ \u{e4}".into(),
        ..scene.expectation(0)
    };
    scene.expect_new(one.clone()).await;
    let almost = scene.terms.lease.saturating_sub(scene.terms.slack * 2);
    scene.pass(almost).await;
    let early = scene.due(0).await;
    promise("it waits for its delay", early.rows.is_empty(), &early);
    let next = early.next_due.unwrap_or_default();
    promise(
        "the store says when the next is due",
        !next.is_zero() && next <= scene.terms.slack * 3,
        &early,
    );
    scene.pass(scene.terms.slack * 3).await;
    let due = scene.take(0).await;
    promise(
        "it is handed out as it came",
        due.key == one.key && due.id == one.id && due.tenant == one.tenant && due.asked == 0,
        &due,
    );
    let (least, most) = (scene.terms.lease, scene.terms.lease * 2);
    promise("its age is told", due.age >= least && due.age < most, &due);
    promise(
        "what is left until its deadline is told",
        due.left <= one.give_up_after.saturating_sub(least) && due.left > scene.terms.lease,
        &due,
    );
    let open = scene.open(ENDPOINT).await;
    promise("it is counted while it is leased", open == 1, &open);
}

pub(super) async fn a_second_expectation_changes_nothing<S: Expectations, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.expect_new(scene.expectation(0)).await;
    let second = scene.expect(scene.now(0)).await;
    promise("it is known", second == Expecting::Known, &second);
    scene
        .nothing_is_due("the times of the first one count", 0)
        .await;
    scene.lapse().await;
    let due = scene.take(0).await;
    let third = scene.expect(scene.now(0)).await;
    promise("a leased one is known", third == Expecting::Known, &third);
    let ended = scene.end(&due).await;
    promise("its lease stands", ended == Settled::Ok, &ended);
}

pub(super) async fn what_has_ended_can_be_expected_anew<S: Expectations, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.expect_new(scene.now(0)).await;
    let due = scene.take(0).await;
    let asked = scene.postpone(&due, Duration::ZERO, true).await;
    promise("its owner postpones it", asked == Settled::Ok, &asked);
    let due = scene.take(1).await;
    let ended = scene.end(&due).await;
    promise("its owner ends it", ended == Settled::Ok, &ended);
    scene.lapse().await;
    scene.nothing_is_due("what has ended is gone", 2).await;
    let open = scene.open(ENDPOINT).await;
    promise("what has ended is not counted", open == 0, &open);
    scene.expect_new(scene.now(0)).await;
    let due = scene.take(3).await;
    promise("it begins anew", due.asked == 0, &due);
}

pub(super) async fn endpoints_are_apart<S: Expectations, P: Passage>(scene: &Scene<'_, S, P>) {
    scene.expect_new(scene.now(0)).await;
    let other = Expectation {
        endpoint: "second".into(),
        ..scene.now(1)
    };
    scene.expect_new(other).await;
    let batch = scene.due_at("second", 100, 0).await;
    promise("only its own are due", numbers(&batch) == [1], &batch);
    let batch = scene.due_at("third", 100, 1).await;
    promise(
        "an endpoint that awaits nothing has nothing due",
        batch.rows.is_empty() && batch.next_due.is_none(),
        &batch,
    );
    let open = (scene.open(ENDPOINT).await, scene.open("second").await);
    promise("each is counted apart", open == (1, 1), &open);
}

pub(super) async fn the_longest_due_comes_first<S: Expectations, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let step = scene.terms.lease / 4;
    for (number, steps) in [(0, 3), (1, 1), (2, 2), (3, 40)] {
        let one = Expectation {
            first_after: step * steps,
            ..scene.expectation(number)
        };
        scene.expect_new(one).await;
    }
    scene.lapse().await;
    let batch = scene.due_at(ENDPOINT, 2, 0).await;
    promise(
        "the longest due is first",
        numbers(&batch) == [1, 2],
        &batch,
    );
    promise(
        "more is due now",
        batch.next_due == Some(Duration::ZERO),
        &batch,
    );
    let batch = scene.due_at(ENDPOINT, 2, 1).await;
    promise("then the next", numbers(&batch) == [0], &batch);
    let next = batch.next_due.unwrap_or_default();
    promise(
        "a lease or a later one is due next",
        !next.is_zero() && next <= scene.terms.lease,
        &batch,
    );
    promise("a key tells them apart", key(0) != key(1), &key(0));
}
