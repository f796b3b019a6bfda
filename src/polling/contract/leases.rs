//! Who has what is due, and for how long.

use std::time::Duration;

use super::{
    super::{Due, Expectations},
    Passage,
    scene::{Scene, owner, promise},
};
use crate::dedup::Settled;

pub(super) async fn what_is_leased_is_not_handed_out_until_its_lease_lapses<
    S: Expectations,
    P: Passage,
>(
    scene: &Scene<'_, S, P>,
) {
    scene.expect_new(scene.now(0)).await;
    scene.take(0).await;
    scene.nothing_is_due("one of two has it", 1).await;
    let almost = scene.terms.lease.saturating_sub(scene.terms.slack * 2);
    scene.pass(almost).await;
    scene.nothing_is_due("a lease lasts for its time", 1).await;
    scene.pass(scene.terms.slack * 3).await;
    let due = scene.take(1).await;
    promise(
        "a lease that lapsed counts no question",
        due.asked == 0,
        &due,
    );
}

pub(super) async fn a_late_owner_changes_nothing<S: Expectations, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.expect_new(scene.now(0)).await;
    let late = scene.take(0).await;
    scene.lapse().await;
    let due = scene.take(1).await;
    let stranger = Due {
        owner: owner(2),
        tenant: None,
        id: late.id.clone(),
        ..late
    };
    for other in [&late, &stranger] {
        let ended = scene.end(other).await;
        promise(
            "another one ends nothing",
            ended == Settled::LeaseLost,
            &ended,
        );
        let postponed = scene.postpone(other, Duration::ZERO, true).await;
        promise(
            "another one postpones nothing",
            postponed == Settled::LeaseLost,
            &postponed,
        );
    }
    scene.nothing_is_due("the lease stands", 3).await;
    let postponed = scene.postpone(&due, Duration::ZERO, true).await;
    promise("its owner has it", postponed == Settled::Ok, &postponed);
    let again = scene.postpone(&due, Duration::ZERO, true).await;
    promise(
        "who gave it back has it no more",
        again == Settled::LeaseLost,
        &again,
    );
    let due = scene.take(4).await;
    promise("one question was asked", due.asked == 1, &due);
    let ended = scene.end(&due).await;
    promise("its owner ends it", ended == Settled::Ok, &ended);
    let ended = scene.end(&due).await;
    promise("it ends once", ended == Settled::LeaseLost, &ended);
}

pub(super) async fn what_was_postponed_waits_for_its_time<S: Expectations, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.expect_new(scene.now(0)).await;
    let due = scene.take(0).await;
    scene.postpone(&due, scene.terms.lease, false).await;
    let almost = scene.terms.lease.saturating_sub(scene.terms.slack * 2);
    scene.pass(almost).await;
    scene.nothing_is_due("it waits for its time", 1).await;
    scene.pass(scene.terms.slack * 3).await;
    let due = scene.take(1).await;
    promise("it was not asked for", due.asked == 0, &due);
    scene.postpone(&due, Duration::ZERO, true).await;
    let due = scene.take(2).await;
    promise("it was asked for once", due.asked == 1, &due);
}

pub(super) async fn a_deadline_that_has_passed_leaves_nothing<S: Expectations, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let one = super::super::Expectation {
        give_up_after: scene.terms.lease,
        ..scene.now(0)
    };
    scene.expect_new(one).await;
    let due = scene.take(0).await;
    promise("its deadline is ahead", !due.left.is_zero(), &due);
    scene.lapse().await;
    let due = scene.take(1).await;
    promise("its deadline has passed", due.left.is_zero(), &due);
    promise("its age goes on", due.age >= scene.terms.lease, &due);
}
