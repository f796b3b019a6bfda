//! Handlers that are always ready use up their task's budget. That starves nothing of ours.
//!
//! They run on tokio's own timer, whose sleeps ask for that budget too. Nothing here depends on how long
//! anything takes.

use std::{sync::Arc, time::Duration};

use hookgate::time::TokioTimer;
use tokio::sync::watch;

use crate::{
    everywhere::everywhere,
    handlers::{is_ok, is_unavailable, sent},
    stage::reaches,
    stores::Beating,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_sender_of_a_busy_handler_is_answered_at_its_deadline() {
    everywhere(
        |tools| {
            tools
                .receiver()
                .timer(TokioTimer)
                .handler_deadline(Duration::from_millis(20))
        },
        async |scene| {
            let late = sent(scene, "busy").await;
            is_unavailable(&late, Some("5"));
            assert_eq!((scene.stage.runs(), scene.stage.ends()), (1, 0));
            scene.stage.open();
            scene.stage.ended(1).await;
            let copy = sent(scene, "busy").await;
            is_ok(&copy);
            assert_eq!(scene.stage.runs(), 1);
            vec![late, copy]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_handler_keeps_its_lease() {
    let beats = Arc::new(watch::Sender::new(0));
    everywhere(
        |tools| {
            tools
                .receiver()
                .dedup(Beating::new(&tools.clock, &beats))
                .timer(TokioTimer)
                .heartbeat(Duration::from_millis(20))
                .handler_deadline(Duration::from_secs(3600))
        },
        async |scene| {
            let before = *beats.borrow();
            let busy = scene.start(&scene.event("msg_1", "busy"));
            reaches(&beats, |beats: &usize| *beats >= before + 3).await;
            scene.stage.open();
            let answer = busy.await.unwrap();
            is_ok(&answer);
            assert_eq!(scene.stage.runs(), 1);
            vec![answer]
        },
    )
    .await;
}
