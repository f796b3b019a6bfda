//! The answer table, row by row: status, headers and body, over HTTP.

use std::time::Duration;

use axum::Router;
use hookgate::{
    Receiver, Secret, UnixTime,
    access::{Access, ApiKey, Denied},
    pack::Head,
    providers::{logto::Logto, preset::Preset},
    time::Clock,
};
use hookgate_axum::ReceiverExt;
use http::{HeaderValue, Method};

use crate::props::{
    self, Call, Connection, Fault, On, Reply, Server, Stage, Step, logto, standard_webhooks,
};

const SIGNATURE_CHALLENGE: &str = "Signature realm=\"webhook\"";

/// An error of the table: a problem body (RFC 9457) that agrees with the status, and says no more.
#[track_caller]
fn problem(reply: &Reply, status: u16) {
    assert_eq!(reply.status, status);
    assert_eq!(
        reply.header("content-type"),
        Some("application/problem+json")
    );
    let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
    let members: Vec<_> = body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["detail", "status", "title"]);
    assert_eq!(body["status"], status);
    let known = [
        "allow",
        "content-length",
        "content-type",
        "date",
        "retry-after",
        "www-authenticate",
    ];
    for name in reply.headers.keys() {
        assert!(
            known.contains(&name.as_str()) || name == "connection",
            "{name}"
        );
    }
    assert_eq!(reply.header("www-authenticate").is_some(), status == 401);
    assert_eq!(reply.header("allow").is_some(), status == 405);
}

#[track_caller]
fn come_again(reply: &Reply) {
    problem(reply, 503);
    assert_eq!(reply.header("retry-after"), Some("5"));
}

#[tokio::test]
async fn another_method_is_405_and_told_which() {
    let stage = Stage::logto().await;
    for method in ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"] {
        let call = logto::event(1).method(Method::from_bytes(method.as_bytes()).unwrap());
        let reply = stage.send(&call).await;
        problem(&reply, 405);
        assert_eq!(reply.header("allow"), Some("POST"), "{method}");
    }
    let head = stage.send(&logto::event(1).method(Method::HEAD)).await;
    assert_eq!((head.status, head.header("allow")), (405, Some("POST")));
}

#[tokio::test]
async fn a_refusal_whose_request_was_read_leaves_the_connection_open() {
    let stage = Stage::logto().await;
    let forged = logto::signed(logto::body(1), "another key");
    let forged = stage.send(&forged).await;
    assert_eq!((forged.status, forged.header("connection")), (401, None));
    stage.script.then(Step::Retry);
    let again = stage.send(&logto::event(1)).await;
    assert_eq!((again.status, again.header("connection")), (503, None));
}

#[tokio::test]
async fn a_missing_or_wrong_media_type_or_a_content_encoding_is_415() {
    let stage = Stage::logto().await;
    let call = logto::event(1);
    for odd in [
        call.clone().without("content-type"),
        call.clone().with("content-type", ""),
        call.clone().with("content-type", "text/plain"),
        call.clone().with("content-type", "application/jsonx"),
        call.clone()
            .with("content-type", "application/json, text/plain"),
        call.clone().with("content-type", b"application/json\xff"),
        call.clone().and("content-type", "application/json"),
        call.clone().with("content-encoding", "gzip"),
        call.clone()
            .with("content-encoding", "identity")
            .and("content-encoding", "br"),
        call.clone().with("content-encoding", ""),
    ] {
        problem(&stage.send(&odd).await, 415);
    }
    assert_eq!(stage.script.runs(), 0);
    let odd = call
        .with("content-type", "APPLICATION/json;charset=utf-8")
        .with("content-encoding", "Identity");
    assert_eq!(stage.send(&odd).await.status, 200);
}

#[tokio::test]
async fn two_different_hosts_are_400() {
    let stage = Stage::logto().await;
    let absolute = logto::event(1).target("http://hooks.example.com/hook");
    for host in ["other.example.com", "hooks.example.com:81"] {
        let mut raw = Connection::open(stage.server.addr).await;
        raw.write_call(&absolute.clone().with("host", host)).await;
        problem(&raw.reply().await, 400);
    }
    let mut raw = Connection::open(stage.server.addr).await;
    raw.write_call(&logto::event(1).with("host", "a").and("host", "b"))
        .await;
    assert_eq!(raw.reply().await.status, 400);

    let http2 = absolute.clone().with("host", "other.example.com");
    problem(&http2.send_http2(stage.server.addr).await, 400);
    assert_eq!(stage.script.runs(), 0);

    let same = absolute.clone().with("host", "HOOKS.example.com");
    assert_eq!(same.send_http2(stage.server.addr).await.status, 200);
    assert_eq!(absolute.send_http2(stage.server.addr).await.status, 200);
}

