//! One HTTP/2 connection, whose streams are independent of one another.

use std::{
    convert::Infallible,
    net::Shutdown,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame};

use crate::{
    everywhere::on_http2_connections,
    hang_ups::ran_once,
    scene::{Framework, NOW, Scene},
    wire::answer,
};

/// A body that begins, and never ends.
struct Begun(Option<Bytes>);

impl Begun {
    fn with(bytes: &[u8]) -> Self {
        Self(Some(Bytes::copy_from_slice(bytes)))
    }
}

impl Body for Begun {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.0.take() {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None => Poll::Pending,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_waits_holds_up_no_other() {
    on_http2_connections(
        |tools| tools.receiver(),
        async |scene| {
            let connection = scene.connect_http2().await;
            let event = scene.event("msg_1", "wait");
            let waiting = connection.start(&event, Full::from(event.body.clone()));
            scene.stage.began(1).await;
            let refused = scene.event("msg_2", "process").unsigned();
            let mut answers = vec![
                connection.send(&refused).await,
                connection.send(&scene.event("msg_2", "created")).await,
                connection.send(&scene.event("msg_3", "panic")).await,
            ];
            scene.stage.open();
            answers.push(answer(waiting.await.unwrap().unwrap()).await);
            let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
            assert_eq!(statuses, [401, 201, 503, 200]);
            answers
        },
    )
    .await;
}

/// hyper drops the handler of a sender that left. actix-web lets it go on by itself.
async fn goes_on(scene: &Scene) {
    if scene.framework != Framework::ActixWeb {
        scene.stage.moved().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_reset_does_not_stop_the_handler() {
    on_http2_connections(
        |tools| tools.receiver(),
        async |scene| {
            let connection = scene.connect_http2().await;
            let event = scene.event("msg_1", "wait");
            let leaving = connection.start(&event, Full::from(event.body.clone()));
            scene.stage.began(1).await;
            leaving.abort();
            goes_on(scene).await;
            scene.stage.open();
            vec![ran_once(scene, &event).await, connection.send(&event).await]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_does_not_stop_the_handler() {
    on_http2_connections(
        |tools| tools.receiver(),
        async |scene| {
            let event = scene.event("msg_1", "wait");
            let (connection, socket) = scene.connect_http2_with_socket().await;
            let leaving = connection.start(&event, Full::from(event.body.clone()));
            scene.stage.began(1).await;
            socket.shutdown(Shutdown::Both).unwrap();
            assert!(leaving.await.unwrap().is_err());
            goes_on(scene).await;
            scene.stage.open();
            vec![ran_once(scene, &event).await]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_reset_in_its_body_claims_nothing() {
    on_http2_connections(
        |tools| tools.receiver(),
        async |scene| {
            let connection = scene.connect_http2().await;
            let event = scene.event("msg_1", "process");
            let leaving = connection.start(&event, Begun::with(&event.body[..8]));
            scene.sleeps(Duration::from_secs(5), 1).await;
            leaving.abort();
            let whole = connection.send(&event).await;
            assert_eq!(whole.status, 200);
            assert_eq!(scene.stage.runs(), 1);
            vec![whole]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_streams_body_that_drips_is_408_and_the_connection_goes_on() {
    on_http2_connections(
        |tools| tools.receiver(),
        async |scene| {
            let connection = scene.connect_http2().await;
            let event = scene.event("msg_1", "process");
            let dripping = connection.start(&event, Begun::with(&event.body[..8]));
            scene.sleeps(Duration::from_secs(5), 1).await;
            scene.clock.advance(Duration::from_secs(5));
            let late = answer(dripping.await.unwrap().unwrap()).await;
            assert_eq!(late.status, 408);
            assert_eq!(scene.stage.runs(), 0);
            let whole = connection.send(&event).await;
            assert_eq!(whole.status, 200);
            vec![late, whole]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_streams_body_over_the_limit_is_413_before_it_ends() {
    on_http2_connections(
        |tools| tools.receiver().body_limit(64),
        async |scene| {
            let connection = scene.connect_http2().await;
            let event = scene.event("msg_1", "process");
            let large = connection.start(&event, Begun::with(&[b'x'; 65]));
            let large = answer(large.await.unwrap().unwrap()).await;
            assert_eq!(large.status, 413);
            let whole = connection.send(&event).await;
            assert_eq!(whole.status, 200);
            vec![large, whole]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_read_slowly_gets_its_whole_answer_and_holds_up_no_other() {
    on_http2_connections(
        |tools| tools.receiver(),
        async |scene| {
            let padding = "x".repeat(200 * 1024);
            let body = format!(r#"{{"act":"process","padding":"{padding}"}}"#);
            let mut event = scene.sender.send("msg_1", NOW, body);
            event.path = "/bytes".to_owned();
            let connection = scene.connect_http2_with_little_room(1024).await;
            let slow = connection.start(&event, Full::from(event.body.clone()));
            // The head has come, and of the body no more than there is room for.
            let slow = slow.await.unwrap().unwrap();
            assert_eq!(slow.status(), 200);

            let beside = connection.send(&scene.event("msg_2", "created")).await;
            assert_eq!(beside.status, 201);
            let slow = answer(slow).await;
            assert_eq!(slow.body.as_bytes(), event.body);
            vec![beside, slow]
        },
    )
    .await;
}
