//! A server that stops in the middle of its work.

use std::time::Duration;

use crate::{
    everywhere::on_raw_connections,
    handlers::is_unavailable,
    scene::BOUND,
    wire::{head, http1},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_stops_once_every_handler_has_ended_and_begins_none_meanwhile() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            let mut waiting = scene.connect().await;
            waiting.write(http1(&scene.event("msg_1", "wait"))).await;
            scene.stage.began(1).await;
            let mut leaving = scene.connect().await;
            leaving.write(http1(&scene.event("msg_2", "wait"))).await;
            scene.stage.began(2).await;
            let mut kept = scene.connect().await;
            kept.write(http1(&scene.event("msg_3", "process"))).await;
            assert_eq!(kept.answer().await.unwrap().status, 200);

            scene.begin_to_stop().await;
            // Only now does one of them go on without its sender.
            leaving.reset();
            scene.stage.moved().await;
            kept.write(http1(&scene.event("msg_4", "process"))).await;
            let over_an_open_connection = kept.answer().await.unwrap();
            is_unavailable(&over_an_open_connection, Some("5"));
            kept.write(http1(&scene.event("msg_4", "process"))).await;
            assert_eq!(kept.answer().await, None, "it is closed");
            let over_a_new_one = scene.send(&scene.event("msg_4", "process")).await;
            is_unavailable(&over_a_new_one, Some("5"));
            assert!(!scene.has_stopped());

            scene.stage.open();
            let waited = waiting.answer().await.unwrap();
            assert_eq!(waited.status, 200);
            assert!(scene.stopped().await.is_idle());
            assert_eq!((scene.stage.runs(), scene.stage.ends()), (3, 3));
            vec![over_an_open_connection, over_a_new_one, waited]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_whose_deadline_passes_while_its_server_stops_runs_to_its_end() {
    const DEADLINE: Duration = Duration::from_secs(7);
    on_raw_connections(
        |tools| tools.receiver().handler_deadline(DEADLINE),
        async |scene| {
            let mut sender = scene.connect().await;
            sender.write(http1(&scene.event("msg_1", "wait"))).await;
            scene.stage.began(1).await;
            scene.sleeps(DEADLINE, 1).await;
            scene.begin_to_stop().await;
            scene.clock.advance(DEADLINE);
            let answer = sender.answer().await.unwrap();
            is_unavailable(&answer, Some("5"));
            // As most senders do once they have their answer.
            sender.reset();
            scene.stage.moved().await;
            assert!(!scene.has_stopped());

            scene.stage.open();
            assert!(scene.stopped().await.is_idle());
            assert_eq!(scene.stage.ends(), 1);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_never_comes_whole_holds_a_server_up_no_longer_than_its_bound() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            // Bare tower has no other routes. The receiver itself reads the body there.
            let mut event = scene.event("msg_1", "process");
            event.path = "/plain".to_owned();
            let mut sender = scene.connect().await;
            let head = head(&event);
            sender
                .write(format!(
                    "{head}expect: 100-continue\r\ncontent-length: 9\r\n\r\n"
                ))
                .await;
            // It is being read.
            sender.continues().await;
            sender.write("half").await;
            scene.begin_to_stop().await;
            scene.clock.advance(BOUND);
            assert!(scene.stopped().await.is_idle());
            Vec::new()
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_bound_is_over_stops_and_tells_what_it_cut_off() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            let mut sender = scene.connect().await;
            sender.write(http1(&scene.event("msg_1", "wait"))).await;
            scene.stage.began(1).await;
            sender.reset();
            scene.stage.moved().await;
            scene.begin_to_stop().await;
            scene.clock.advance(BOUND);
            let left = scene.stopped().await;
            assert_eq!((left.handlers, left.detached), (1, 1));
            assert_eq!(scene.stage.ends(), 0);
            Vec::new()
        },
    )
    .await;
}
