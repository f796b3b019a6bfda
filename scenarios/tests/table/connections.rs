//! Connections that carry more than one request.

use crate::{everywhere::on_raw_connections, scene::NOW, wire::http1};

#[tokio::test(flavor = "multi_thread")]
async fn pipelined_requests_are_answered_in_their_order() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            let mut sender = scene.connect().await;
            let mut bytes = http1(&scene.event("msg_1", "created"));
            bytes.extend(http1(&scene.event("msg_1", "created")));
            bytes.extend(http1(&scene.event("msg_2", "process").unsigned()));
            bytes.extend(http1(&scene.event("msg_3", "created")));
            sender.write(bytes).await;
            let mut answers = Vec::new();
            for _ in 0..4 {
                answers.push(sender.answer().await.unwrap());
            }
            let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
            assert_eq!(statuses, [201, 200, 401, 201]);
            assert_eq!(scene.stage.runs(), 2);
            answers
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_outlives_refusals_and_failures() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            let mut sender = scene.connect().await;
            let mut answers = Vec::new();
            for sent in [
                scene.event("msg_1", "process").unsigned(),
                scene.event("msg_1", "retry"),
                scene.event("msg_1", "panic"),
                scene.event("msg_1", "process"),
            ] {
                sender.write(http1(&sent)).await;
                answers.push(sender.answer().await.unwrap());
            }
            let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
            assert_eq!(statuses, [401, 503, 503, 200]);
            answers
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_comes_byte_by_byte_is_like_any_other() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            let mut sender = scene.connect().await;
            for byte in http1(&scene.event("msg_1", "created")) {
                sender.write([byte]).await;
            }
            let answer = sender.answer().await.unwrap();
            assert_eq!(answer.status, 201);
            vec![answer]
        },
    )
    .await;
}

/// More than the buffers between a sender that reads nothing and its server.
const LARGE: usize = 200 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_reads_slowly_gets_its_whole_answer_and_holds_up_nobody() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            let padding = "x".repeat(LARGE);
            let body = format!(r#"{{"act":"process","padding":"{padding}"}}"#);
            let mut event = scene.sender.send("msg_1", NOW, body);
            event.path = "/bytes".to_owned();
            let mut slow = scene.connect_with_little_room().await;
            slow.write(http1(&event)).await;
            let head = slow.begin_to_read().await;
            assert!(head.starts_with(b"HTTP/1.1 200"));

            let mut other = scene.connect().await;
            other.write(http1(&scene.event("msg_2", "created"))).await;
            let beside = other.answer().await.unwrap();
            assert_eq!(beside.status, 201);

            let answer = slow.answer().await.unwrap();
            assert_eq!(answer.status, 200);
            assert_eq!(answer.body.as_bytes(), event.body);
            vec![beside, answer]
        },
    )
    .await;
}
