//! Refused large bodies. The answer arrives at a sender that still writes, and its next event is handled.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use hookgate::{ReceiverBuilder, access::ApiKey, framework::unread::LINGER, simulator::Sent};
use http::Method;
use http_body_util::Full;
use hyper::body::{Body, Frame};
use tokio::sync::watch;

use crate::{
    everywhere::{on_http2_connections, on_raw_connections},
    scene::{Framework, NOW, Scene, Tools},
    stage::reaches,
    wire::{KeepAlive, answer, head, http1},
};

const LIMIT: usize = 256 * 1024;
/// Bodies up to so many bytes are read to their end: eight times the limit.
const PROMISED: usize = 8 * LIMIT;
const KEY: &str = "opens";

fn receiver(tools: &Tools) -> ReceiverBuilder {
    let access = ApiKey::header("x-api-key", KEY);
    tools.receiver().body_limit(LIMIT).access(access)
}

fn good(scene: &Scene, id: &str) -> Sent {
    scene.event(id, "process").with_header("x-api-key", KEY)
}

/// Requests that are each refused for another reason, with bodies of `length` bytes. A request that would be refused
/// for its length first has as much as it may have.
fn refusals(scene: &Scene, length: usize) -> [(u16, Sent); 4] {
    let large = |id, length| {
        let mut body = br#"{"act":"process"}"#.to_vec();
        body.resize(length, b' ');
        scene
            .sender
            .send(id, NOW, body)
            .with_header("x-api-key", KEY)
    };
    let mut put = large("msg_405", length);
    put.method = Method::PUT;
    [
        (413, large("msg_413", length.max(LIMIT + 1))),
        (
            401,
            large("msg_401", length.min(LIMIT)).without_header("x-api-key"),
        ),
        (
            415,
            large("msg_415", length).with_header("content-encoding", "gzip"),
        ),
        (405, put),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_a_refused_body_to_its_end_before_it_reads_gets_its_answer() {
    on_raw_connections(receiver, async |scene| {
        let mut answers = Vec::new();
        for (status, refused) in refusals(scene, PROMISED) {
            for _ in 0..2 {
                let mut sender = scene.connect().await;
                sender.write(http1(&refused)).await;
                let answer = sender.answer().await.unwrap();
                assert_eq!(answer.status, status, "{answer:?} on {:?}", scene.framework);
                assert!(answer.closes);
                sender.finish_writing().await;
                sender.ends().await;
                answers.push(answer);
            }
        }
        assert_eq!(scene.stage.runs(), 0);
        let next = scene.send(&good(scene, "msg_1")).await;
        assert_eq!(next.status, 200);
        answers
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_event_of_a_sender_that_keeps_its_connection_is_handled() {
    on_raw_connections(receiver, async |scene| {
        let mut sender = KeepAlive::to(scene.tcp());
        let mut answers = Vec::new();
        for length in [1, LIMIT, PROMISED] {
            for (status, refused) in refusals(scene, length) {
                let answer = sender.send(&refused).await.unwrap();
                assert_eq!(answer.status, status, "{answer:?} on {:?}", scene.framework);
                answers.push(answer);
                let next = good(scene, &format!("msg_{length}_{status}"));
                let next = sender.send(&next).await.unwrap();
                assert_eq!(next.status, 200, "{next:?} on {:?}", scene.framework);
                answers.push(next);
            }
        }
        assert_eq!(scene.stage.runs(), 12);
        answers
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_refused_in_its_middle_is_read_on_too() {
    on_raw_connections(receiver, async |scene| {
        let event = good(scene, "msg_1");
        let mut sender = scene.connect().await;
        let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
        let body = chunk.repeat(PROMISED / 0x10000);
        let head = head(&event);
        sender
            .write(format!(
                "{head}transfer-encoding: chunked\r\n\r\n{body}0\r\n\r\n"
            ))
            .await;
        let answer = sender.answer().await.unwrap();
        assert_eq!(answer.status, 413);
        assert!(answer.closes);
        sender.ends().await;
        assert_eq!(scene.send(&event).await.status, 200);
        vec![answer]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_without_an_unread_body_keeps_its_connection() {
    on_raw_connections(receiver, async |scene| {
        let mut sender = scene.connect().await;
        let mut answers = Vec::new();
        let event = good(scene, "msg_1");
        let bodiless = head(&event).replacen("POST", "GET", 1);
        for request in [
            format!("{bodiless}\r\n").into_bytes(),
            format!("{bodiless}content-length: 0\r\n\r\n").into_bytes(),
            // Its body has to be read before it can be refused.
            http1(&event.clone().unsigned()),
            http1(&event),
        ] {
            sender.write(request).await;
            let answer = sender.answer().await.unwrap();
            assert!(!answer.closes);
            answers.push(answer);
        }
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [405, 405, 401, 200]);
        answers
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_waits_for_continue_is_refused_and_nothing_more_is_read() {
    on_raw_connections(receiver, async |scene| {
        let mut sender = scene.connect().await;
        let head = head(&good(scene, "msg_1"));
        sender
            .write(format!(
                "{head}expect: 100-continue\r\ncontent-length: 9999999\r\n\r\n"
            ))
            .await;
        // actix-web says so before it calls any service, and then has to read.
        if scene.framework == Framework::ActixWeb {
            sender.continues().await;
        }
        let answer = sender.answer().await.unwrap();
        assert_eq!(answer.status, 413);
        assert!(answer.closes);
        sender.ends().await;
        assert_eq!(scene.slept(LINGER), 0);
        vec![answer]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_was_told_to_continue_is_read_on_when_its_body_is_refused() {
    on_raw_connections(
        |tools| receiver(tools).body_limit(64),
        async |scene| {
            let mut sender = scene.connect().await;
            let head = head(&good(scene, "msg_1"));
            sender
                .write(format!(
                    "{head}expect: 100-continue\r\ntransfer-encoding: chunked\r\n\r\n"
                ))
                .await;
            sender.continues().await;
            let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
            sender.write(chunk.repeat(8) + "0\r\n\r\n").await;
            let answer = sender.answer().await.unwrap();
            assert_eq!(answer.status, 413);
            assert!(answer.closes);
            sender.finish_writing().await;
            sender.ends().await;
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_sender_that_drips_has_its_answer_at_once_and_a_second_to_end() {
    on_raw_connections(receiver, async |scene| {
        let mut answers = Vec::new();
        for framing in [
            "content-length: 99\r\n\r\n",
            "transfer-encoding: chunked\r\n\r\n9\r\n",
        ] {
            let mut sender = scene.connect().await;
            let head = head(&good(scene, "msg_1").with_header("content-encoding", "gzip"));
            sender.write(format!("{head}{framing}drip")).await;
            let answer = sender.answer().await.unwrap();
            assert_eq!(answer.status, 415);
            assert!(answer.closes);
            answers.push(answer);
            // actix-web counts that second itself.
            if scene.framework != Framework::ActixWeb {
                scene.sleeps(LINGER, answers.len()).await;
                scene.clock.advance(LINGER);
            }
            sender.ends().await;
        }
        answers
    })
    .await;
}

/// A body that begins and never ends, and tells when it is given up.
struct Dripping {
    begin: Option<Bytes>,
    dropped: Arc<watch::Sender<bool>>,
}

impl Body for Dripping {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.begin.take() {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None => Poll::Pending,
        }
    }
}

impl Drop for Dripping {
    fn drop(&mut self) {
        self.dropped.send_replace(true);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_stream_has_its_whole_answer_and_ends_after_a_second() {
    on_http2_connections(receiver, async |scene| {
        let connection = scene.connect_http2().await;
        let refused = good(scene, "msg_1").with_header("content-encoding", "gzip");
        let dropped = Arc::new(watch::Sender::new(false));
        let body = Dripping {
            begin: Some(Bytes::from_static(b"drip")),
            dropped: dropped.clone(),
        };
        let dripping = connection.start(&refused, body);
        let refusal = answer(dripping.await.unwrap().unwrap()).await;
        assert_eq!(refusal.status, 415);
        scene.sleeps(LINGER, 1).await;
        assert!(!*dropped.borrow());
        scene.clock.advance(LINGER);
        reaches(&dropped, |dropped| *dropped).await;
        let next = connection.send(&good(scene, "msg_1")).await;
        assert_eq!(next.status, 200);
        vec![refusal, next]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_stream_that_ends_by_itself_leaves_its_connection_as_it_was() {
    on_http2_connections(receiver, async |scene| {
        let connection = scene.connect_http2().await;
        let mut answers = Vec::new();
        for (status, refused) in refusals(scene, PROMISED) {
            let large = connection.start(&refused, Full::from(refused.body.clone()));
            let refusal = answer(large.await.unwrap().unwrap()).await;
            assert_eq!(refusal.status, status);
            assert!(!refusal.closes);
            answers.push(refusal);
            let next = good(scene, &format!("msg_{status}_next"));
            let next = connection.send(&next).await;
            assert_eq!(next.status, 200);
            answers.push(next);
        }
        answers
    })
    .await;
}
