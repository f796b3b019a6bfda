//! Every recorded delivery of a real Logto server, sent again over HTTP.

use std::sync::{Arc, Mutex};

use axum::Router;
use hookgate::{
    Key, Keyring, Observer, Reason, Receiver, Rejection, Secret, UnixTime,
    providers::logto::{Event, EventName, Logto},
    testing::FakeClock,
};

use crate::props::{
    Script, ScriptedStore, Server, Stage,
    logto::{self, Recording, recording, recordings},
    until,
};

/// Remembers why requests were refused.
#[derive(Clone, Default)]
struct Reasons(Arc<Mutex<Vec<Reason>>>);

impl Observer for Reasons {
    fn rejected(&self, _endpoint: &str, rejection: &Rejection) {
        self.0.lock().unwrap().push(rejection.reason());
    }
}

impl Reasons {
    fn last(&self) -> Option<Reason> {
        self.0.lock().unwrap().last().copied()
    }
}

fn secret(key: &str) -> Secret {
    Secret::utf8(key).unwrap()
}

/// A receiver whose clock is at the recording's arrival, at any path.
struct Replay {
    script: Script,
    reasons: Reasons,
    server: Server,
}

impl Replay {
    async fn at(received_at: UnixTime, keys: impl Into<hookgate::tenants::Keys>) -> Self {
        let clock = FakeClock::at(received_at);
        let reasons = Reasons::default();
        let receiver = Receiver::new("test", Logto::new(keys))
            .dedup(ScriptedStore::new(&clock))
            .observer(reasons.clone())
            .clock(clock.clone())
            .timer(clock)
            .build()
            .unwrap();
        let script = Script::default();
        let app = Router::new().route("/{*path}", script.route::<Event>(&receiver));
        Self {
            script,
            reasons,
            server: Server::start(app).await,
        }
    }

    async fn send(&self, recording: &Recording) -> (u16, Option<Reason>) {
        let reply = recording.call.send(self.server.addr).await;
        (reply.status, self.reasons.last())
    }
}

/// Why a recording is refused. `None` where it must be taken.
fn told(recording: &Recording) -> Option<(u16, Reason)> {
    match recording.number {
        57 => Some((405, Reason::MethodNotAllowed)),
        63 => Some((401, Reason::MissingSignature)),
        67 => Some((401, Reason::MalformedSignature)),
        _ => {
            assert!(recording.verifies, "{}", recording.file);
            None
        }
    }
}

#[tokio::test]
async fn each_is_handled_as_its_own_type_or_refused_for_the_reason_that_it_names() {
    let mut names = std::collections::BTreeSet::new();
    for recording in recordings() {
        let file = &recording.file;
        let key = recording.signing_key.as_deref().unwrap_or(logto::KEY);
        let replay = Replay::at(recording.received_at, secret(key)).await;
        let (status, reason) = replay.send(&recording).await;
        if let Some(refused) = told(&recording) {
            assert_eq!((status, reason), (refused.0, Some(refused.1)), "{file}");
            assert_eq!(replay.script.runs(), 0, "{file}");
            continue;
        }
        assert_eq!((status, reason), (200, None), "{file}");
        let seen = replay.script.last();
        assert_eq!(seen.raw, recording.call.body, "{file}");
        assert_eq!(seen.event_type.as_deref(), Some(&*recording.event));
        let event = Event::from_slice(&seen.raw).unwrap();
        let name = event.known_name().expect(file);
        assert_eq!(name.as_str(), recording.event);
        names.insert(name);
        let value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
        assert_eq!(
            value(&serde_json::to_vec(&event).unwrap()),
            value(&recording.call.body),
            "{file}: no member is lost"
        );
    }
    assert_eq!(names.len(), EventName::ALL.len(), "every event is there");
}

#[tokio::test]
async fn before_and_after_a_rotation_the_ring_says_which_key_it_was() {
    let (before, after) = (recording(65), recording(73));
    let key = |one: &Recording| secret(one.signing_key.as_deref().unwrap());
    let old = || Key::new("old", key(&before));
    let new = || Key::new("new", key(&after));

    let ring = Keyring::new([new(), old()]).unwrap();
    let replay = Replay::at(after.received_at, ring.clone()).await;
    assert_eq!(replay.send(&before).await.0, 200);
    assert_eq!(replay.script.last().key_id, "old");
    assert_eq!(replay.send(&after).await.0, 200);
    assert_eq!(replay.script.last().key_id, "new");

    for (ring, taken, refused) in [([old()], &before, &after), ([new()], &after, &before)] {
        let replay = Replay::at(after.received_at, Keyring::new(ring).unwrap()).await;
        assert_eq!(replay.send(taken).await.0, 200);
        let mismatch = (401, Some(Reason::SignatureMismatch));
        assert_eq!(replay.send(refused).await, mismatch);
        assert_eq!(replay.script.runs(), 1);
    }
}

