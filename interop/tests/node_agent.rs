//! Node's own client, with a keep-alive agent, against receivers on axum and on actix-web. It reads each refusal, and
//! its next event is handled.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    io::Write,
    net::{SocketAddr, TcpListener},
    process::{Command, Stdio},
};

use hookgate::{
    Ack, Receiver, Secret, UnixTime,
    access::ApiKey,
    dedup::MemoryStore,
    json::{Json, Payload},
    providers::preset::{Preset, StandardWebhooksSimulator},
    simulator::Sent,
};
use hookgate_test_support::skip;

const KEY: &str = "opens";
const SECRET: &str = "a secret that only these tests know";
const LIMIT: usize = 1024 * 1024;
const CLIENT: &str = include_str!("node_agent.mjs");

type Known = Payload<Json>;

fn receiver() -> Receiver {
    let pack = Preset::standard_webhooks(Secret::bytes(SECRET).unwrap());
    let receiver = Receiver::new("node", pack)
        .access(ApiKey::header("x-api-key", KEY))
        .body_limit(LIMIT)
        .dedup(MemoryStore::new());
    receiver.build().unwrap()
}

/// Refusals and good events by turns, with the status of each.
fn requests() -> Vec<(Sent, u16)> {
    let now = UnixTime::from_system(std::time::SystemTime::now());
    let event = |id: String, length: usize| {
        let mut body = b"{}".to_vec();
        body.resize(length, b' ');
        let sender = StandardWebhooksSimulator::new(SECRET);
        sender.send(&id, now, body).with_header("x-api-key", KEY)
    };
    let wrong_key = event("key".into(), 300_000)
        .without_header("x-api-key")
        .with_header("x-api-key", "opens not");
    let wrong_type = event("type".into(), 300_000)
        .without_header("content-type")
        .with_header("content-type", "text/plain");
    let refused = [
        (wrong_key, 401),
        (event("large".into(), 1_100_000), 413),
        (event("larger".into(), 5_000_000), 413),
        (wrong_type, 415),
    ];
    let turns = refused.into_iter().enumerate();
    turns
        .flat_map(|(turn, refused)| [refused, (event(format!("good-{turn}"), 300), 200)])
        .collect()
}

/// Runs the client to its end, on a thread of its own.
async fn node_reads_each_status(server: SocketAddr) {
    let (sent, expected): (Vec<_>, Vec<_>) = requests().into_iter().unzip();
    let statuses = tokio::task::spawn_blocking(move || statuses(server, &sent));
    if let Some(statuses) = statuses.await.unwrap() {
        let expected: Vec<_> = expected.iter().map(u16::to_string).collect();
        assert_eq!(statuses.lines().collect::<Vec<_>>(), expected);
    }
}

/// `None` where there is no Node.
fn statuses(server: SocketAddr, sent: &[Sent]) -> Option<String> {
    let script = ["--input-type=module", "--eval", CLIENT];
    let mut command = Command::new("node");
    let command = command.args(script).arg(server.port().to_string());
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut node) = piped.spawn() else {
        skip("there is no `node`; scripts/install-servers brings it");
        return None;
    };
    let mut input = node.stdin.take().unwrap();
    for request in sent {
        let headers: Vec<_> = request.headers.iter().flat_map(|(n, v)| [n, v]).collect();
        let request = serde_json::json!({ "headers": headers, "length": request.body.len() });
        writeln!(input, "{request}").unwrap();
    }
    drop(input);
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).unwrap())
}

#[tokio::test]
async fn on_axum_nodes_keep_alive_agent_reads_each_refusal_and_its_next_event_is_handled() {
    use hookgate_axum::{Event, ReceiverExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let hook = axum::routing::post(|_: Event<Known>| async { Ack::processed() });
    let app: axum::Router = axum::Router::new().route("/hook", hook.layer(receiver().layer()));
    let served = tokio::spawn(async { axum::serve(listener, app).await });
    node_reads_each_status(address).await;
    served.abort();
}

#[tokio::test]
async fn on_actix_web_nodes_keep_alive_agent_reads_each_refusal_and_its_next_event_is_handled() {
    use actix_web::web;
    use hookgate_actix::{Event, ReceiverExt};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let receiver = receiver();
    let server = actix_web::HttpServer::new(move || {
        let hook = web::resource("/hook").wrap(receiver.middleware());
        let handled = |_: Event<Known>| async { Ack::processed() };
        actix_web::App::new().service(hook.route(web::post().to(handled)))
    });
    let server = server.workers(1).disable_signals();
    let server = server.listen(listener).unwrap().run();
    let handle = server.handle();
    let served = tokio::spawn(server);
    node_reads_each_status(address).await;
    handle.stop(false).await;
    served.await.unwrap().unwrap();
}
