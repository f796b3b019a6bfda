//! A store that is down, slow, full or forgetful: never a 2xx for what is not done.

use std::time::Duration;

use axum::{Router, body::Body};
use hookgate::{
    Secret,
    providers::logto::{Event, Logto},
    testing::FakeClock,
    time::TokioTimer,
};
use tower::ServiceExt;

use crate::props::{Fault, On, ScriptedStore, Stage, logto, now, until};

#[tokio::test]
async fn a_store_that_is_down_is_503_and_the_handler_does_not_run() {
    let stage = Stage::logto().await;
    stage.store.always(On::Claim, Fault::Down);
    let reply = stage.send(&logto::event(1)).await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.header("retry-after"), Some("5"));
    assert_eq!(stage.script.runs(), 0);
    stage.store.heal();
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_repeated_by_the_same_owner_and_won() {
    let stage = Stage::logto().await;
    stage.store.next(On::Claim, Fault::AnswerLost);
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    let owners = stage.store.owners();
    assert_eq!(owners.len(), 2);
    assert_eq!(owners[0], owners[1]);
    assert_eq!(stage.script.runs(), 1);
    assert_eq!(stage.script.last().lease.attempt(), 1);
}

#[tokio::test]
async fn a_claim_that_hangs_is_503_at_the_stores_time_limit() {
    let stage = Stage::logto().await;
    stage.store.next(On::Claim, Fault::Hangs);
    let sent = stage.sending(&logto::event(1));
    until("the claim", || stage.store.count(On::Claim) == 1).await;
    stage.pass(Duration::from_millis(1_900)).await;
    assert!(!sent.is_finished());
    stage.pass(Duration::from_millis(200)).await;
    assert_eq!(sent.await.unwrap().status, 503);
    assert_eq!(stage.script.runs(), 0);
}

#[tokio::test]
async fn a_full_store_is_503_and_forgets_nothing() {
    let clock = FakeClock::at(now());
    let store = ScriptedStore::with_capacity(3, &clock);
    let pack = Logto::new(Secret::utf8(logto::KEY).unwrap());
    let stage = Stage::on(pack, clock, store, |builder| builder).await;
    for n in 1..=3 {
        assert_eq!(stage.send(&logto::event(n)).await.status, 200);
    }
    let full = stage.send(&logto::event(4)).await;
    assert_eq!(full.status, 503);
    assert_eq!(full.header("retry-after"), Some("5"));
    for n in 1..=3 {
        assert_eq!(stage.send(&logto::event(n)).await.status, 200);
    }
    assert_eq!(stage.script.runs(), 3);

    // Only time makes room.
    stage.clock.advance(Duration::from_secs(24 * 3600));
    stage.clock.set_wall(now());
    assert_eq!(stage.send(&logto::event(4)).await.status, 200);
}

#[tokio::test]
async fn a_mark_that_fails_at_first_is_written_within_the_budget() {
    let stage = Stage::logto().await;
    stage.store.next(On::Mark, Fault::Down);
    stage.store.next(On::Mark, Fault::Down);
    let sent = stage.sending(&logto::event(1));
    until("the first try", || stage.store.count(On::Mark) == 1).await;
    stage.pass(Duration::from_millis(300)).await;
    assert_eq!(sent.await.unwrap().status, 200);
    assert_eq!(stage.store.count(On::Mark), 3);
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn a_mark_whose_answer_was_lost_is_repeated() {
    let stage = Stage::logto().await;
    stage.store.next(On::Mark, Fault::AnswerLost);
    let sent = stage.sending(&logto::event(1));
    until("the first try", || stage.store.count(On::Mark) == 1).await;
    stage.pass(Duration::from_millis(100)).await;
    assert_eq!(sent.await.unwrap().status, 200);
    assert_eq!(stage.store.count(On::Mark), 2);
}

#[tokio::test]
async fn a_mark_that_cannot_be_written_while_the_lease_lasts_is_503_and_the_effect_may_repeat() {
    for fault in [Fault::Down, Fault::Hangs] {
        let stage = Stage::logto().await;
        stage.store.always(On::Mark, fault);
        let sent = stage.sending(&logto::event(1));
        until("the first try", || stage.store.count(On::Mark) == 1).await;
        stage.pass(Duration::from_millis(2_200)).await;
        let reply = sent.await.unwrap();
        assert_eq!(reply.status, 503);
        assert_eq!(reply.header("retry-after"), Some("5"));
        assert_eq!(stage.script.finished(), 1);

        stage.pass(Duration::from_secs(40)).await;
        stage.store.heal();
        assert!(stage.receiver.busy().is_idle());
        assert_eq!(stage.send(&logto::event(1)).await.status, 200);
        assert_eq!(stage.script.runs(), 2);
        assert_eq!(stage.script.last().lease.attempt(), 2);
    }
}

#[tokio::test]
async fn the_store_is_never_touched_for_what_is_not_verified() {
    let stage = Stage::logto().await;
    let call = logto::event(1);
    for (refused, status) in [
        (call.clone().without(logto::SIGNATURE), 401),
        (call.clone().with(logto::SIGNATURE, "00".repeat(32)), 401),
        (call.clone().with("content-type", "text/plain"), 415),
        (logto::signed("[]", logto::KEY), 400),
    ] {
        assert_eq!(stage.send(&refused).await.status, status);
    }
    let later = now().saturating_add(Duration::from_secs(25 * 3600));
    stage.clock.set_wall(later);
    assert_eq!(stage.send(&call).await.status, 401);
    for on in [On::Claim, On::Look, On::Mark, On::Release, On::Extend] {
        assert_eq!(stage.store.count(on), 0, "{on:?}");
    }
    assert_eq!(stage.script.runs(), 0);
}

/// It runs on tokio's timer, in tokio's task: the store uses up the task's budget for each poll.
#[tokio::test]
async fn a_store_that_is_always_busy_is_503_at_its_limits() {
    let limit = Duration::from_millis(5);
    for (on, runs) in [(On::Claim, 0), (On::Mark, 1)] {
        let stage = Stage::logto_with(|builder| match on {
            On::Claim => builder.timer(TokioTimer).store_timeout(limit),
            _ => builder.timer(TokioTimer).settle_timeout(limit),
        })
        .await;
        stage.store.next(on, Fault::Busy);
        let app: Router =
            Router::new().route("/hook", stage.script.route::<Event>(&stage.receiver));
        let reply = app.oneshot(logto::event(1).request::<Body>()).await;
        assert_eq!(reply.unwrap().status(), 503);
        assert_eq!(stage.script.runs(), runs);
    }
}
