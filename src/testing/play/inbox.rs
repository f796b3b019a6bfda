//! What becomes of events that an inbox has accepted.

use super::together::Together;
use crate::{
    inbox::{DeadReason, Filter, Inbox, Listed, Stands},
    testing::{
        Host, Reply, Sender,
        effect::Fault,
        scene::{Mismatch, Played, Scene, Stop},
    },
    verdict::Reason,
};

const AT_ONCE: usize = 4;
const FORGOTTEN: &str = "the worker was told that the event is handled before its effect had happened: pass errors on \
                         with `?`, leave nothing to a task of its own, and keep no marks of your own in front of the \
                         effect";

/// The rows of an endpoint with an inbox need one that the kit can look into.
pub(super) fn needs_inbox<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    if !scene.has_inbox() {
        return Err(Stop::left_out(
            "the receiver has no inbox: build it with `.inbox(bench.inbox())`",
        ));
    }
    needs_own_inbox(scene)
}

/// An inbox of the application's own is on a clock that the kit cannot move.
pub(super) fn needs_own_inbox<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    if scene.has_inbox() && !scene.has_kits_inbox() {
        return Err(Stop::left_out(
            "the inbox is the application's own: build the receiver with `.inbox(bench.inbox())`",
        ));
    }
    Ok(())
}

/// The sender has its 2xx, and the event waits. Nobody has handled it yet.
async fn accept<H: Host, S: Sender>(scene: &Scene<'_, H, S>, step: &str) -> Played<Reply> {
    let event = scene.event()?;
    scene.bench.0.witness.clear();
    let reply = scene.call(&event).await;
    if reply.is_success() && scene.last() == Some(Reason::Queued) {
        return Ok(reply);
    }
    let change =
        "the event was not taken into the inbox: look at the reason that the receiver gave";
    Err(scene.mismatch(step, "2xx, and that the event is queued", &reply, change))
}

/// An event arrives, and its handler has begun, and waits at its effect.
async fn begin<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played<Reply> {
    scene.effect().hold();
    let reply = accept(scene, "the event arrives, and its handler takes long").await?;
    let inner = &scene.bench.0;
    let begun = || inner.effect.began() > 0 || inner.inbox.queued() == 0;
    inner.crew.works_until(&inner.clock, begun).await;
    // What the handler left elsewhere goes on at once. What waits in it does not.
    scene.pass_a_moment().await;
    if inner.effect.began() == 0 {
        return Err(nothing_handled(scene, "the worker takes the event", &reply));
    }
    if inner.inbox.queued() == 0 {
        let expected = "that the event is not done while its effect is still to happen";
        let step = "the handler waits for its effect";
        return Err(scene.mismatch(step, expected, &reply, FORGOTTEN));
    }
    Ok(reply)
}

fn nothing_handled<H: Host, S: Sender>(scene: &Scene<'_, H, S>, step: &str, reply: &Reply) -> Stop {
    let stopped = scene.accepted(step, reply, 1).err();
    stopped.unwrap_or_else(|| scene.mismatch(step, "a run of the handler", reply, FORGOTTEN))
}

pub(super) async fn copies<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    scene.needs_effect()?;
    let event = scene.event()?;
    let effect = scene.effect();
    effect.hold();
    let inner = &scene.bench.0;
    for step in [
        "copies arrive while it waits",
        "copies arrive while it runs",
    ] {
        let mut calls = Together::new(effect.clone());
        for _ in 0..AT_ONCE {
            calls.start(scene.call(&event));
        }
        calls.finish().await;
        for reply in calls.replies() {
            scene.accepted(step, reply, 0)?;
        }
        let begun = || effect.began() > 0;
        inner.crew.works_until(&inner.clock, begun).await;
    }
    scene.pass_a_moment().await;
    effect.let_go();
    scene.rest().await;
    let step = "a copy arrives once it is handled";
    scene.accepted(step, &scene.send(&event).await, 1)
}

