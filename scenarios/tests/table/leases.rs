//! Leases that end before their handlers do.

use std::time::Duration;

use hookgate::ReceiverBuilder;

use crate::{
    everywhere::{everywhere, on_raw_connections},
    handlers::{is_ok, is_unavailable},
    scene::{Scene, Tools},
    wire::{Answer, http1},
};

fn without_deadline(tools: &Tools) -> ReceiverBuilder {
    tools.receiver().handler_deadline(Duration::from_secs(3600))
}

/// A handler that waits, and whose lease has ended. No heartbeat runs for it while the whole process stands
/// still.
async fn stalled(scene: &Scene) -> tokio::task::JoinHandle<Answer> {
    let stalled = scene.start(&scene.event("msg_1", "wait"));
    scene.stage.began(1).await;
    scene.sleeps(Duration::from_secs(10), 1).await;
    scene.clock.advance(Duration::from_secs(31));
    stalled
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_lost_its_lease_gets_no_2xx() {
    everywhere(without_deadline, async |scene| {
        let late = stalled(scene).await;
        scene.stage.open();
        let late = late.await.unwrap();
        is_unavailable(&late, Some("5"));
        let retry = scene.send(&scene.event("msg_1", "wait")).await;
        is_ok(&retry);
        assert_eq!(scene.stage.runs(), 2);
        vec![late, retry]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_handler_is_answered_as_its_new_owner_ended() {
    everywhere(without_deadline, async |scene| {
        let late = stalled(scene).await;
        let owner = scene.start(&scene.event("msg_1", "wait"));
        scene.stage.began(2).await;
        scene.stage.open_for(2);
        let owner = owner.await.unwrap();
        is_ok(&owner);
        scene.stage.open();
        let late = late.await.unwrap();
        is_ok(&late);
        assert_eq!(scene.stage.runs(), 2);
        vec![owner, late]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_handler_gets_no_2xx_while_its_new_owner_runs() {
    everywhere(without_deadline, async |scene| {
        let late = stalled(scene).await;
        let owner = scene.start(&scene.event("msg_1", "wait"));
        scene.stage.began(2).await;
        scene.stage.open_for(1);
        let late = late.await.unwrap();
        is_unavailable(&late, Some("30"));
        scene.stage.open();
        let owner = owner.await.unwrap();
        is_ok(&owner);
        assert_eq!(scene.stage.runs(), 2);
        vec![late, owner]
    })
    .await;
}

/// As after a crash: nobody settles, and no heartbeat runs.
#[tokio::test(flavor = "multi_thread")]
async fn the_event_of_a_handler_that_is_cut_off_runs_again_once_its_lease_ends() {
    on_raw_connections(
        |tools| tools.receiver().cancel_on_disconnect(),
        async |scene| {
            let event = scene.event("msg_1", "wait");
            let mut sender = scene.connect().await;
            sender.write(http1(&event)).await;
            scene.stage.began(1).await;
            sender.reset();
            scene.stage.dropped().await;
            scene.stage.open();

            let longest_wait = Duration::from_secs(3);
            let early = scene.start(&event);
            scene.sleeps(longest_wait, 1).await;
            scene.clock.advance(longest_wait);
            let early = early.await.unwrap();
            assert_eq!(early.status, 503, "{early:?}");
            assert_eq!(scene.stage.runs(), 1);

            scene.clock.advance(Duration::from_secs(27));
            let retry = scene.send(&event).await;
            is_ok(&retry);
            assert_eq!((scene.stage.runs(), scene.stage.ends()), (2, 1));
            vec![early, retry]
        },
    )
    .await;
}
