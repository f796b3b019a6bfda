//! Signed requests under keys that their sender publishes: looked up by the name that a JWS gives, on the road.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hookgate::{
    BuildError, Receiver,
    access::{Jwks, JwksDocument, JwksError, JwksFetcher},
    dedup::MemoryStore,
    keys::JwsAlgorithm,
    pack::Provider,
    providers::{logto::Logto, preset::Preset},
    schemes::{SignatureEncoding, SignedRequest, SignedRequestConfig},
    simulator::{RequestSigner, Sent},
    testing::FakeClock,
};
use serde_json::{Value, json};

use crate::props::{Call, ScriptedStore, Stage, now, vector};

const FRESH: Duration = Duration::from_secs(5 * 60);
const STALE: Duration = Duration::from_secs(60 * 60);
const COOL_DOWN: Duration = Duration::from_secs(10);

fn file(name: &str) -> Vec<u8> {
    vector(&format!("signed_request/{name}"))
}

/// The public key of `p256.key.pem` as a JWK, whose point ends its DER.
fn jwk(kid: Option<&str>) -> Value {
    let der = file("p256.pub.der");
    let (x, y) = der[der.len() - 64..].split_at(32);
    let text = |part: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(part);
    json!({"kty": "EC", "crv": "P-256", "x": text(x), "y": text(y), "kid": kid})
}

/// Another key: that of RFC 7517, appendix A.1.
fn other(kid: &str) -> Value {
    json!({
        "kty": "EC", "crv": "P-256", "kid": kid,
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    })
}

/// Publishes what the test says; nothing, and it is down.
#[derive(Clone, Default)]
struct Sender(Arc<Mutex<(Option<Vec<Value>>, usize)>>);

impl Sender {
    fn publishes(&self, keys: Option<Vec<Value>>) {
        self.0.lock().unwrap().0 = keys;
    }

    fn fetches(&self) -> usize {
        self.0.lock().unwrap().1
    }
}

impl JwksFetcher for Sender {
    async fn fetch(&self) -> Result<JwksDocument, JwksError> {
        let mut said = self.0.lock().unwrap();
        said.1 += 1;
        match &said.0 {
            Some(keys) => Ok(JwksDocument::new(json!({ "keys": keys }).to_string())),
            None => Err(JwksError::Status(503)),
        }
    }
}

fn config() -> SignedRequestConfig {
    SignedRequestConfig::new("x-signature").encoding(SignatureEncoding::Jws)
}

fn signed(kid: Option<&str>, body: &str) -> Call {
    let signer = RequestSigner::new(config(), file("p256.key.pem"), JwsAlgorithm::Es256).unwrap();
    let signer = match kid {
        Some(kid) => signer.key_id(kid),
        None => signer,
    };
    let sent = Sent::post("/hook", "application/json", body.to_owned());
    Call::of(&signer.sign(sent, "", now()))
}

async fn stage(sender: &Sender) -> Stage {
    let clock = FakeClock::at(now());
    let jwks = Jwks::fetched_by(sender.clone(), [JwsAlgorithm::Es256]).clock(clock.clone());
    let scheme = SignedRequest::try_from(config()).unwrap();
    let store = ScriptedStore::new(&clock);
    Stage::on(Preset::custom("acme", scheme, jwks), clock, store, |it| it).await
}

async fn status(stage: &Stage, call: &Call) -> u16 {
    stage.send(call).await.status
}

#[tokio::test]
async fn a_key_is_looked_up_by_its_name_and_a_new_one_is_found_while_running() {
    let sender = Sender::default();
    sender.publishes(Some(vec![jwk(Some("k1")), other("k2")]));
    let stage = stage(&sender).await;
    assert_eq!(status(&stage, &signed(Some("k1"), "[1]")).await, 200);
    assert_eq!(stage.script.last().key_id, "k1");
    assert_eq!(status(&stage, &signed(Some("k2"), "[2]")).await, 401);
    assert_eq!(status(&stage, &signed(None, "[3]")).await, 200);
    assert_eq!(sender.fetches(), 1, "the set is fresh and has both names");

    // In the pause after a fetch a name that is not published does not exist.
    assert_eq!(status(&stage, &signed(Some("k3"), "[4]")).await, 401);
    assert_eq!(sender.fetches(), 1);
    sender.publishes(Some(vec![jwk(Some("k3"))]));
    stage.clock.advance(COOL_DOWN);
    assert_eq!(status(&stage, &signed(Some("k3"), "[4]")).await, 200);
    assert_eq!(stage.script.last().key_id, "k3");
    assert_eq!(sender.fetches(), 2);
    assert_eq!(status(&stage, &signed(Some("k1"), "[5]")).await, 401);
}

#[tokio::test]
async fn keys_that_cannot_be_had_are_503_and_touch_no_store() {
    let sender = Sender::default();
    let stage = stage(&sender).await;
    let call = signed(Some("k1"), "[1]");
    let reply = stage.send(&call).await;
    assert_eq!(reply.status, 503);
    assert!(reply.header("retry-after").is_some());
    assert_eq!(stage.script.runs(), 0);
    sender.publishes(Some(vec![jwk(Some("k1"))]));
    stage.clock.advance(COOL_DOWN);
    assert_eq!(status(&stage, &call).await, 200);

    // The last good set goes on while its sender is down; whether another key exists, nobody knows.
    sender.publishes(None);
    stage.clock.advance(FRESH);
    assert_eq!(status(&stage, &signed(Some("k1"), "[2]")).await, 200);
    assert_eq!(status(&stage, &signed(Some("k9"), "[3]")).await, 503);
    stage.clock.advance(STALE);
    assert_eq!(status(&stage, &signed(Some("k1"), "[4]")).await, 503);
}

#[tokio::test]
async fn what_is_no_jws_asks_nobody_for_a_key() {
    let sender = Sender::default();
    let stage = stage(&sender).await;
    let call = signed(None, "[1]");
    for wrong in [
        call.clone().without("x-signature"),
        call.with("x-signature", "no jws"),
    ] {
        assert_eq!(status(&stage, &wrong).await, 401);
    }
    assert_eq!(sender.fetches(), 0);
}

fn built(pack: impl Provider) -> Result<Receiver, BuildError> {
    let store = MemoryStore::with_capacity(1);
    Receiver::new("test", pack).dedup(store).build()
}

#[test]
fn published_keys_are_for_signatures_and_never_shared_secrets() {
    let jwks = |algorithm| Jwks::fetched_by(Sender::default(), [algorithm]);
    let scheme = || SignedRequest::try_from(config()).unwrap();
    assert!(built(Preset::custom("acme", scheme(), jwks(JwsAlgorithm::Es256))).is_ok());
    assert!(built(Preset::custom("acme", scheme(), jwks(JwsAlgorithm::Hs256))).is_err());
    assert!(built(Logto::new(jwks(JwsAlgorithm::Es256))).is_err());
}