pub(super) async fn failed_run<H: Host, S: Sender>(
    scene: &Scene<'_, H, S>,
    fault: Fault,
) -> Played {
    scene.needs_effect()?;
    let event = scene.event()?;
    let reply = scene.send_to_failing(&event, fault).await?;
    let step = match fault {
        Fault::Fails => "the handler fails, and its sender sends nothing more",
        Fault::Panics => "the handler panics, and its sender sends nothing more",
    };
    if reply.is_success() && scene.count() == 0 && scene.last() == Some(Reason::Handled) {
        let expected = "2xx, and the effect once, by another run";
        return Err(scene.mismatch(step, expected, &reply, FORGOTTEN));
    }
    scene.accepted(step, &reply, 1)?;
    scene.accepted("a copy arrives", &scene.send(&event).await, 1)
}

/// An event that fails until it is a dead letter.
async fn dies<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played<Listed> {
    scene.needs_effect()?;
    let effect = scene.effect();
    effect.goes_wrong(Some(Fault::Fails));
    let reply = accept(scene, "the event arrives").await?;
    scene.rest().await;
    effect.goes_wrong(None);
    let step = "the handler fails as often as it may";
    if effect.began() == 0 {
        return Err(nothing_handled(scene, step, &reply));
    }
    let (expected, change) = match letters(scene).await.into_iter().next() {
        Some(letter) if has_failed(&letter) => return Ok(letter),
        Some(_) => (
            "a dead letter after several tries",
            "an error that another try may mend is no `Nack::rejected`: pass it on with `?`",
        ),
        None if scene.bench.0.inbox.queued() == 0 => {
            ("a dead letter, since its effect never happened", FORGOTTEN)
        }
        None => (
            "a dead letter",
            "the event fails for half a day, and its endpoint stands still with it: say `Nack::unavailable()` only \
             where what every event needs is away",
        ),
    };
    Err(scene.mismatch(step, expected, &reply, change))
}

fn has_failed(letter: &Listed) -> bool {
    let reason = match letter.stands {
        Stands::Dead { reason, .. } => Some(reason),
        _ => None,
    };
    reason == Some(DeadReason::Failed)
}

async fn letters<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Vec<Listed> {
    let page = scene.bench.0.inbox.list(&Filter::dead(), None, 9).await;
    page.map(|page| page.rows).unwrap_or_default()
}

pub(super) async fn dead_letter<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    dies(scene).await?;
    let other = scene.event()?;
    let step = "another event arrives once the handler is mended";
    scene.accepted(step, &scene.send(&other).await, 1)
}

pub(super) async fn replay<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    let letter = dies(scene).await?;
    let inbox = &scene.bench.0.inbox;
    scene.bench.0.witness.clear();
    let replayed = inbox.replay(&letter.key, "the test kit").await;
    scene.rest().await;
    let step = "the handler is mended, and the dead letter replayed";
    if !matches!(replayed, Ok(true)) || scene.count() != 1 {
        return Err(Stop::Failed(Mismatch {
            step: step.to_owned(),
            expected: "the effect once".to_owned(),
            got: format!("the effect {} times", scene.count()),
            change: scene.idle().unwrap_or_else(|| FORGOTTEN.to_owned()),
        }));
    }
    if letters(scene).await.is_empty() && inbox.queued() == 0 {
        return Ok(());
    }
    Err(Stop::Failed(Mismatch {
        step: step.to_owned(),
        expected: "that the event is handled".to_owned(),
        got: "the effect, and a handler that still fails".to_owned(),
        change: "let the handler succeed once its effect has happened".to_owned(),
    }))
}

pub(super) async fn killed<H: Host, S: Sender>(scene: &mut Scene<'_, H, S>) -> Played {
    scene.needs_effect()?;
    let reply = begin(scene).await?;
    scene.restart().await;
    scene.effect().let_go();
    scene.rest().await;
    let step = "the worker's process is killed, and another one starts";
    scene.accepted(step, &reply, 1)
}

pub(super) async fn restart<H: Host, S: Sender>(scene: &mut Scene<'_, H, S>) -> Played {
    let event = scene.event()?;
    scene.bench.0.witness.clear();
    let reply = scene.call(&event).await;
    scene.restart().await;
    scene.rest().await;
    let step = "the application starts again, with an event that waits";
    scene.accepted(step, &reply, 1)?;
    scene.restart().await;
    let step = "a copy of the handled event arrives after a restart";
    scene.accepted(step, &scene.send(&event).await, 1)
}
