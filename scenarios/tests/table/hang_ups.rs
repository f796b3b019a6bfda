//! Senders that leave. A handler that began runs to its end, and its event is done.

use std::time::Duration;

use hookgate::simulator::Sent;

use crate::{
    everywhere::on_raw_connections,
    scene::{Framework, Scene},
    wire::{Answer, head, http1},
};

/// The one handler runs to its end, and its event is done.
pub(crate) async fn ran_once(scene: &Scene, event: &Sent) -> Answer {
    scene.stage.ended(1).await;
    scene.receiver.drained().await;
    let copy = scene.send(event).await;
    assert_eq!(copy.status, 200);
    assert_eq!(scene.stage.runs(), 1);
    copy
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_resets_its_connection_does_not_stop_the_handler() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            let event = scene.event("msg_1", "wait");
            let mut sender = scene.connect().await;
            sender.write(http1(&event)).await;
            scene.stage.began(1).await;
            sender.reset();
            // The connection is gone. The handler would be gone too, but for its task.
            scene.stage.moved().await;
            scene.stage.open();
            vec![ran_once(scene, &event).await]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_whose_sender_left_ends_before_its_server_does() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            let mut sender = scene.connect().await;
            sender.write(http1(&scene.event("msg_1", "wait"))).await;
            scene.stage.began(1).await;
            sender.reset();
            scene.stage.moved().await;
            scene.begin_to_stop().await;
            scene.stage.open();
            assert!(scene.stopped().await.is_idle());
            assert_eq!(scene.stage.ends(), 1);
            Vec::new()
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_finishes_its_side_does_not_stop_the_handler() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            let event = scene.event("msg_1", "wait");
            let mut sender = scene.connect().await;
            sender.write(http1(&event)).await;
            scene.stage.began(1).await;
            sender.finish_writing().await;
            if scene.framework == Framework::ActixWeb {
                // It goes on, and may answer.
                scene.stage.open();
                let answer = sender.answer().await;
                assert!(answer.is_none_or(|answer| answer.status == 200));
            } else {
                // hyper takes it for a sender that left.
                assert_eq!(sender.answer().await, None);
                scene.stage.moved().await;
                scene.stage.open();
            }
            vec![ran_once(scene, &event).await]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_leaves_in_its_body_claims_nothing() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            let event = scene.event("msg_1", "process");
            let whole = http1(&event);
            for reset in [false, true] {
                let mut sender = scene.connect().await;
                sender.write(&whole[..whole.len() - 8]).await;
                scene
                    .sleeps(Duration::from_secs(5), 1 + usize::from(reset))
                    .await;
                if reset {
                    sender.reset();
                } else {
                    sender.finish_writing().await;
                    let answer = sender.answer().await;
                    assert!(answer.is_none_or(|answer| answer.status == 400));
                }
            }
            assert_eq!(scene.stage.runs(), 0);
            let answer = scene.send(&event).await;
            assert_eq!(answer.status, 200);
            assert_eq!(scene.stage.runs(), 1);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_leaves_in_its_head_is_no_delivery() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            let event = scene.event("msg_1", "process");
            let mut sender = scene.connect().await;
            sender.write(head(&event)).await;
            sender.finish_writing().await;
            let _ = sender.answer().await;
            assert_eq!(scene.stage.runs(), 0);
            let answer = scene.send(&event).await;
            assert_eq!(answer.status, 200);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_copy_whose_sender_leaves_leaves_nothing() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            let event = scene.event("msg_1", "wait");
            let first = scene.start(&event);
            scene.stage.began(1).await;
            let mut leaving = scene.connect().await;
            leaving.write(http1(&event)).await;
            scene.sleeps(Duration::from_secs(3), 1).await;
            leaving.reset();
            let staying = scene.start(&event);
            scene.sleeps(Duration::from_secs(3), 2).await;
            scene.stage.open();
            let answers = vec![first.await.unwrap(), staying.await.unwrap()];
            assert!(answers.iter().all(|answer| answer.status == 200));
            assert_eq!(scene.stage.runs(), 1);
            answers
        },
    )
    .await;
}
