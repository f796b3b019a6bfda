//! Bodies: their bounds, and what a handler gets of them.

use std::{io::Write, time::Duration};

use flate2::{Compression, write::GzEncoder};
use hookgate::simulator::Sent;

use crate::{
    everywhere::{everywhere, on_raw_connections},
    scene::{NOW, Scene, Tools},
    wire::{head, http1},
};

/// An event whose body has `length` bytes.
fn of_length(scene: &Scene, id: &str, act: &str, length: usize) -> Sent {
    let order = format!(r#"{{"act":"{act}"}}"#);
    let body = format!("{order:length$}");
    assert_eq!(body.len(), length);
    scene.sender.send(id, NOW, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_is_413() {
    everywhere(
        |tools| tools.receiver().body_limit(64),
        async |scene| {
            let exact = of_length(scene, "msg_1", "process", 64);
            let over = of_length(scene, "msg_2", "process", 65);
            let answer = scene.send(&over).await;
            assert_eq!(answer.status, 413);
            assert_eq!(scene.stage.runs(), 0);
            assert_eq!(scene.send(&exact).await.status, 200);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declared_length_over_the_limit_is_413_before_the_body_comes() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            let mut sender = scene.connect().await;
            let head = head(&scene.event("msg_1", "process"));
            sender
                .write(format!("{head}content-length: 1048577\r\n\r\n"))
                .await;
            let answer = sender.answer().await.unwrap();
            assert_eq!(answer.status, 413);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunked_body_over_the_limit_is_413_before_it_ends() {
    on_raw_connections(
        |tools| tools.receiver().body_limit(64),
        async |scene| {
            let mut sender = scene.connect().await;
            let head = head(&scene.event("msg_1", "process"));
            let chunk = format!("20\r\n{}\r\n", "x".repeat(32));
            sender
                .write(format!(
                    "{head}transfer-encoding: chunked\r\n\r\n{chunk}{chunk}{chunk}"
                ))
                .await;
            let answer = sender.answer().await.unwrap();
            assert_eq!(answer.status, 413);
            assert_eq!(scene.stage.runs(), 0);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_drips_is_408() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            let sent = scene.event("msg_1", "process");
            let mut sender = scene.connect().await;
            let head = head(&sent);
            sender
                .write(format!("{head}content-length: 17\r\n\r\n{{"))
                .await;
            scene.sleeps(Duration::from_secs(5), 1).await;
            scene.clock.advance(Duration::from_millis(4999));
            sender.write("\"").await;
            scene.clock.advance(Duration::from_millis(1));
            let answer = sender.answer().await.unwrap();
            assert_eq!(answer.status, 408);
            assert_eq!(scene.stage.runs(), 0);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_of_bytes_gets_what_was_authenticated() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let mut event = scene.event("msg_1", "process");
            event.path = "/bytes".to_owned();
            let answer = scene.send(&event).await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.body, r#"{"act":"process"}"#);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_was_compressed_is_unpacked_for_the_handler() {
    everywhere(
        |tools| tools.receiver().accept_gzip(),
        async |scene| {
            let mut event = of_length(scene, "msg_1", "process", 1000);
            let whole = event.body.clone();
            let mut packed = GzEncoder::new(Vec::new(), Compression::best());
            packed.write_all(&whole).unwrap();
            event.body = packed.finish().unwrap().into();
            event.path = "/bytes".to_owned();
            let answer = scene
                .send(&event.with_header("content-encoding", "gzip"))
                .await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.body.as_bytes(), whole);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunked_body_has_its_length_for_the_handler() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            let mut event = scene.event("msg_1", "process");
            event.path = "/bytes".to_owned();
            let head = head(&event);
            let mut sender = scene.connect().await;
            sender
                .write(format!("{head}transfer-encoding: chunked\r\n\r\n"))
                .await;
            sender.write("8\r\n{\"act\":\"\r\n").await;
            sender.write("9\r\nprocess\"}\r\n0\r\n\r\n").await;
            let answer = sender.answer().await.unwrap();
            assert_eq!(
                (answer.status, &*answer.body),
                (200, r#"{"act":"process"}"#)
            );
            vec![answer]
        },
    )
    .await;
}

/// Room for one body of 64 bytes, or for several that have no more together.
fn of_little_room(tools: &Tools) -> hookgate::ReceiverBuilder {
    tools.receiver().body_limit(64).bytes_in_flight(64)
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_handled_leave_no_room_for_more_than_the_budget() {
    everywhere(of_little_room, async |scene| {
        let first = scene.start(&of_length(scene, "msg_1", "wait", 40));
        scene.stage.began(1).await;
        let second = of_length(scene, "msg_2", "process", 25);
        let crowded = scene.send(&second).await;
        assert_eq!(crowded.status, 503, "{crowded:?}");
        assert_eq!(crowded.header("retry-after"), Some("5"));
        assert_eq!(scene.stage.runs(), 1);
        let beside = scene.send(&of_length(scene, "msg_3", "created", 24)).await;
        assert_eq!(beside.status, 201);

        scene.stage.open();
        let first = first.await.unwrap();
        assert_eq!(first.status, 200);
        assert_eq!(scene.send(&second).await.status, 200);
        vec![crowded, beside, first]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_under_way_leave_no_room_for_more_than_the_budget() {
    on_raw_connections(of_little_room, async |scene| {
        let event = of_length(scene, "msg_1", "created", 64);
        let (now, later) = event.body.split_at(40);
        let mut others = (2..).map(|n| of_length(scene, &format!("msg_{n}"), "process", 25));
        let (mut slow, crowded) = 'tries: loop {
            let mut slow = scene.connect().await;
            slow.write(format!("{}content-length: 64\r\n\r\n", head(&event)))
                .await;
            slow.write(now).await;
            // Until the server begins to read it, there is room for others.
            for other in others.by_ref().take(50) {
                let answer = scene.send(&other).await;
                if answer.status != 200 {
                    break 'tries (slow, answer);
                }
            }
            // It came while another was being read, and was one too many.
        };
        assert_eq!(crowded.status, 503, "{crowded:?}");
        assert_eq!(crowded.header("retry-after"), Some("5"));

        slow.write(later).await;
        let slow = slow.answer().await.unwrap();
        assert_eq!(slow.status, 201, "{slow:?} on {:?}", scene.framework);
        assert_eq!(scene.send(&others.next().unwrap()).await.status, 200);
        vec![crowded, slow]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_whose_body_comes_slowly_does_not_outlive_its_mark() {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    const RETENTION: Duration = Duration::from_secs(30 * 24 * 3600);
    /// The least that is safe.
    const PAST: Duration = RETENTION.saturating_sub(hookgate::ReceiverBuilder::RETENTION_MARGIN);
    on_raw_connections(
        |tools| {
            let receiver = tools.receiver().retention(RETENTION);
            let receiver = receiver.past(PAST).future(Duration::ZERO);
            receiver.body_timeout(DAY)
        },
        async |scene| {
            let event = scene.event("msg_1", "process");
            assert_eq!(scene.send(&event).await.status, 200);
            scene.clock.advance(PAST);
            let asked = scene.slept(DAY);
            let mut slow = scene.connect().await;
            let whole = http1(&event);
            slow.write(&whole[..whole.len() - 8]).await;
            scene.sleeps(DAY, asked + 1).await;
            scene
                .clock
                .advance(hookgate::ReceiverBuilder::RETENTION_MARGIN);
            slow.write(&whole[whole.len() - 8..]).await;
            let answer = slow.answer().await.unwrap();
            assert_eq!(answer.status, 401);
            assert_eq!(scene.stage.runs(), 1);
            vec![answer]
        },
    )
    .await;
}
