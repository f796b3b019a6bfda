//! Events of all four kinds, decoded by `lambda_http` itself. Their shapes are those that AWS documents:
//! <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>,
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>,
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>,
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use hookgate::{
    Ack, Delivery, Receiver, ReceiverBuilder, Secret,
    access::Networks,
    dedup::{DedupStore, End, Lease, MemoryStore, Settled, StoreError},
    forward_calls,
    providers::logto::{Event, Logto, LogtoSimulator},
    simulator::Sent,
    time::{Clock, SystemClock},
};
use http::{Response, StatusCode};
use lambda_http::{Body, Request};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::function;

const KEY: &str = "cl43GgdTZpcCdipNaStkoyZiwLi9QlES";
const FUNCTION_URL: &str = include_str!("events/function_url.json");
const HTTP_API: &str = include_str!("events/http_api.json");
const REST_API: &str = include_str!("events/rest_api.json");
const LOAD_BALANCER: &str = include_str!("events/load_balancer.json");
const KINDS: [&str; 4] = [FUNCTION_URL, HTTP_API, REST_API, LOAD_BALANCER];

fn builder() -> ReceiverBuilder {
    let pack = Logto::new(Secret::utf8(KEY).unwrap());
    function::receiver("logto", pack).dedup(MemoryStore::new())
}

fn receiver() -> Receiver {
    builder().build().unwrap()
}

/// Signed now, with its own text so that it is its own event.
fn sent(text: &str) -> Sent {
    let simulator = LogtoSimulator::new(KEY, SystemClock::new().now());
    simulator.unknown(text)
}

/// The event of Lambda that a gateway makes of it.
fn event(kind: &str, sent: &Sent, is_base64: bool) -> Value {
    let mut event: Value = serde_json::from_str(kind).unwrap();
    for (name, value) in &sent.headers {
        event["headers"][name] = json!(value);
        if let Some(lists) = event.get_mut("multiValueHeaders") {
            lists[name] = json!([value]);
        }
    }
    event["isBase64Encoded"] = json!(is_base64);
    event["body"] = if is_base64 {
        json!(STANDARD.encode(&sent.body))
    } else {
        json!(std::str::from_utf8(&sent.body).unwrap())
    };
    event
}

fn request(event: &Value) -> Request {
    lambda_http::request::from_str(&event.to_string()).unwrap()
}

/// A handler that counts its runs.
#[derive(Clone, Default)]
struct Runs(Arc<AtomicUsize>);

