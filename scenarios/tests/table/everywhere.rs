//! The run of a scenario on every framework.

use std::time::Duration;

use hookgate::ReceiverBuilder;

use crate::{
    scene::{Framework, Peers, Protocol, Scene, Tools},
    wire::Answer,
};

/// Nothing takes that long unless it is stuck.
const STUCK: Duration = Duration::from_secs(20);
const EVERY_FRAMEWORK: [Framework; 3] = [Framework::Axum, Framework::ActixWeb, Framework::Tower];

/// Runs `scenario` on every framework over every protocol, and compares what they answer.
pub(crate) async fn everywhere(
    receiver: impl Fn(&Tools) -> ReceiverBuilder,
    scenario: impl AsyncFn(&Scene) -> Vec<Answer>,
) {
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let all = EVERY_FRAMEWORK;
        compare(&all, protocol, Peers::Known, &receiver, &scenario).await;
    }
}

/// [`everywhere`], for scenarios that write to an HTTP/1.1 connection byte by byte.
pub(crate) async fn on_raw_connections(
    receiver: impl Fn(&Tools) -> ReceiverBuilder,
    scenario: impl AsyncFn(&Scene) -> Vec<Answer>,
) {
    let (all, protocol) = (EVERY_FRAMEWORK, Protocol::Http1);
    compare(&all, protocol, Peers::Known, &receiver, &scenario).await;
}

/// [`everywhere`], for scenarios of several streams in an HTTP/2 connection.
pub(crate) async fn on_http2_connections(
    receiver: impl Fn(&Tools) -> ReceiverBuilder,
    scenario: impl AsyncFn(&Scene) -> Vec<Answer>,
) {
    let (all, protocol) = (EVERY_FRAMEWORK, Protocol::Http2);
    compare(&all, protocol, Peers::Known, &receiver, &scenario).await;
}

/// [`everywhere`] that has extractors.
pub(crate) async fn with_extractors(
    receiver: impl Fn(&Tools) -> ReceiverBuilder,
    scenario: impl AsyncFn(&Scene) -> Vec<Answer>,
) {
    let some = [Framework::Axum, Framework::ActixWeb];
    for protocol in [Protocol::Http1, Protocol::Http2] {
        compare(&some, protocol, Peers::Known, &receiver, &scenario).await;
    }
}

/// [`everywhere`], on servers that do not tell who opened a connection. actix-web speaks only HTTP/1.1 on those.
pub(crate) async fn where_peers_are_unknown(
    receiver: impl Fn(&Tools) -> ReceiverBuilder,
    scenario: impl AsyncFn(&Scene) -> Vec<Answer>,
) {
    let unknown = Peers::Unknown;
    compare(
        &EVERY_FRAMEWORK,
        Protocol::Http1,
        unknown,
        &receiver,
        &scenario,
    )
    .await;
    let some = [Framework::Axum, Framework::Tower];
    compare(&some, Protocol::Http2, unknown, &receiver, &scenario).await;
}

/// [`everywhere`] that listens on Unix sockets by itself. actix-web speaks only HTTP/1.1 on those.
pub(crate) async fn on_unix_sockets(
    receiver: impl Fn(&Tools) -> ReceiverBuilder,
    scenario: impl AsyncFn(&Scene) -> Vec<Answer>,
) {
    let (some, protocol) = ([Framework::Axum, Framework::ActixWeb], Protocol::Http1);
    compare(&some, protocol, Peers::OnUnixSocket, &receiver, &scenario).await;
}

async fn compare(
    frameworks: &[Framework],
    protocol: Protocol,
    peers: Peers,
    receiver: &impl Fn(&Tools) -> ReceiverBuilder,
    scenario: &impl AsyncFn(&Scene) -> Vec<Answer>,
) {
    let mut first: Option<Vec<Answer>> = None;
    for framework in frameworks {
        let scene = Scene::new(*framework, protocol, peers, receiver);
        let answers = tokio::time::timeout(STUCK, scenario(&scene))
            .await
            .unwrap_or_else(|_| panic!("stuck on {framework:?} over {protocol:?}"));
        match &first {
            None => first = Some(answers),
            Some(first) => {
                assert_eq!(&answers, first, "{framework:?} over {protocol:?}");
            }
        }
    }
}
