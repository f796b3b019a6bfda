//! No replay gap: at every moment a captured delivery is recognised as a copy, or too old.

use std::time::Duration;

use hookgate::{
    ReceiverBuilder, Secret, UnixTime,
    keys::JwsAlgorithm,
    pack::Provider,
    providers::{logto::Logto, preset::Preset},
    schemes::{JwtBodyHash, JwtBodyHashConfig},
    simulator::{Sent, Signer},
    testing::FakeClock,
    time::Clock,
};
use serde_json::json;

use crate::props::{self, Call, Connection, ScriptedStore, Stage, logto, standard_webhooks, until};

const FUTURE: Duration = Duration::from_secs(300);
const MARGIN: Duration = Duration::from_secs(60);

/// Accepts `call`, signed at `signed`, at the earliest moment, then replays it up to and beyond the last.
async fn replays<P>(pack: P, call: Call, signed: UnixTime, past: Duration, retention: Duration)
where
    P: Provider<Event: Sync>,
{
    let earliest = signed.saturating_sub(FUTURE);
    let clock = FakeClock::at(earliest.saturating_sub(Duration::from_millis(1)));
    let store = ScriptedStore::new(&clock);
    let stage = Stage::on(pack, clock, store, |builder| builder.retention(retention)).await;
    let window = stage.receiver.window().unwrap();
    assert_eq!((window.past, window.future), (past, FUTURE));
    assert_eq!(past + FUTURE + MARGIN, retention, "the least that is safe");

    assert_eq!(stage.send(&call).await.status, 401, "too early");
    stage.clock.advance(Duration::from_millis(1));
    assert_eq!(stage.send(&call).await.status, 200);
    assert_eq!(stage.script.runs(), 1);

    let last = signed.saturating_add(past);
    while stage.clock.now() < last {
        let left = last.since(stage.clock.now());
        stage.clock.advance(left.min(past / 16));
        assert_eq!(stage.send(&call).await.status, 200);
        assert_eq!(stage.script.runs(), 1, "recognised at {:?}", stage.clock);
    }
    assert_eq!(stage.clock.now(), last);
    assert!(!stage.store.memory().is_empty(), "the mark is still there");
    for step in [1, 1_000, 59_998, 1, 1, 3_600_000] {
        stage.clock.advance(Duration::from_millis(step));
        assert_eq!(stage.send(&call).await.status, 401, "too old");
    }
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn with_a_time_signed_for_each_attempt() {
    let signed = props::now();
    let call = standard_webhooks::signed("msg_1", signed.as_secs(), "{}");
    let pack = Preset::standard_webhooks(Secret::whsec(standard_webhooks::KEY).unwrap());
    replays(pack, call, signed, FUTURE, FUTURE + FUTURE + MARGIN).await;
}

#[tokio::test]
async fn with_a_time_that_belongs_to_the_event() {
    let day = Duration::from_secs(24 * 3600);
    let pack = Logto::new(Secret::utf8(logto::KEY).unwrap());
    let past = day - FUTURE - MARGIN;
    replays(pack, logto::event(1), props::now(), past, day).await;
}

/// A receiver that takes bodies which come slower than the margin is wide.
async fn with_slow_bodies() -> Stage {
    Stage::logto_with(|builder| builder.body_timeout(Duration::from_secs(120))).await
}

/// Sends all but the end of `call`'s body, and returns once the receiver waits for it.
async fn dripping(stage: &Stage, call: &Call) -> Connection {
    let mut slow = Connection::open(stage.server.addr).await;
    slow.write_head(call).await;
    let (begin, _) = call.body.split_at(call.body.len() - 1);
    slow.write(format!("content-length: {}\r\n\r\n", call.body.len()))
        .await;
    slow.write(begin).await;
    until("the wait for the body", || stage.clock.sleepers() > 0).await;
    slow
}

#[tokio::test]
async fn with_a_body_that_comes_slowly() {
    let stage = with_slow_bodies().await;
    let signed = props::now();
    stage.clock.set_wall(signed.saturating_sub(FUTURE));
    let call = logto::event(1);
    assert_eq!(stage.send(&call).await.status, 200);

    let past = stage.receiver.window().unwrap().past;
    stage.clock.advance(FUTURE + past);
    assert_eq!(stage.send(&call).await.status, 200, "at the last moment");
    let mut slow = dripping(&stage, &call).await;
    stage.clock.advance(MARGIN + Duration::from_secs(1));
    slow.write(&call.body[call.body.len() - 1..]).await;
    assert_eq!(slow.reply().await.status, 401);
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn what_is_dated_too_far_ahead_does_not_become_acceptable_by_coming_slowly() {
    let stage = with_slow_bodies().await;
    let early = props::now().saturating_sub(FUTURE + Duration::from_secs(1));
    stage.clock.set_wall(early);
    let call = logto::event(1);
    let mut slow = dripping(&stage, &call).await;
    stage.clock.advance(Duration::from_secs(60));
    slow.write(&call.body[call.body.len() - 1..]).await;
    assert_eq!(slow.reply().await.status, 401);
    assert_eq!(stage.script.runs(), 0);
}

/// Tokens are good from `nbf` until `exp`, here without a leeway.
async fn with_tokens(set: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder) -> (Stage, Signer) {
    let key = "0123456789abcdef0123456789abcdef";
    let config = JwtBodyHashConfig::member([JwsAlgorithm::Hs256], "/token")
        .needs_claim("/event")
        .leeway_secs(0);
    let signer = Signer::new(config.clone(), key).unwrap();
    let scheme = JwtBodyHash::try_from(config).unwrap();
    let pack = Preset::custom("acme", scheme, Secret::utf8(key).unwrap());
    let stage = Stage::of(pack, |builder| {
        set(builder.body_timeout(Duration::from_secs(120)))
    });
    (stage.await, signer)
}

#[tokio::test]
async fn a_token_must_be_good_when_its_head_came_and_when_its_body_was_there() {
    for (from, until, slow_by, status) in [
        (0, 60, 59, 200),
        (0, 60, 60, 401),
        (1, 600, 60, 401),
        (0, 1, 0, 200),
    ] {
        let (stage, signer) = with_tokens(|builder| builder).await;
        let now = props::now().as_secs();
        let event = json!({"event": "e", "nbf": now + from, "exp": now + until});
        let sent = Sent::post("/hook", "application/json", event.to_string());
        let call = Call::of(&signer.sign(sent, "1", props::now()).unwrap());
        let mut slow = dripping(&stage, &call).await;
        stage.clock.advance(Duration::from_secs(slow_by));
        slow.write(&call.body[call.body.len() - 1..]).await;
        let what = format!("from {from} s until {until} s, {slow_by} s slow");
        assert_eq!(slow.reply().await.status, status, "{what}");
        assert_eq!(stage.script.runs(), usize::from(status == 200), "{what}");
    }
}

#[tokio::test]
async fn a_tool_that_checks_no_time_takes_a_token_that_has_ended() {
    for (checks, status) in [(true, 401), (false, 200)] {
        let (stage, signer) = with_tokens(|builder| match checks {
            true => builder,
            false => builder.without_time_check(),
        })
        .await;
        let event = json!({"event": "e", "nbf": 1, "exp": 2}).to_string();
        let sent = Sent::post("/hook", "application/json", event);
        let call = Call::of(&signer.sign(sent, "1", props::now()).unwrap());
        assert_eq!(stage.send(&call).await.status, status);
    }
}

/// What `ReceiverBuilder::retention` says of raising it.
#[tokio::test]
async fn with_a_retention_that_is_raised_in_two_steps() {
    let hour = Duration::from_secs(3600);
    let (old, new) = (hour, 24 * hour);
    let clock = FakeClock::at(props::now());
    let store = ScriptedStore::new(&clock);
    let pack = || Logto::new(Secret::utf8(logto::KEY).unwrap());
    let at = |retention, past: Option<Duration>| {
        Stage::on(pack(), clock.clone(), store.clone(), move |builder| {
            let builder = builder.retention(retention);
            match past {
                Some(past) => builder.past(past),
                None => builder,
            }
        })
    };
    let before = at(old, None).await;
    let past = before.receiver.window().unwrap().past;
    assert_eq!(before.send(&logto::event(1)).await.status, 200);

    let between = at(new, Some(past)).await;
    for _ in 0..24 {
        between.send(&logto::event(1)).await;
        clock.advance(hour);
    }
    let after = at(new, None).await;
    for _ in 0..48 {
        assert_eq!(after.send(&logto::event(1)).await.status, 401);
        clock.advance(hour);
    }
    assert_eq!(
        between.script.runs() + after.script.runs(),
        0,
        "it ran again"
    );
}

#[tokio::test]
async fn a_copy_signed_anew_is_a_copy() {
    let stage = Stage::standard_webhooks().await;
    for attempt in 0..4 {
        let at = stage.clock.now().as_secs();
        let call = standard_webhooks::signed("msg_1", at, "{}");
        assert_eq!(stage.send(&call).await.status, 200, "{attempt}");
        stage.clock.advance(Duration::from_secs(24 * 3600));
    }
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn retention_counts_from_completion() {
    // The handler takes 10 minutes: the mark lives 24 h from then on.
    let stage = Stage::logto().await;
    let gate = props::Gate::shut();
    stage.script.then(props::Step::wait(&gate));
    let first = stage.sending(&logto::event(1));
    props::until("the run", || stage.script.runs() == 1).await;
    stage.pass(Duration::from_secs(600)).await;
    assert_eq!(first.await.unwrap().status, 503);
    gate.open();
    stage.receiver.drained().await;

    let day = Duration::from_secs(24 * 3600);
    let last_accepted = day - FUTURE - MARGIN;
    stage
        .clock
        .advance(last_accepted - Duration::from_secs(600));
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
    let key = stage.script.last().key;
    stage
        .clock
        .advance(FUTURE + MARGIN + Duration::from_secs(599));
    let look = hookgate::dedup::DedupStore::look(stage.store.memory(), &key).await;
    assert_eq!(look.unwrap(), hookgate::dedup::State::Done);
}
