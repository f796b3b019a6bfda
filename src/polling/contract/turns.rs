//! Who may ask, and when.

use std::time::Duration;

use super::{
    super::{Expectations, Rate, Turn},
    Passage,
    scene::{Scene, answered, promise},
};

fn wait(turn: Turn) -> Option<Duration> {
    match turn {
        Turn::In(wait) => Some(wait),
        Turn::Later(_) => None,
    }
}

pub(super) async fn turns_are_spread<S: Expectations, P: Passage>(scene: &Scene<'_, S, P>) {
    let pause = scene.terms.lease / 2;
    let rate = Rate::every("api ' \\", pause);
    let patience = pause * 10;
    let first = scene.turn(&rate, patience).await;
    promise(
        "the first is now",
        first == Turn::In(Duration::ZERO),
        &first,
    );
    let mut before = Duration::ZERO;
    for _ in 0..2 {
        let turn = scene.turn(&rate, patience).await;
        let next = wait(turn).unwrap_or_default();
        // A server's clock goes on between two calls.
        let slack = scene.terms.slack;
        let (least, most) = (pause.saturating_sub(slack), pause + slack);
        let apart = next.saturating_sub(before);
        promise(
            "two turns are a pause apart",
            apart >= least && apart <= most,
            &(turn, before),
        );
        before = next;
    }
    let other = scene.turn(&Rate::every("another", pause), patience).await;
    promise(
        "another rate has turns of its own",
        other == Turn::In(Duration::ZERO),
        &other,
    );
    scene.pass(pause * 3 + scene.terms.slack).await;
    let turn = scene.turn(&rate, patience).await;
    promise(
        "turns that nobody took are not saved up",
        turn == Turn::In(Duration::ZERO),
        &turn,
    );
    let turn = scene.turn(&rate, patience).await;
    promise(
        "the next one waits",
        wait(turn) > Some(Duration::ZERO),
        &turn,
    );
}

pub(super) async fn a_turn_that_is_too_far_takes_nothing<S: Expectations, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let pause = scene.terms.lease;
    let rate = Rate::every("api", pause);
    scene.turn(&rate, Duration::ZERO).await;
    for _ in 0..3 {
        let turn = scene.turn(&rate, pause / 4).await;
        let is_told = matches!(turn, Turn::Later(wait) if wait > pause / 4 && wait <= pause);
        promise("it is told when to come again", is_told, &turn);
    }
    let turn = scene.turn(&rate, pause).await;
    promise(
        "nothing was taken before",
        wait(turn).is_some_and(|wait| wait <= pause),
        &turn,
    );
}

pub(super) async fn nobody_has_a_turn_while_questions_are_held<S: Expectations, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let hold = scene.terms.lease;
    let rate = Rate::every("api", hold / 8);
    let hold_for = async |lasts| answered("hold", scene.store.hold(&rate, lasts).await);
    hold_for(hold).await;
    let turn = scene.turn(&rate, Duration::ZERO).await;
    promise("nobody has a turn", wait(turn).is_none(), &turn);
    hold_for(hold / 4).await;
    let turn = scene.turn(&rate, hold / 2).await;
    promise(
        "a shorter hold changes nothing",
        wait(turn).is_none(),
        &turn,
    );
    scene.lapse().await;
    let turn = scene.turn(&rate, Duration::ZERO).await;
    promise("it ends by itself", turn == Turn::In(Duration::ZERO), &turn);
}
