//! Events that are taken: usual ones, those of new keys, and those that nobody knows.

use std::sync::atomic::Ordering;

use crate::{
    testing::{
        Content, Host, Sender,
        scene::{Played, Scene, Stop},
    },
    verdict::Reason,
};

const NEXT_SECRET: &str = "canary-of-a-secret-that-comes-next";

pub(super) async fn first_delivery<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    let event = scene.event()?;
    scene.accepted("the event arrives", &scene.send(&event).await, 1)?;
    let other = scene.event()?;
    scene.accepted("another event arrives", &scene.send(&other).await, 2)
}

pub(super) async fn rotated_key<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    scene.needs_signature()?;
    if !scene.bench.0.keys_taken.load(Ordering::SeqCst) {
        return Err(Stop::left_out(
            "the application has keys of its own: give its pack those of `Bench::keys`",
        ));
    }
    let secret = &scene.kit.secret;
    let rotate = |keys: &[(&'static str, &str)]| {
        scene
            .bench
            .rotate(keys.iter().copied())
            .map_err(|error| Stop::LeftOut(error.to_string()))
    };
    let now = scene.now();
    rotate(&[("next", NEXT_SECRET), ("current", secret)])?;
    let new = scene.event_at(now, NEXT_SECRET)?;
    let step = "the ring has both keys, and the new one signs";
    scene.accepted(step, &scene.send(&new).await, 1)?;
    let old = scene.event_at(now, secret)?;
    let step = "the ring has both keys, and the old one signs";
    scene.accepted(step, &scene.send(&old).await, 2)?;
    rotate(&[("next", NEXT_SECRET)])?;
    let late = scene.event_at(now, secret)?;
    scene.refused(
        "the old key is gone, and still signs",
        &scene.send(&late).await,
        401,
        2,
        "the old key is still taken: give the pack the ring itself, not a copy of its secrets",
    )
}

pub(super) async fn unknown_type<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    answered(
        scene,
        Content::UnknownType,
        "an event of an unknown type arrives",
        ("2xx", &[]),
        "answer `Ack::ignored(…)` for a type that the handler does not know, and keep what it may need from \
         `delivery.payload()`",
    )
    .await
}

/// Whoever asks for a retry has lost nothing: it is sent again, and the receiver has logged it.
pub(super) async fn other_shape<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    answered(
        scene,
        Content::OtherShape,
        "an event arrives whose data has another shape",
        ("2xx, or 503 since the handler asks for a retry", &[Reason::HandlerRetry]),
        "say `Nack::retry()` for an event that does not fit its type, or keep its `delivery.payload()` and say \
         `Ack::processed()`",
    )
    .await
}

async fn answered<H: Host, S: Sender>(
    scene: &Scene<'_, H, S>,
    content: Content,
    step: &str,
    (expected, or): (&str, &[Reason]),
    change: &'static str,
) -> Played {
    scene.receiver()?;
    let asked = scene.asked(scene.now(), &scene.kit.secret, content);
    let Some(event) = scene.ask(&asked) else {
        return Err(Stop::left_out("the sender has no such event"));
    };
    let reply = scene.send(&event).await;
    match scene.last() {
        // The answer says nothing of its run.
        Some(reason) if scene.has_inbox() && reply.is_success() => {
            if reason == Reason::Handled || reason == Reason::NotOfInterest || or.contains(&reason)
            {
                return Ok(());
            }
            let expected = "2xx, and a run that does not end as a dead letter";
            Err(scene.mismatch(step, expected, &reply, change))
        }
        Some(_) if reply.is_success() => Ok(()),
        Some(reason) if or.contains(&reason) => Ok(()),
        _ => Err(scene.mismatch(step, expected, &reply, change)),
    }
}
