//! No token request makes the endpoint panic or wait, and none gets a token without the secret. No answer shows
//! anything of the request.

use std::{
    pin::pin,
    sync::{Arc, LazyLock},
    task::{Context, Poll, Waker},
    time::Duration,
};

use hookgate::{dedup::MemoryStore, keys::{JwsAlgorithm, VerifyingKey}, pack::Head, time::{Sleep, Timer}, token::{Assertion, Client, TokenIssuer}};

const CERTIFICATE: &[u8] = include_bytes!("../../tests/vectors/signed_request/ed.crt.der");
/// It is in no seed, and nothing compares it byte by byte.
const SECRET: &str = "2f0c7a54b1d94e0f8c61";

static ISSUER: LazyLock<TokenIssuer> = LazyLock::new(|| {
    let key = VerifyingKey::der(CERTIFICATE, [JwsAlgorithm::EdDsa]);
    let often = u32::MAX;
    TokenIssuer::new("https://hooks.example/token")
        .client(Client::new("unico", SECRET).scope("webhooks"))
        .client(Client::private_key_jwt("signer", key.clone()))
        .user(Client::new("user", SECRET))
        .assertion(Assertion::of("asserter", key).allow_missing_audience())
        .replay_store(MemoryStore::new())
        .without_addresses()
        // Every input must be judged, however many were wrong before it.
        .failures_of_client(often, Duration::from_secs(3600))
        .build()
        .unwrap()
});

struct Unarmed;

impl Timer for Unarmed {
    fn sleep(&self, _: Duration) -> Sleep {
        panic!("nothing is to be waited for")
    }
}

pub(crate) fn run(text: &[u8]) {
    let mut parts = text.splitn(3, |byte| *byte == b'\n');
    let mut part = || parts.next().unwrap_or_default().to_vec();
    let media_type: &[u8] = match part().as_slice() {
        b"json" => b"application/json",
        _ => b"application/x-www-form-urlencoded",
    };
    let mut headers = vec![("content-type", media_type.to_vec())];
    let authorization = part();
    if !authorization.is_empty() {
        headers.push(("authorization", authorization));
    }
    let body = Some(part().into());
    let timer: Arc<dyn Timer> = Arc::new(Unarmed);
    let head = Head::new("POST", "/token", &headers);
    let mut answering = pin!(ISSUER.answer(head, body, &timer));
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(answer) = answering.as_mut().poll(&mut context) else {
        panic!("it waits");
    };
    assert!(matches!(answer.status().as_u16(), 400 | 401));
    let fixed = [
        r#"{"error":"invalid_request"}"#,
        r#"{"error":"invalid_client"}"#,
        r#"{"error":"invalid_grant"}"#,
        r#"{"error":"unsupported_grant_type"}"#,
    ];
    assert!(fixed.iter().any(|text| answer.body() == text));
}
