//! Receivers before and after hookgate. `docs/coming-from` shows them. The same requests get the same answers, except
//! where the pages say so.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod by_hand_after;
mod by_hand_before;
mod standardwebhooks_after;
mod standardwebhooks_before;

use std::{
    error::Error,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use hmac::{Hmac, KeyInit, Mac};
use hookgate::dedup::MemoryStore;
use serde::Deserialize;
use sha2::Sha256;
use standardwebhooks::Webhook;
use tower::ServiceExt;

/// The application's own books.
#[derive(Clone, Default)]
pub(crate) struct Books {
    booked: Arc<Mutex<Vec<String>>>,
    /// The next call fails.
    fails: Arc<AtomicBool>,
}

#[derive(Debug)]
pub(crate) struct Unbooked;

impl Books {
    pub(crate) async fn book(&self, what: &str) -> Result<(), Unbooked> {
        if self.fails.swap(false, Ordering::Relaxed) {
            return Err(Unbooked);
        }
        self.booked.lock().unwrap().push(what.to_owned());
        Ok(())
    }

    fn booked(&self) -> usize {
        self.booked.lock().unwrap().len()
    }
}

impl fmt::Display for Unbooked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the books are closed")
    }
}

impl Error for Unbooked {}

/// What a billing service says.
#[derive(Deserialize)]
pub(crate) struct Invoice {
    pub(crate) invoice: String,
}

/// What GitHub says of a push, as far as it counts here.
#[derive(Deserialize)]
pub(crate) struct Push {
    pub(crate) after: String,
}

const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TEXT: &str = "It's a Secret to Everybody";

async fn status(app: &Router, request: Request<Body>) -> StatusCode {
    app.clone().oneshot(request).await.unwrap().status()
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// As a billing service signs that follows Standard Webhooks, `age` seconds ago.
fn invoice(secret: &str, id: &str, age: i64, body: &str) -> Request<Body> {
    let at = now() - age;
    let signature = Webhook::new(secret).unwrap().sign(id, at, body.as_bytes());
    Request::post("/webhooks/billing")
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", at)
        .header("webhook-signature", signature.unwrap())
        .body(Body::from(body.to_owned()))
        .unwrap()
}

/// As GitHub signs.
fn push(secret: &str, delivery: &str, body: &str) -> Request<Body> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature = const_hex::encode(mac.finalize().into_bytes());
    Request::post("/webhooks/github")
        .header("content-type", "application/json")
        .header("x-github-event", "push")
        .header("x-github-delivery", delivery)
        .header("x-hub-signature-256", format!("sha256={signature}"))
        .body(Body::from(body.to_owned()))
        .unwrap()
}

/// Both receivers of one sender, before and after, each with books of its own.
struct Pair([(Router, Books); 2]);

impl Pair {
    fn of_standard_webhooks() -> Self {
        let (old, new) = (Books::default(), Books::default());
        let before = standardwebhooks_before::app(WHSEC, old.clone()).unwrap();
        let after = standardwebhooks_after::app(WHSEC, new.clone(), MemoryStore::new()).unwrap();
        Self([(before, old), (after, new)])
    }

    fn of_by_hand() -> Self {
        let (old, new) = (Books::default(), Books::default());
        let before = by_hand_before::app(TEXT, old.clone());
        let after = by_hand_after::app(TEXT, new.clone(), MemoryStore::new()).unwrap();
        Self([(before, old), (after, new)])
    }

    /// What both answer, and how much both have booked then.
    async fn send(&self, request: impl Fn() -> Request<Body>) -> [(u16, usize); 2] {
        let [before, after] = &self.0;
        let send = async |(app, books): &(Router, Books)| {
            let status = status(app, request()).await;
            (status.as_u16(), books.booked())
        };
        [send(before).await, send(after).await]
    }
}

#[tokio::test]
async fn a_billing_service_gets_the_same_answers() {
    let pair = Pair::of_standard_webhooks();
    let body = r#"{"invoice":"in_1"}"#;
    let genuine = pair.send(|| invoice(WHSEC, "msg_1", 0, body)).await;
    assert_eq!(genuine, [(200, 1), (200, 1)]);
    let other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let forged = pair.send(|| invoice(other, "msg_2", 0, body)).await;
    assert_eq!(forged, [(401, 1), (401, 1)]);
    let unsigned = pair.send(|| {
        let mut request = invoice(WHSEC, "msg_2", 0, body);
        request.headers_mut().remove("webhook-signature");
        request
    });
    assert_eq!(unsigned.await, [(401, 1), (401, 1)]);
    let stale = pair.send(|| invoice(WHSEC, "msg_2", 301, body)).await;
    assert_eq!(stale, [(401, 1), (401, 1)]);
}

#[tokio::test]
async fn a_copy_is_booked_once_afterwards() {
    let pair = Pair::of_standard_webhooks();
    let body = r#"{"invoice":"in_1"}"#;
    pair.send(|| invoice(WHSEC, "msg_1", 0, body)).await;
    // Each attempt is signed anew, under the same id.
    let copy = pair.send(|| invoice(WHSEC, "msg_1", 5, body)).await;
    assert_eq!(copy, [(200, 2), (200, 1)]);
}

#[tokio::test]
async fn github_gets_the_same_answers() {
    let pair = Pair::of_by_hand();
    let body = r#"{"after":"6dcb09b5"}"#;
    let genuine = pair.send(|| push(TEXT, "1", body)).await;
    assert_eq!(genuine, [(200, 1), (200, 1)]);
    let copy = pair.send(|| push(TEXT, "1", body)).await;
    assert_eq!(copy, [(200, 1), (200, 1)]);
    let forged = pair.send(|| push("another", "2", body)).await;
    assert_eq!(forged, [(401, 1), (401, 1)]);
}

/// What is not signed identifies nothing.
#[tokio::test]
async fn a_captured_push_under_another_id_is_booked_once_afterwards() {
    let pair = Pair::of_by_hand();
    let body = r#"{"after":"6dcb09b5"}"#;
    pair.send(|| push(TEXT, "1", body)).await;
    let replayed = pair.send(|| push(TEXT, "another", body)).await;
    assert_eq!(replayed, [(200, 2), (200, 1)]);
}

/// Before, the id was noted first. Then the copy that should have mended a failure was taken for handled.
#[tokio::test]
async fn what_failed_is_booked_with_its_next_copy_afterwards() {
    let pair = Pair::of_by_hand();
    for (_, books) in &pair.0 {
        books.fails.store(true, Ordering::Relaxed);
    }
    let body = r#"{"after":"6dcb09b5"}"#;
    let failed = pair.send(|| push(TEXT, "1", body)).await;
    assert_eq!(failed, [(500, 0), (503, 0)]);
    let copy = pair.send(|| push(TEXT, "1", body)).await;
    assert_eq!(copy, [(200, 0), (200, 1)]);
}