#[tokio::test]
async fn missing_and_wrong_credentials_are_401_with_the_receivers_challenge() {
    let stage = Stage::logto_with(|builder| builder.access(ApiKey::header("x-key", "k"))).await;
    let call = logto::event(1);
    let mut replies = Vec::new();
    for denied in [
        call.clone(),
        call.clone().with("x-key", ""),
        call.clone().with("x-key", "K"),
        call.clone().with("x-key", "kk"),
        call.clone().with("x-key", "k").and("x-key", "k"),
    ] {
        let reply = stage.send(&denied).await;
        problem(&reply, 401);
        assert_eq!(
            reply.header("www-authenticate"),
            Some("ApiKey realm=\"webhook\"")
        );
        replies.push(reply.dateless());
    }
    assert!(replies.iter().all(|reply| *reply == replies[0]));
    assert_eq!(stage.send(&call.with("x-key", "k")).await.status, 200);
}

struct Unavailable;

impl Access for Unavailable {
    fn check(&self, _head: &Head<'_>, _now: UnixTime) -> Result<(), Denied> {
        Err(Denied::Unavailable)
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        vec![HeaderValue::from_static("Bearer")]
    }
}

#[tokio::test]
async fn an_access_check_that_cannot_be_made_is_503() {
    let stage = Stage::logto_with(|builder| builder.access(Unavailable)).await;
    come_again(&stage.send(&logto::event(1)).await);
    assert_eq!(stage.script.runs(), 0);
}

/// Every way in which a signature or its time can be wrong: one status, one body, one challenge.
#[tokio::test]
async fn all_failures_of_a_signature_are_answered_alike() {
    let logto = Stage::logto().await;
    let standard = Stage::standard_webhooks().await;
    let call = logto::event(1);
    let secs = standard.clock.now().as_secs();
    let sent = standard_webhooks::signed("msg_1", secs, "{}");
    let real = call.headers[logto::SIGNATURE].clone();
    let joined = format!("deadbeef, {}", real.to_str().unwrap());
    let mut tampered = call.clone();
    tampered.body = logto::body(2).into();
    let not_json = logto::signed("not json", "another key");
    let mut replies = Vec::new();
    for (stage, wrong) in [
        (&logto, call.clone().without(logto::SIGNATURE)),
        (&logto, call.clone().with(logto::SIGNATURE, "")),
        (&logto, call.clone().with(logto::SIGNATURE, "zz")),
        (&logto, call.clone().with(logto::SIGNATURE, "00".repeat(32))),
        (&logto, call.clone().with(logto::SIGNATURE, joined)),
        (
            &logto,
            call.clone().with(logto::SIGNATURE, "0".repeat(5000)),
        ),
        (&logto, call.clone().and(logto::SIGNATURE, real.as_bytes())),
        (&logto, logto::signed(logto::body(1), "another key")),
        (&logto, tampered),
        (&logto, not_json),
        (
            &logto,
            logto::signed(logto::body_at(1, "2026-11-19T00:00:00Z"), logto::KEY),
        ),
        (
            &logto,
            logto::signed(logto::body_at(1, "2026-11-22T00:00:00Z"), logto::KEY),
        ),
        (&standard, sent.clone().without("webhook-id")),
        (&standard, sent.clone().with("webhook-id", "a.b")),
        (&standard, sent.clone().and("webhook-id", "msg_1")),
        (&standard, sent.clone().without("webhook-timestamp")),
        (&standard, sent.clone().with("webhook-timestamp", "soon")),
        (&standard, sent.clone().and("webhook-timestamp", "1")),
        (
            &standard,
            standard_webhooks::signed("msg_1", secs - 301, "{}"),
        ),
        (
            &standard,
            standard_webhooks::signed("msg_1", secs + 301, "{}"),
        ),
    ] {
        let reply = stage.send(&wrong).await;
        problem(&reply, 401);
        assert_eq!(reply.header("www-authenticate"), Some(SIGNATURE_CHALLENGE));
        replies.push(reply.dateless());
    }
    assert!(replies.iter().all(|reply| *reply == replies[0]));
    assert_eq!(logto.script.runs() + standard.script.runs(), 0);
}

