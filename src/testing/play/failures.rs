//! What fails, and is tried again.

use std::sync::atomic::Ordering;

use super::together::Together;
use crate::testing::{
    Host, Sender,
    effect::Fault,
    scene::{Played, Scene, Stop},
};

const SWALLOWED: &str = "a failure was acknowledged, so the event is lost: pass the error on with `?`, or \
                         answer `Nack::retry()`; do not answer before the work is done";

pub(super) async fn retry<H: Host, S: Sender>(scene: &Scene<'_, H, S>, fault: Fault) -> Played {
    scene.needs_effect()?;
    let event = scene.event()?;
    let reply = scene.send_to_failing(&event, fault).await?;
    let step = match fault {
        Fault::Fails => "the handler fails",
        Fault::Panics => "the handler panics",
    };
    scene.refused(step, &reply, 503, 0, SWALLOWED)?;
    scene.accepted("the sender tries again", &scene.send(&event).await, 1)?;
    scene.accepted("and once more", &scene.send(&event).await, 1)
}

pub(super) async fn hang_up<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    scene.needs_effect()?;
    let receiver = scene.receiver()?;
    if receiver.cancels_on_disconnect() {
        return Err(Stop::left_out(
            "the receiver is told to `cancel_on_disconnect`",
        ));
    }
    let event = scene.event()?;
    let effect = scene.effect();
    effect.hold();
    scene.bench.0.witness.clear();
    let mut calls = Together::new(effect.clone());
    calls.start(scene.call(&event));
    calls
        .until(|calls| effect.began() > 0 || calls.reply(0).is_some())
        .await;
    if let Some(early) = calls.reply(0) {
        scene.accepted("the event arrives, and its handler takes long", early, 1)?;
    }
    drop(calls);
    effect.let_go();
    effect.until(|effect| effect.count() > 0).await;
    receiver.drained().await;
    let step = "the sender, who hung up while the handler ran, sends a copy";
    scene.accepted(step, &scene.send(&event).await, 1)
}

pub(super) async fn restart<H: Host, S: Sender>(scene: &mut Scene<'_, H, S>) -> Played {
    if !scene.receiver()?.promises().survives_restart {
        return Err(Stop::left_out(
            "the application's store forgets at a restart, and says so: copies then run again",
        ));
    }
    let event = scene.event()?;
    if scene.needs_effect().is_ok() {
        let reply = scene.send_to_failing(&event, Fault::Fails).await?;
        scene.refused("the handler fails", &reply, 503, 0, SWALLOWED)?;
        scene.restart().await;
    }
    let step = "the sender tries again after the restart";
    scene.accepted(step, &scene.send(&event).await, 1)?;
    scene.restart().await;
    let step = "a copy of the handled event arrives after a restart";
    scene.accepted(step, &scene.send(&event).await, 1)?;
    let other = scene.event()?;
    scene.accepted("another event arrives", &scene.send(&other).await, 2)
}

pub(super) async fn store_down<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    let event = scene.event()?;
    let down = &scene.bench.0.down;
    down.store(true, Ordering::SeqCst);
    let reply = scene.send(&event).await;
    down.store(false, Ordering::SeqCst);
    let change = "something is handled or acknowledged without the store: let no layer in front of the \
                  receiver change its answer";
    scene.refused("the store is down", &reply, 503, 0, change)?;
    let step = "the store is back, and the sender tries again";
    scene.accepted(step, &scene.send(&event).await, 1)
}
