//! How a line of work ends, and what is left of it.

use std::time::Duration;

use super::{
    super::{Accept, Counts, DeadReason, Inbox},
    Passage,
    scene::{ENDPOINT, Scene, answered, copy, entry, key, owner, promise},
};
use crate::dedup::{End, Lease, Settled, State};

pub(super) async fn an_end_leaves_the_mark_that_it_names<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    for (number, end) in [End::Processed, End::Ignored, End::Rejected]
        .into_iter()
        .enumerate()
    {
        scene.queue([entry(number)]).await;
        let row = scene.take(number).await;
        let settled = scene.settle(&row.lease, end).await;
        promise("an owner ends its line", settled == Settled::Ok, &settled);
        let state = scene.look(&key(number)).await;
        promise("its key is done", state == State::Done, &state);
    }
    scene.expect_nothing_due("no line is left", 9).await;
    scene.forget().await;
    for number in 0..3 {
        let state = scene.look(&key(number)).await;
        promise(
            "a mark ends with its retention",
            state == State::Free,
            &state,
        );
    }
}

pub(super) async fn a_key_of_the_inbox_never_ends_by_itself<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.queue([entry(0)]).await;
    let row = scene.take(0).await;
    scene.bury(&row.lease, DeadReason::Rejected).await;
    scene.queue([entry(1)]).await;
    for _ in 0..2 {
        scene.forget().await;
    }
    for number in 0..2 {
        let accepted = scene.accept(copy(number)).await;
        promise(
            "what waits or is dead is remembered beyond the retention",
            accepted == Accept::Copy,
            &accepted,
        );
    }
}

pub(super) async fn a_late_owner_changes_nothing<S: Inbox, P: Passage>(scene: &Scene<'_, S, P>) {
    scene.queue([entry(0)]).await;
    let late = scene.take(0).await.lease;
    scene.lapse().await;
    let lost = |what: &str, settled: Result<Settled, _>| {
        let settled = answered(what, settled);
        let promised = format!("`{what}` of a lapsed lease is lost");
        promise(&promised, settled == Settled::LeaseLost, &settled);
    };
    for taken_over in [false, true] {
        if taken_over {
            let row = scene.take(1).await;
            promise(
                "a takeover has a higher attempt",
                row.lease.attempt() == 2,
                &row,
            );
        }
        let (store, again) = (&scene.store, Duration::ZERO);
        lost("settle", Ok(scene.settle(&late, End::Processed).await));
        lost("extend", store.extend(&late, scene.terms.lease).await);
        lost(
            "give_back",
            store.give_back(&late, again, Counts::Failure, None).await,
        );
        lost("bury", store.bury(&late, DeadReason::Failed, None).await);
    }
    let state = scene.look(&key(0)).await;
    promise(
        "the new owner's key stays as it is",
        state == State::Done,
        &state,
    );
    let stranger = Lease::of_work(key(0), owner(7), 2);
    lost("settle", Ok(scene.settle(&stranger, End::Processed).await));
}

pub(super) async fn repeated_ends_change_nothing<S: Inbox, P: Passage>(scene: &Scene<'_, S, P>) {
    let ok = |what: &str, settled: Result<Settled, _>| {
        let settled = answered(what, settled);
        let promised = format!("a repeated `{what}` is the same");
        promise(&promised, settled == Settled::Ok, &settled);
    };
    let store = &scene.store;
    scene.queue([entry(0)]).await;
    let lease = scene.take(0).await.lease;
    for _ in 0..2 {
        ok(
            "give_back",
            store
                .give_back(&lease, Duration::ZERO, Counts::Failure, None)
                .await,
        );
    }
    let row = scene.take(1).await;
    promise("a failure counts once", row.failures == 1, &row);
    for _ in 0..2 {
        ok("settle", Ok(scene.settle(&row.lease, End::Processed).await));
    }
    scene.queue([entry(1)]).await;
    let lease = scene.take(2).await.lease;
    for _ in 0..2 {
        ok("bury", store.bury(&lease, DeadReason::Failed, None).await);
    }
}

pub(super) async fn each_run_counts_as_it_ended<S: Inbox, P: Passage>(scene: &Scene<'_, S, P>) {
    scene.queue([entry(0)]).await;
    let counts = async |by: usize, expected: (u32, u32, u32)| {
        let mut rows = scene.ask(&[ENDPOINT], 9, by).await.rows;
        let row = rows
            .pop()
            .unwrap_or_else(|| panic!("inbox contract: a line is due"));
        let counted = (row.lease.attempt(), row.failures, row.vanished);
        promise(
            "attempt, failures and vanished runs are counted apart",
            counted == expected,
            &counted,
        );
        row.lease
    };
    let first = counts(0, (1, 0, 0)).await;
    scene
        .give_back(&first, Duration::ZERO, Counts::Nothing)
        .await;
    let second = counts(1, (2, 0, 0)).await;
    scene
        .give_back(&second, Duration::ZERO, Counts::Failure)
        .await;
    counts(2, (3, 1, 0)).await;
    scene.lapse().await;
    counts(3, (4, 1, 1)).await;
    scene.lapse().await;
    let fifth = counts(4, (5, 1, 2)).await;
    scene.settle(&fifth, End::Release).await;
    let sixth = counts(5, (6, 1, 2)).await;
    scene
        .give_back(&sixth, Duration::ZERO, Counts::Failure)
        .await;
    counts(6, (7, 2, 0)).await;
}