#[tokio::test]
async fn what_is_verified_but_is_no_event_is_400() {
    let stage = Stage::logto().await;
    for body in ["", "[]", "not json", "{}", "\"text\"", "{\"event\":7}"] {
        problem(&stage.send(&logto::signed(body, logto::KEY)).await, 400);
    }
    assert_eq!(stage.script.runs(), 0);
}

#[tokio::test]
async fn a_retry_a_panic_and_a_failed_mark_are_503() {
    let stage = Stage::logto().await;
    stage.script.then(Step::Retry).then(Step::Panic("x"));
    problem(&stage.send(&logto::event(1)).await, 503);
    problem(&stage.send(&logto::event(1)).await, 503);
    stage.store.always(On::Mark, Fault::Down);
    let sent = stage.sending(&logto::event(1));
    props::until("the mark", || stage.store.count(On::Mark) == 1).await;
    stage.pass(Duration::from_secs(3)).await;
    come_again(&sent.await.unwrap());
}

#[tokio::test]
async fn successes_are_200_without_a_body() {
    let stage = Stage::logto().await;
    stage
        .script
        .then(Step::Process)
        .then(Step::Ignore)
        .then(Step::Reject);
    for n in [1, 1, 2, 2, 3, 3] {
        let reply = stage.send(&logto::event(n)).await;
        assert_eq!((reply.status, reply.text()), (200, ""));
        assert_eq!(reply.header("content-type"), None);
    }
    assert_eq!(stage.script.runs(), 3);
}

#[tokio::test]
async fn a_handler_that_wants_another_event_is_500_and_releases_the_claim() {
    let stage = Stage::logto().await;
    let secret = Secret::utf8(logto::KEY).unwrap();
    let builder = Receiver::new("test", Logto::new(secret))
        .dedup(stage.store.clone())
        .clock(stage.clock.clone())
        .timer(stage.clock.clone());
    let wrong: axum::routing::MethodRouter =
        stage.script.route::<String>(&builder.build().unwrap());
    let server = Server::start(Router::new().route("/hook", wrong)).await;
    problem(&logto::event(1).send(server.addr).await, 500);
    assert_eq!(stage.script.runs(), 0);
    assert_eq!(
        (stage.store.count(On::Release), stage.store.count(On::Mark)),
        (1, 0)
    );
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
}

#[tokio::test]
async fn a_route_without_the_middleware_is_500_and_its_handler_does_not_run() {
    let stage = Stage::logto().await;
    let bare = stage.script.bare::<hookgate::providers::logto::Event>();
    let server = Server::start(Router::new().route("/hook", bare)).await;
    problem(&logto::event(1).send(server.addr).await, 500);
    problem(&Call::post("/hook", "{}").send(server.addr).await, 500);
    assert_eq!(stage.script.runs(), 0);
    assert_eq!(stage.store.count(On::Claim), 0);
}

#[tokio::test]
async fn a_layer_that_hides_the_verdict_changes_no_meaning() {
    // Between receiver and handler, a layer that builds responses anew: the status must be enough.
    let stage = Stage::standard_webhooks().await;
    let strip = axum::middleware::map_response(|response: axum::response::Response| async move {
        let mut rebuilt = axum::response::Response::new(axum::body::Body::empty());
        *rebuilt.status_mut() = response.status();
        rebuilt
    });
    type Event = <Preset as hookgate::pack::Provider>::Event;
    let layers = tower::ServiceBuilder::new()
        .layer(stage.receiver.layer())
        .layer(strip);
    let route = stage.script.bare::<Event>().layer(layers);
    let server = Server::start(Router::new().route("/hook", route)).await;
    stage
        .script
        .then(Step::Retry)
        .then(Step::Reject)
        .then(Step::Process);
    let call = standard_webhooks::signed("msg_1", stage.clock.now().as_secs(), "{}");
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(call.send(server.addr).await.status);
    }
    assert_eq!(statuses, [503, 503, 200, 200]);
    assert_eq!(stage.script.runs(), 3);
}