impl Runs {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

async fn answered(receiver: &Receiver, event: &Value, runs: &Runs) -> Response<Body> {
    let runs = runs.clone();
    let handler = move |_: Delivery<Event>| async move {
        runs.0.fetch_add(1, Ordering::SeqCst);
        Ok(Ack::processed())
    };
    function::handled(receiver, request(event), handler).await
}

#[tokio::test]
async fn each_kind_of_event_is_verified_and_handled_once() {
    for kind in KINDS {
        for is_base64 in [false, true] {
            let (receiver, runs) = (receiver(), Runs::default());
            let sent = sent("One");
            for _ in 0..2 {
                let answer = answered(&receiver, &event(kind, &sent, is_base64), &runs).await;
                assert_eq!(answer.status(), StatusCode::OK, "{kind}");
                assert_eq!(answer.body(), &Body::Empty);
                assert_eq!(runs.count(), 1, "{kind}");
            }
            assert!(receiver.busy().is_idle());

            let forged = sent.with_tampered_body();
            let answer = answered(&receiver, &event(kind, &forged, is_base64), &runs).await;
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{kind}");
            assert!(answer.headers().contains_key("www-authenticate"));
            // A REST API would send base64 on as it is.
            assert!(matches!(answer.body(), Body::Text(text) if text.contains("\"status\":401")));
            assert_eq!(runs.count(), 1, "{kind}");
        }
    }
}

/// One that escapes or orders its members anew would break the signature.
#[tokio::test]
async fn the_signature_is_checked_over_the_bytes_that_were_sent() {
    let body =
        "{ \"event\": \"Any\", \"createdAt\": null, \"name\": \"caf\u{e9} \\u00e9\\/\" }\r\n";
    let sent = LogtoSimulator::new(KEY, SystemClock::new().now()).body(body);
    for kind in KINDS {
        for is_base64 in [false, true] {
            let runs = Runs::default();
            let answer = answered(&receiver(), &event(kind, &sent, is_base64), &runs).await;
            assert_eq!((answer.status().as_u16(), runs.count()), (200, 1), "{kind}");
        }
    }
}

/// The path is the one that the sender called, with the stage that is part of its address.
#[test]
fn the_path_has_the_stage_that_the_sender_called() {
    let sent = sent("One");
    for (kind, path, query) in [
        (FUNCTION_URL, "/webhooks/logto", "a=1&a=2"),
        (HTTP_API, "/prod/webhooks/logto", "a=1&a=2"),
        (REST_API, "/prod/webhooks/logto", "a=1&a=2"),
        // The last of equal names: its multi-value headers are switched off.
        (LOAD_BALANCER, "/webhooks/logto", "a=2"),
    ] {
        let request = request(&event(kind, &sent, false));
        assert_eq!(function::path(&request), path, "{kind}");
        assert_eq!(request.uri().query(), Some(query), "{kind}");
    }
}

#[tokio::test]
async fn a_load_balancer_with_multi_value_headers_hands_over_all_of_equal_names() {
    let sent = sent("One");
    let mut event = event(LOAD_BALANCER, &sent, false);
    let members = event.as_object_mut().unwrap();
    members.remove("queryStringParameters");
    let headers = members.remove("headers").unwrap();
    let lists = headers.as_object().unwrap().iter();
    let lists = lists.map(|(name, value)| (name.clone(), json!([value])));
    event["multiValueHeaders"] = lists.collect();
    event["multiValueQueryStringParameters"] = json!({"a": ["1", "2"]});
    assert_eq!(request(&event).uri().query(), Some("a=1&a=2"));
    let runs = Runs::default();
    let answer = answered(&receiver(), &event, &runs).await;
    assert_eq!((answer.status().as_u16(), runs.count()), (200, 1));

    let right = sent.header("logto-signature-sha-256").unwrap();
    event["multiValueHeaders"]["logto-signature-sha-256"] = json!([right, right]);
    let answer = answered(&receiver(), &event, &runs).await;
    assert_eq!((answer.status().as_u16(), runs.count()), (401, 1));
}

#[tokio::test]
async fn the_peer_is_whom_the_gateway_saw_and_no_header() {
    let from = |network: &str| {
        let networks = Networks::new([network]).unwrap();
        builder().networks(networks).build().unwrap()
    };
    for (kind, of_sender, of_another) in [
        (FUNCTION_URL, 200, 403),
        (HTTP_API, 200, 403),
        (REST_API, 200, 403),
        // Nobody is let in where it is not known who calls.
        (LOAD_BALANCER, 500, 500),
    ] {
        let runs = Runs::default();
        let sent = sent("One").with_header("x-forwarded-for", "198.51.100.1");
        let event = event(kind, &sent, false);
        for (network, status) in [
            ("203.0.113.0/24", of_sender),
            ("198.51.100.0/24", of_another),
        ] {
            let answer = answered(&from(network), &event, &runs).await;
            assert_eq!(answer.status(), status, "{network} {kind}");
        }
    }
}

/// The receiver refuses a signature that comes twice. What it sees of that depends on the gateway.
#[tokio::test]
async fn a_signature_that_comes_twice_is_never_another_ones() {
    let runs = Runs::default();
    let sent = sent("One");
    let right = sent.header("logto-signature-sha-256").unwrap();
    let forged = "0".repeat(right.len());
    // Format 2.0 joins them.
    for joined in [format!("{right},{forged}"), format!("{forged},{right}")] {
        let mut event = event(HTTP_API, &sent, false);
        event["headers"]["logto-signature-sha-256"] = json!(joined);
        let answer = answered(&receiver(), &event, &runs).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
    // Format 1.0 has all of them in its lists, and `lambda_http` keeps the last.
    for (values, status) in [([right, &forged], 401), ([&forged, right], 200)] {
        let mut event = event(REST_API, &sent, false);
        event["multiValueHeaders"]["logto-signature-sha-256"] = json!(values);
        event["headers"]["logto-signature-sha-256"] = json!(values[1]);
        let answer = answered(&receiver(), &event, &runs).await;
        assert_eq!(answer.status(), status);
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let receiver = builder().body_limit(16).build().unwrap();
    let runs = Runs::default();
    let answer = answered(&receiver, &event(FUNCTION_URL, &sent("One"), true), &runs).await;
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

/// Longer than the deadline of every sender, and than a lease. The clock of tokio is moved as soon as all wait for it.
#[tokio::test(start_paused = true)]
async fn an_answer_waits_for_its_handler_since_nothing_runs_behind_it() {
    let receiver = receiver();
    let handler = |_: Delivery<Event>| async {
        tokio::time::sleep(Duration::from_secs(10 * 60)).await;
        Ok(Ack::processed())
    };
    let request = request(&event(FUNCTION_URL, &sent("One"), false));
    let answer = function::handled(&receiver, request, handler).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(receiver.busy().is_idle());
}

/// A store that is away when it is told of an event's end, and is back after a while.
#[derive(Default)]
struct AwayAtTheEnd {
    memory: MemoryStore,
    since: OnceLock<Instant>,
    written: Arc<AtomicUsize>,
}

/// Longer than an answer waits for a mark by itself, by default.
const AWAY: Duration = Duration::from_millis(2_100);

impl DedupStore for AwayAtTheEnd {
    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        if self.since.get_or_init(Instant::now).elapsed() < AWAY {
            return Err(StoreError::Unavailable("away".into()));
        }
        let settled = self.memory.settle(lease, end, retain).await?;
        self.written.fetch_add(1, Ordering::SeqCst);
        Ok(settled)
    }

    forward_calls!(memory: claim, extend, look, settled, promises, held, findings);
}

/// The clock of tokio moves while the answer waits.
#[tokio::test(start_paused = true)]
async fn an_answer_waits_for_a_mark_that_could_not_be_written_in_time() {
    let store = AwayAtTheEnd::default();
    let written = store.written.clone();
    let (receiver, runs) = (builder().dedup(store).build().unwrap(), Runs::default());
    let event = event(FUNCTION_URL, &sent("One"), false);
    for expected in [StatusCode::SERVICE_UNAVAILABLE, StatusCode::OK] {
        let answer = answered(&receiver, &event, &runs).await;
        assert_eq!(answer.status(), expected);
        assert_eq!(written.load(Ordering::SeqCst), 1);
        assert_eq!(runs.count(), 1);
    }
}

#[test]
fn a_store_that_requests_do_not_share_is_told_of_at_start() {
    let found = receiver().check();
    assert!(found.iter().any(|it| it.code() == "store_not_shared"));
}
