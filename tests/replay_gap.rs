//! No replay gap: at every moment a captured delivery is recognised as a copy, or too old.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod support;

use std::time::Duration;

use hookgate::providers::preset::Preset;
use hookgate::{Clock, Provider, Secret, UnixTime, providers::logto::Logto, testing::FakeClock};
use support::{Call, ScriptedStore, Stage, logto, standard_webhooks};

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
    let signed = support::now();
    let call = standard_webhooks::signed("msg_1", signed.as_secs(), "{}");
    let pack = Preset::standard_webhooks(Secret::whsec(standard_webhooks::KEY).unwrap());
    replays(pack, call, signed, FUTURE, FUTURE + FUTURE + MARGIN).await;
}

#[tokio::test]
async fn with_a_time_that_belongs_to_the_event() {
    let day = Duration::from_secs(24 * 3600);
    let pack = Logto::new(Secret::utf8(logto::KEY).unwrap());
    let past = day - FUTURE - MARGIN;
    replays(pack, logto::event(1), support::now(), past, day).await;
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
    let gate = support::Gate::shut();
    stage.script.then(support::Step::wait(&gate));
    let first = stage.sending(&logto::event(1));
    support::until("the run", || stage.script.runs() == 1).await;
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
