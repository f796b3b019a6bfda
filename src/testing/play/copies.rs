//! Copies of one event.

use std::sync::atomic::Ordering;

use super::together::Together;
use crate::{
    testing::{
        Host, Reply, Sender,
        scene::{Played, Scene},
    },
    verdict::Reason,
};

const AT_ONCE: usize = 4;
/// What to change where a copy ran beside the first.
const TWO_AT_ONCE: &str =
    "two handlers ran at once: look for a store that forgets, or one for each instance";
/// What to change where a copy got its 2xx before the first was done.
const TOO_EARLY: &str = "the copy was acknowledged before the event was handled: let nothing in front of the \
                         receiver answer, and do the work before the handler returns";

pub(super) async fn sequential<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    let event = scene.event()?;
    scene.accepted("the event arrives", &scene.send(&event).await, 1)?;
    scene.accepted("its first copy arrives", &scene.send(&event).await, 1)?;
    scene.accepted("its second copy arrives", &scene.send(&event).await, 1)
}

pub(super) async fn concurrent<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    scene.needs_effect()?;
    let event = scene.event()?;
    let effect = scene.effect();
    effect.hold();
    let witness = &scene.bench.0.witness;
    witness.clear();
    let mut calls = Together::new(effect.clone());
    for _ in 0..AT_ONCE {
        calls.start(scene.call(&event));
    }
    let decided = |calls: &Together<'_>| {
        let waiting = witness.count(Reason::InProgress);
        effect.began().saturating_add(waiting) >= AT_ONCE || calls.replies().next().is_some()
    };
    calls.until(decided).await;
    effect.let_go();
    calls.finish().await;
    let step = format!("{AT_ONCE} copies arrive at once");
    let mut successes = 0;
    for reply in calls.replies() {
        match reply.status {
            503 => {}
            _ => {
                scene.accepted(&step, reply, 1)?;
                successes = 1;
            }
        }
    }
    match calls.replies().next() {
        Some(reply) if successes == 0 => Err(scene.mismatch(
            &step,
            "2xx for the one that ran, and 503 at worst for the others",
            reply,
            "no copy was handled: look at the handler's errors and at the store",
        )),
        _ => Ok(()),
    }
}

pub(super) async fn while_running<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    scene.needs_effect()?;
    let receiver = scene.receiver()?;
    let event = scene.event()?;
    let effect = scene.effect();
    effect.hold();
    let witness = &scene.bench.0.witness;
    witness.clear();
    let mut calls = Together::new(effect.clone());

    calls.start(scene.call(&event));
    calls
        .until(|calls| effect.began() > 0 || calls.reply(0).is_some())
        .await;
    if let Some(early) = calls.reply(0) {
        scene.accepted("the event arrives, and its handler takes long", early, 1)?;
    }
    let longest_wait = receiver.0.once.waiting.patience();
    let timer = &scene.bench.0.timer;
    let before = timer.asked(longest_wait);
    calls.start(scene.call(&event));
    let waits = || {
        let moves_time = scene.bench.0.moves_time.load(Ordering::SeqCst);
        let armed = !moves_time || timer.asked(longest_wait) > before;
        witness.has(Reason::InProgress) && armed
    };
    calls
        .until(|calls| effect.began() > 1 || waits() || calls.reply(1).is_some())
        .await;
    // As long as a copy waits, and no longer.
    scene.bench.0.clock.advance(longest_wait);
    let step = "a copy arrives while the first still runs";
    if effect.began() == 1 {
        calls.until(|calls| calls.reply(1).is_some()).await;
    }
    if effect.began() > 1 || calls.reply(1).is_some_and(Reply::is_success) {
        let began = effect.began();
        effect.let_go();
        calls.finish().await;
        let reply = calls
            .reply(1)
            .cloned()
            .unwrap_or_else(|| Reply::new(0, [], ""));
        let change = if began > 1 { TWO_AT_ONCE } else { TOO_EARLY };
        return Err(scene.mismatch(step, "no 2xx, and one handler at a time", &reply, change));
    }
    if let Some(reply) = calls.reply(1) {
        let change =
            "a sender that gets another status may give up: let no layer change the answer";
        scene.refused(step, reply, 503, 0, change)?;
    }
    effect.let_go();
    calls.finish().await;
    drop(calls);
    receiver.drained().await;
    let step = "a copy arrives once the first is done";
    scene.accepted(step, &scene.send(&event).await, 1)
}
