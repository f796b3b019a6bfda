//! What the axum layer sees, what it leaves alone, and what it hands on.

use std::net::SocketAddr;

use axum::{
    Json, Router,
    body::Body,
    extract::{ConnectInfo, State},
    routing::{get, post},
};
use bytes::Bytes;
use hookgate::{
    Ack, Nack, Receiver, Secret, UnixTime,
    access::{Access, Denied},
    pack::Head,
    providers::logto::{Event as LogtoEvent, Logto},
    time::Clock,
};
use hookgate_axum::{Event, EventRejection, ReceiverExt};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceBuilder, ServiceExt};
use tracing::Level;

use crate::props::{self, Call, Log, On, Server, Stage, logto, standard_webhooks};

#[tokio::test]
async fn the_layer_sees_every_method_of_its_route_and_no_other_route() {
    let stage = Stage::logto().await;
    let app: Router = Router::new()
        .route(
            "/hook",
            get(|| async { "get" })
                .post(|_: Event<LogtoEvent>| async { Ack::processed() })
                .layer(stage.receiver.layer()),
        )
        .route("/free", get(|| async { "free" }));
    let server = Server::start(app).await;
    let get_hook = Call::post("/hook", "").method(Method::GET);
    assert_eq!(get_hook.send(server.addr).await.status, 405);
    assert_eq!(logto::event(1).send(server.addr).await.status, 200);
    let free = get_hook.target("/free").send(server.addr).await;
    assert_eq!((free.status, free.text()), (200, "free"));
}

#[tokio::test]
async fn a_method_added_after_the_layer_is_not_covered_and_an_event_there_is_500() {
    let stage = Stage::logto().await;
    let app: Router = Router::new().route(
        "/hook",
        post(|_: Event<LogtoEvent>| async { Ack::processed() })
            .layer(stage.receiver.layer())
            .get(|| async { "open to all" })
            .put(|_: Event<LogtoEvent>| async { Ack::processed() }),
    );
    let server = Server::start(app).await;
    let reply = logto::event(1).method(Method::GET).send(server.addr).await;
    assert_eq!((reply.status, reply.text()), (200, "open to all"));
    let reply = logto::event(1).method(Method::PUT).send(server.addr).await;
    assert_eq!(reply.status, 500);
    assert_eq!(stage.store.count(On::Claim), 0);
}

#[tokio::test]
async fn routes_that_share_a_receiver_share_what_was_handled() {
    let stage = Stage::logto().await;
    let route = || stage.script.route::<LogtoEvent>(&stage.receiver);
    let app = Router::new().route("/a", route()).route("/b", route());
    let server = Server::start(app).await;
    for (target, n, runs) in [("/a", 1, 1), ("/b", 1, 1), ("/b", 2, 2), ("/a", 2, 2)] {
        let call = logto::event(n).target(target);
        assert_eq!(call.send(server.addr).await.status, 200);
        assert_eq!(stage.script.runs(), runs, "{target} {n}");
    }
}

#[tokio::test]
async fn a_handler_that_runs_without_its_event_for_its_type_has_not_handled_it() {
    let stage = Stage::logto().await;
    let wrong = post(|event: Result<Event<String>, EventRejection>| async move {
        assert!(event.is_err());
        StatusCode::OK
    });
    let app: Router = Router::new().route("/hook", wrong.layer(stage.receiver.layer()));
    let server = Server::start(app).await;
    for attempts in 1..=2 {
        assert_eq!(logto::event(1).send(server.addr).await.status, 500);
        assert_eq!(stage.store.count(On::Claim), attempts);
    }
    assert_eq!(stage.store.count(On::Mark), 0);
}