#[tokio::test]
async fn a_ring_that_is_replaced_while_running_counts_from_the_next_request() {
    let (before, after) = (recording(65), recording(73));
    let key = |one: &Recording| secret(one.signing_key.as_deref().unwrap());
    let ring = Keyring::new([Key::new("old", key(&before))]).unwrap();
    let replay = Replay::at(after.received_at, ring.clone()).await;
    assert_eq!(replay.send(&after).await.0, 401);
    ring.replace([Key::new("new", key(&after))]).unwrap();
    assert_eq!(replay.send(&after).await.0, 200);
    assert_eq!(replay.send(&before).await.0, 401);

    // Keys that cannot be right are refused, and the present keys stay.
    assert!(ring.replace([]).is_err());
    assert!(
        ring.replace([Key::new("a", key(&after)), Key::new("a", key(&before))])
            .is_err()
    );
    assert_eq!(replay.send(&after).await.0, 200);
}

#[tokio::test]
async fn a_key_verifies_nothing_from_its_end_on() {
    let one = recording(65);
    let key = secret(one.signing_key.as_deref().unwrap());
    let end = |millis: i64| UnixTime::from_millis(one.received_at.as_millis() + millis);
    let other = || Key::new("other", secret("another key"));
    for (until, answer) in [
        (end(1), (200, None)),
        (end(0), (401, Some(Reason::SignatureMismatch))),
        (end(-1), (401, Some(Reason::SignatureMismatch))),
    ] {
        let ring = [Key::new("it", key.clone()).until(until), other()];
        let replay = Replay::at(one.received_at, Keyring::new(ring).unwrap()).await;
        assert_eq!(replay.send(&one).await, answer);
    }
    // A ring whose every key has ended is our fault, not the sender's: 503, so that it tries again.
    let ring = Keyring::new([Key::new("it", key).until(end(0))]).unwrap();
    let replay = Replay::at(one.received_at, ring).await;
    assert_eq!(replay.send(&one).await, (503, Some(Reason::NoLiveKey)));
}

#[tokio::test]
async fn the_three_copies_of_one_event_run_once() {
    let one = recording(204);
    let replay = Replay::at(one.received_at, secret(one.signing_key.as_deref().unwrap())).await;
    for _ in 0..3 {
        assert_eq!(replay.send(&one).await.0, 200);
    }
    assert_eq!(replay.script.runs(), 1);
}

/// Every member of `data` has a value of another type. It is still an event, and the handler decides.
#[tokio::test]
async fn whatever_type_a_member_of_data_has_the_event_reaches_the_handler() {
    let stage = Stage::logto().await;
    let mut sent = 0;
    for recording in recordings() {
        let Ok(event) = serde_json::from_slice::<serde_json::Value>(&recording.call.body) else {
            continue;
        };
        let of_another_type = |value: &serde_json::Value| match value {
            serde_json::Value::String(_) => serde_json::json!(7),
            _ => serde_json::json!("another type"),
        };
        let mut changed = Vec::new();
        if let Some(data) = event.get("data") {
            let mut whole = event.clone();
            whole["data"] = of_another_type(data);
            changed.push(whole);
        }
        for (name, value) in event["data"].as_object().into_iter().flatten() {
            let mut one = event.clone();
            one["data"][name] = of_another_type(value);
            changed.push(one);
        }
        for one in changed {
            let body = serde_json::to_vec(&one).unwrap();
            // Events that differed in the changed member alone are equal now, so spaces keep them apart.
            let body = [body.as_slice(), &b" ".repeat(sent % 1000)].concat();
            stage.clock.set_wall(recording.received_at);
            let reply = stage.send(&logto::signed(body, logto::KEY)).await;
            sent += 1;
            assert_eq!(reply.status, 200, "{}: {one}", recording.file);
            assert_eq!(stage.script.runs(), sent, "{}: {one}", recording.file);
        }
    }
    assert!(sent > 100, "{sent}");
    until("all", || stage.script.finished() == sent).await;
}
