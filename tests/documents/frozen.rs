//! Event keys and the names of reasons: others rely on them, and no release may change them.

use axum::Router;
use hookgate::{
    Reason, Receiver, Secret,
    access::{AnyoneMayCall, ApiKey},
    pack::KeyParts,
    providers::{
        facephi::{API_KEY_HEADER, Facephi},
        idcloud::{IdCloud, Status},
        logto::Logto,
    },
    schemes::Recipe,
    testing::FakeClock,
};
use serde::Deserialize;

use crate::props::{Call, Script, ScriptedStore, Server, Stage, logto};

/// Written by `scripts/event_key_vectors.py`, which shares no code with hookgate.
const EVENT_KEYS: &str = include_str!("../vectors/event_keys.json");
const REASONS: &str = include_str!("../vectors/reasons.txt");

#[derive(Deserialize)]
struct Vectors {
    keys: Vec<Vector>,
    logto_recordings: Vec<Recorded>,
    facephi: Vec<Signed>,
    idcloud: Vec<Notified>,
}

#[derive(Deserialize)]
struct Vector {
    endpoint: String,
    tenant: Option<String>,
    pack: String,
    parts: Vec<String>,
    key: String,
}

#[derive(Deserialize)]
struct Recorded {
    recording: String,
    endpoint: String,
    key: String,
}

/// An event that the other program signed too.
#[derive(Deserialize)]
struct Signed {
    recipe: Recipe,
    secret: String,
    body: String,
    key: String,
}

/// A notification, and which bodies its endpoint takes.
#[derive(Deserialize)]
struct Notified {
    generation: String,
    body: String,
    key: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(EVENT_KEYS).unwrap()
}

#[test]
fn event_keys_are_those_of_an_independent_program() {
    let vectors = vectors().keys;
    assert!(vectors.len() >= 15);
    for vector in &vectors {
        let mut parts = KeyParts::new();
        for part in &vector.parts {
            parts.part(const_hex::decode(part).unwrap());
        }
        let key = parts.key(&vector.endpoint, vector.tenant.as_deref(), &vector.pack);
        assert_eq!(key.unwrap().to_string(), vector.key);
    }
}

#[test]
fn other_parts_are_another_key() {
    let mut keys: Vec<_> = vectors().keys.into_iter().map(|one| one.key).collect();
    keys.sort();
    let all = keys.len();
    keys.dedup();
    // No tenant and an empty one are the same: an endpoint either has tenants or has none.
    assert_eq!(keys.len(), all - 1);
}

#[tokio::test]
async fn recorded_deliveries_have_their_key_on_the_road_too() {
    for recorded in vectors().logto_recordings {
        let number = recorded.recording.split('-').next().unwrap();
        let recording = logto::recording(number.parse().unwrap());
        let clock = FakeClock::at(recording.received_at);
        let secret = Secret::utf8(recording.signing_key.as_ref().unwrap()).unwrap();
        let receiver = Receiver::new(&*recorded.endpoint, Logto::new(secret))
            .dedup(ScriptedStore::new(&clock))
            .clock(clock.clone())
            .timer(clock)
            .build()
            .unwrap();
        let script = Script::default();
        let route = script.route::<hookgate::providers::logto::Event>(&receiver);
        let server = Server::start(Router::new().route("/{*path}", route)).await;
        assert_eq!(recording.call.send(server.addr).await.status, 200);
        assert_eq!(script.last().key.to_string(), recorded.key);
    }
}

#[tokio::test]
async fn events_that_carry_their_signature_have_their_key_on_the_road_too() {
    for signed in vectors().facephi {
        let pack = Facephi::new(Secret::utf8(&signed.secret).unwrap()).recipe(signed.recipe);
        let stage = Stage::of(pack, |builder| {
            builder.access(ApiKey::header(API_KEY_HEADER, "key"))
        })
        .await;
        let call = Call::post("/hook", signed.body)
            .with("content-type", "application/cloudevents+json")
            .with(API_KEY_HEADER, "key");
        assert_eq!(stage.send(&call).await.status, 200);
        assert_eq!(stage.script.last().key.to_string(), signed.key);
    }
}

#[tokio::test]
async fn notifications_of_idcloud_have_their_key_on_the_road_too() {
    for notified in vectors().idcloud {
        let pack = match &*notified.generation {
            "current" => IdCloud::new(),
            "numeric" => IdCloud::numeric(),
            _ => IdCloud::both_generations([Status::Concluded]),
        };
        let stage = Stage::of(pack, |builder| builder.access(AnyoneMayCall)).await;
        let call = Call::post("/hook", notified.body).with("content-type", "application/json");
        assert_eq!(stage.send(&call).await.status, 200);
        assert_eq!(stage.script.last().key.to_string(), notified.key);
    }
}

#[test]
fn a_key_without_parts_is_no_key() {
    assert_eq!(KeyParts::new().key("a", None, "b"), None);
}

#[test]
fn reasons_keep_their_names() {
    let now: Vec<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    let then: Vec<_> = REASONS.lines().collect();
    assert_eq!(now, then, "a name that dashboards count on has changed");
    let mut once = now.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), now.len(), "two reasons have one name");
}