#[tokio::test]
async fn a_body_that_comes_in_one_piece_is_the_handlers_without_a_copy() {
    let stage = Stage::logto().await;
    let call = logto::event(1);
    let place = call.body.as_ptr().addr();
    let hook = post(
        move |Event(delivery): Event<LogtoEvent>, put_back: Bytes| async move {
            assert_eq!(delivery.payload().as_ptr().addr(), place);
            assert_eq!(put_back.as_ptr().addr(), place);
            Ack::processed()
        },
    );
    let app: Router = Router::new().route("/hook", hook.layer(stage.receiver.layer()));
    let answer = app.oneshot(call.request::<Body>()).await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn handlers_of_bytes_and_json_get_the_authenticated_body() {
    let stage = Stage::logto().await;
    let bytes = post(|headers: HeaderMap, body: Bytes| async move {
        assert_eq!(headers["content-length"], body.len().to_string());
        assert!(!headers.contains_key("transfer-encoding"));
        body
    });
    let json = post(|Json(value): Json<serde_json::Value>| async move {
        value["params"]["id"].as_str().unwrap().to_owned()
    });
    let app: Router = Router::new()
        .route("/bytes", bytes.layer(stage.receiver.layer()))
        .route("/json", json.layer(stage.receiver.layer()));
    let server = Server::start(app).await;
    let reply = logto::event(1).target("/bytes").send(server.addr).await;
    assert_eq!(reply.text(), logto::body(1));
    let chunked = logto::event(2).target("/bytes");
    // A body without a known length travels chunked.
    let body = Full::new(chunked.body.clone()).map_frame(|frame| frame);
    let reply = chunked.send_body(server.addr, Body::new(body)).await;
    assert_eq!(reply.text(), logto::body(2));
    let reply = logto::event(3).target("/json").send(server.addr).await;
    assert_eq!(reply.text(), "o3");
    let forged = logto::signed(logto::body(4), "another key").target("/bytes");
    assert_eq!(forged.send(server.addr).await.status, 401);
}

#[tokio::test]
async fn axums_default_body_limit_does_not_cut_what_the_receiver_let_through() {
    let limit = 4 * 1024 * 1024;
    let stage = Stage::logto_with(|builder| builder.body_limit(limit)).await;
    let route = post(|body: Bytes| async move { body.len().to_string() });
    let app: Router = Router::new().route("/hook", route.layer(stage.receiver.layer()));
    let server = Server::start(app).await;
    let padded = |bytes: usize| {
        let mut body = logto::body(1).into_bytes();
        body.resize(bytes, b' ');
        logto::signed(body, logto::KEY)
    };
    let reply = padded(3_000_000).send(server.addr).await;
    assert_eq!((reply.status, reply.text()), (200, "3000000"));
    assert_eq!(padded(limit + 1).send(server.addr).await.status, 413);
}

/// Only this machine.
struct Loopback;

impl Access for Loopback {
    fn check(&self, head: &Head<'_>, _now: UnixTime) -> Result<(), Denied> {
        match head.peer_addr() {
            Some(peer) if peer.ip().is_loopback() => Ok(()),
            _ => Err(Denied::Wrong),
        }
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        vec![HeaderValue::from_static("ApiKey realm=\"webhook\"")]
    }

    fn needs_peer(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn an_access_rule_that_needs_the_peer_is_500_without_connect_info_and_works_with_it() {
    let stage = Stage::logto_with(|builder| builder.access(Loopback)).await;
    // The server of these tests gives it.
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);

    let app: Router =
        Router::new().route("/hook", stage.script.route::<LogtoEvent>(&stage.receiver));
    let request = || logto::event(2).request::<Body>();
    let unwired = app.clone().oneshot(request()).await.unwrap();
    assert_eq!(unwired.status(), StatusCode::INTERNAL_SERVER_ERROR);
    for (peer, status) in [("127.0.0.1:1", 200), ("10.0.0.1:1", 401)] {
        let mut wired = request();
        let peer: SocketAddr = peer.parse().unwrap();
        wired.extensions_mut().insert(ConnectInfo(peer));
        assert_eq!(app.clone().oneshot(wired).await.unwrap().status(), status);
    }
    assert_eq!(stage.script.runs(), 2);
}

#[tokio::test]
async fn the_layer_stands_among_others() {
    let stage = Stage::logto().await;
    let outer = axum::middleware::from_fn(
        |request: axum::extract::Request, next: axum::middleware::Next| async move {
            let mut response = next.run(request).await;
            response
                .headers_mut()
                .insert("x-outer", HeaderValue::from_static("1"));
            response
        },
    );
    let inner = axum::middleware::map_request(|request: axum::extract::Request| async { request });
    let layers = ServiceBuilder::new()
        .layer(outer)
        .layer(stage.receiver.layer())
        .layer(inner);
    type Told = State<&'static str>;
    let handler = |State(told): Told, Event(_): Event<LogtoEvent>, _: HeaderMap| async move {
        assert_eq!(told, "state");
        Ok::<_, Nack>(Ack::processed())
    };
    let app: Router = Router::new()
        .route("/hook", post(handler).layer(layers))
        .with_state("state");
    let server = Server::start(app).await;
    for call in [logto::event(1), logto::signed("x", "another key")] {
        let reply = call.send(server.addr).await;
        assert_eq!(reply.header("x-outer"), Some("1"));
    }
    assert_eq!(stage.store.count(On::Mark), 1);
}

#[tokio::test]
async fn two_extractors_of_one_event_are_500() {
    let stage = Stage::logto().await;
    let greedy = |_: Event<LogtoEvent>, _: Event<LogtoEvent>| async { Ack::processed() };
    let route = post(greedy).layer(stage.receiver.layer());
    let server = Server::start(Router::new().route("/hook", route)).await;
    assert_eq!(logto::event(1).send(server.addr).await.status, 500);
    assert_eq!(
        (stage.store.count(On::Release), stage.store.count(On::Mark)),
        (1, 0)
    );
}

#[tokio::test]
async fn http2_works_as_http1_does() {
    let stage = Stage::standard_webhooks().await;
    let secs = stage.clock.now().as_secs();
    let call = standard_webhooks::signed("msg_1", secs, "{}").target("http://example.com/hook");
    assert_eq!(call.send_http2(stage.server.addr).await.status, 200);
    assert_eq!(call.send_http2(stage.server.addr).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
    assert_eq!(stage.script.last().signed_id.as_deref(), Some("msg_1"));
}

#[tokio::test]
async fn a_service_is_only_called_where_it_was_polled_ready() {
    let stage = Stage::logto().await;
    let strict = props::Strict::default();
    let layer = hookgate::tower::ReceiverLayer::<Body>::new(stage.receiver.clone());
    let service = layer.layer(strict.clone());
    for n in 0..3 {
        let request = logto::event(n).request::<Body>();
        let reply = service.clone().oneshot(request).await.unwrap();
        assert_eq!(reply.status(), 200);
    }
    assert_eq!(strict.calls(), 3);
    let refused = logto::event(9).without(logto::SIGNATURE).request::<Body>();
    assert_eq!(service.oneshot(refused).await.unwrap().status(), 401);
    assert_eq!(strict.calls(), 3);
}

#[tokio::test]
async fn a_receiver_inside_of_another_asks_no_store_and_the_log_says_which_two_they_are() {
    let stage = Stage::logto().await;
    let other = Stage::logto().await;
    let another = Receiver::new("another", Logto::new(Secret::utf8(logto::KEY).unwrap()))
        .dedup(other.store.clone())
        .build()
        .unwrap();
    for (runs, inner, says) in [
        (
            1,
            &stage.receiver,
            "the receiver `test` stands on a route twice",
        ),
        (
            2,
            &another,
            "the receiver `another` stands inside of `test`",
        ),
    ] {
        let log = Log::begin();
        let route = stage.script.route::<LogtoEvent>(inner);
        let app = Router::new()
            .route("/hook", route)
            .layer(stage.receiver.layer());
        let server = Server::start(app).await;
        assert_eq!(logto::event(1).send(server.addr).await.status, 500);
        let [(Level::ERROR, line)] = &log
            .with("nested_receiver")
            .into_iter()
            .filter(|(level, _)| *level == Level::ERROR)
            .collect::<Vec<_>>()[..]
        else {
            panic!("{}", log.text());
        };
        assert!(line.contains(says), "{line}");
        // The outer one's alone.
        let calls = [On::Claim, On::Release, On::Mark, On::Look].map(|on| stage.store.count(on));
        assert_eq!(calls, [runs, runs, 0, 0]);
    }
    let calls = [On::Claim, On::Release, On::Mark, On::Look].map(|on| other.store.count(on));
    assert_eq!((calls, stage.script.runs()), ([0; 4], 0));
}

#[tokio::test]
async fn an_event_of_another_type_says_both_types_and_what_to_take() {
    async fn wrong(_: Event<String>) {}
    let logto = Stage::logto().await;
    let preset = Stage::standard_webhooks().await;
    for (stage, call, take) in [
        (
            &logto,
            logto::event(1),
            "take `Event<hookgate::providers::logto::event::Event>`",
        ),
        (
            &preset,
            standard_webhooks::signed("msg_1", props::now().as_secs(), "{}"),
            "take `Event<Payload<T>>`",
        ),
    ] {
        let log = Log::begin();
        let route = post(wrong).layer(stage.receiver.layer());
        let server = Server::start(Router::new().route("/hook", route)).await;
        assert_eq!(call.send(server.addr).await.status, 500);
        let lines = log.with("a handler takes `Event<alloc::string::String>`");
        assert_eq!(lines.len(), 1, "{}", log.text());
        assert!(lines[0].1.contains(take), "{lines:?}");
    }
}
