//! Bodies are read late, within bounds, and as they are.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::atomic::Ordering,
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, body::Body};
use bytes::Bytes;
use hookgate::{access::ApiKey, providers::logto::Event, time::TokioTimer};
use http::Method;
use http_body::Frame;
use tower::ServiceExt;

use crate::props::{Call, Connection, On, Stage, endless, logto, soon, until};

#[tokio::test]
async fn a_body_is_not_read_before_the_refusal_of_its_head_is_answered() {
    let stage = Stage::logto_with(|builder| builder.access(ApiKey::header("x-key", "k"))).await;
    let app: Router = Router::new().route("/hook", stage.script.route::<Event>(&stage.receiver));
    let right = logto::event(1).with("x-key", "k");
    for (call, status) in [
        (right.clone().method(Method::PUT), 405),
        (right.clone().with("content-type", "text/plain"), 415),
        (right.clone().with("content-encoding", "gzip"), 415),
        (right.clone().with("host", "a").and("host", "b"), 400),
        (right.clone().with("content-length", "1048577"), 413),
        (right.clone().without("x-key"), 401),
        (right.clone().with("x-key", "wrong"), 401),
    ] {
        // A body that would never come to an end, and says whether it was asked.
        let (body, asked) = endless(None);
        let reply = soon(app.clone().oneshot(call.with_body(body)))
            .await
            .unwrap();
        assert_eq!(reply.status(), status);
        assert_eq!(asked.load(Ordering::SeqCst), 0, "{status}");
    }
}

#[tokio::test]
async fn a_sender_that_waits_for_100_continue_is_refused_without_sending_its_body() {
    let stage = Stage::logto_with(|builder| builder.access(ApiKey::header("x-key", "k"))).await;
    let mut raw = Connection::open(stage.server.addr).await;
    raw.write_head(&logto::event(1)).await;
    raw.write("content-length: 500\r\nexpect: 100-continue\r\n\r\n")
        .await;
    assert_eq!(raw.reply().await.status, 401);
}

#[tokio::test]
async fn a_chunked_body_is_413_once_it_is_over_the_limit() {
    let size = logto::body(1).len();
    let stage = Stage::logto_with(|builder| builder.body_limit(size)).await;
    let chunked = |length: usize| format!("{length:x}\r\n{}\r\n", " ".repeat(length));
    let mut raw = Connection::open(stage.server.addr).await;
    raw.write_head(&logto::event(1)).await;
    raw.write("transfer-encoding: chunked\r\n\r\n").await;
    raw.write(chunked(size)).await;
    raw.write(chunked(1)).await;
    assert_eq!(raw.reply().await.status, 413, "before its end");

    let mut raw = Connection::open(stage.server.addr).await;
    raw.write_head(&logto::event(1)).await;
    raw.write("transfer-encoding: chunked\r\n\r\n").await;
    let whole = logto::body(1);
    let (begin, end) = whole.split_at(7);
    for part in [begin, end] {
        raw.write(format!("{:x}\r\n{part}\r\n", part.len())).await;
    }
    raw.write("0\r\n\r\n").await;
    assert_eq!(raw.reply().await.status, 200);
}

#[tokio::test]
async fn of_a_never_ending_body_no_more_is_read_than_the_limit() {
    let stage = Stage::logto_with(|builder| builder.body_limit(100_000)).await;
    let app: Router = Router::new().route("/hook", stage.script.route::<Event>(&stage.receiver));
    let (body, read) = endless(Some(&[b' '; 1000]));
    let call = logto::event(1).with_body(body);
    assert_eq!(app.oneshot(call).await.unwrap().status(), 413);
    assert!(read.load(Ordering::SeqCst) <= 101_000);
}

#[tokio::test]
async fn a_slow_drip_is_408_at_the_deadline_of_the_whole_body() {
    let stage = Stage::logto().await;
    let call = logto::event(1);
    let mut raw = Connection::open(stage.server.addr).await;
    raw.write_head(&call).await;
    raw.write(format!("content-length: {}\r\n\r\n", call.body.len()))
        .await;
    for byte in &call.body[..49] {
        raw.write([*byte]).await;
        stage.pass(Duration::from_millis(100)).await;
    }
    stage.pass(Duration::from_millis(200)).await;
    let reply = raw.reply().await;
    assert_eq!(reply.status, 408);
    assert_eq!(
        reply.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(stage.store.count(On::Claim), 0);
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_no_trace() {
    let stage = Stage::logto().await;
    let mut raw = Connection::open(stage.server.addr).await;
    raw.write_head(&logto::event(1)).await;
    raw.write("content-length: 500\r\n\r\nhalf").await;
    until("the wait", || stage.clock.sleepers() > 0).await;
    raw.reset();
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    assert_eq!((stage.script.runs(), stage.store.count(On::Claim)), (1, 1));
}

#[tokio::test]
async fn bodies_in_flight_share_a_budget_and_what_is_over_it_is_503() {
    let stage = Stage::logto_with(|builder| builder.body_limit(1000).bytes_in_flight(1000)).await;
    let slow = |length: usize| Call::post("/hook", " ".repeat(length));
    let mut half = Connection::open(stage.server.addr).await;
    half.write_head(&slow(1000)).await;
    half.write("content-length: 1000\r\n\r\n").await;
    half.write(" ".repeat(900)).await;
    // Until the server has read those 900, whole deliveries still pass.
    let mut n = 0;
    let refused = loop {
        n += 1;
        let reply = stage.send(&logto::event(n)).await;
        if reply.status != 200 {
            break reply;
        }
    };
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("retry-after"), Some("5"));

    // The deadline gives the bytes back.
    stage.clock.advance(Duration::from_secs(5));
    assert_eq!(half.reply().await.status, 408);
    assert_eq!(stage.send(&logto::event(n)).await.status, 200);
}

#[tokio::test]
async fn what_is_over_the_budget_is_given_back_after_each_end() {
    let size = logto::body(1).len();
    let stage = Stage::logto_with(|builder| builder.body_limit(size).bytes_in_flight(size)).await;
    for n in 1..5 {
        let forged = logto::signed(logto::body(n), "another key");
        assert_eq!(stage.send(&forged).await.status, 401);
        assert_eq!(stage.send(&logto::event(n)).await.status, 200);
        assert_eq!(stage.send(&logto::event(n)).await.status, 200);
        let no_event = logto::signed("[]", logto::KEY);
        assert_eq!(stage.send(&no_event).await.status, 400);
    }
}

/// A body whose next chunk is always there. It uses up its task's budget at each poll.
struct Busy {
    chunks_left: usize,
}

impl http_body::Body for Busy {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let budget = std::pin::pin!(tokio::task::consume_budget());
        std::task::ready!(budget.poll(context));
        let Some(left) = self.chunks_left.checked_sub(1) else {
            return Poll::Ready(None);
        };
        self.chunks_left = left;
        Poll::Ready(Some(Ok(Frame::data(Bytes::new()))))
    }
}

/// It runs on tokio's timer, in tokio's task.
#[tokio::test]
async fn a_body_that_is_always_ready_is_too_slow_at_its_deadline_too() {
    let stage = Stage::logto_with(|builder| {
        builder
            .timer(TokioTimer)
            .body_timeout(Duration::from_millis(5))
    })
    .await;
    let app: Router = Router::new().route("/hook", stage.script.route::<Event>(&stage.receiver));
    // This many only keep a broken test from hanging.
    let busy = Body::new(Busy {
        chunks_left: 5_000_000,
    });
    let reply = app.oneshot(logto::event(1).with_body(busy)).await;
    assert_eq!(reply.unwrap().status(), 408);
}
