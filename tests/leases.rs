//! Claims are leases: they are kept while a handler runs, end when it crashes, and fence late owners.

mod support;

use std::time::Duration;

use hookgate::dedup::{Claim, DedupStore, OwnerToken, State};
use support::{Fault, Gate, On, Stage, Step, logto, until};

const LEASE: Duration = Duration::from_secs(30);

async fn running(stage: &Stage, step: Step) -> tokio::task::JoinHandle<support::Reply> {
    stage.script.then(step);
    let sent = stage.sending(&logto::event(1));
    until("the run", || stage.script.runs() == 1).await;
    sent
}

/// Long enough a deadline that it plays no part.
async fn patient() -> Stage {
    Stage::logto_with(|builder| builder.handler_deadline(Duration::from_secs(3600))).await
}

#[tokio::test]
async fn a_handler_slower_than_its_lease_keeps_it_by_heartbeat() {
    let stage = patient().await;
    let gate = Gate::shut();
    let first = running(&stage, Step::wait(&gate)).await;
    for beat in 1..=12 {
        stage.clock.advance(Duration::from_secs(10));
        until("the beat", || stage.store.count(On::Extend) == beat).await;
    }
    let key = stage.script.last().key;
    assert_eq!(
        stage.store.memory().look(&key).await.unwrap(),
        State::InProgress { retry_after: LEASE }
    );
    assert!(!stage.script.last().lease.is_lost());
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn one_failed_heartbeat_does_not_lose_the_lease() {
    let stage = patient().await;
    let gate = Gate::shut();
    let first = running(&stage, Step::wait(&gate)).await;
    stage.store.next(On::Extend, Fault::Down);
    for beat in 1..=5 {
        stage.clock.advance(Duration::from_secs(10));
        until("the beat", || stage.store.count(On::Extend) == beat).await;
    }
    assert!(!stage.script.last().lease.is_lost());
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
}

#[tokio::test]
async fn a_handler_whose_store_stays_away_for_its_whole_lease_is_told_that_it_lost() {
    let stage = patient().await;
    let gate = Gate::shut();
    let first = running(&stage, Step::wait(&gate)).await;
    stage.store.always(On::Extend, Fault::Down);
    for beat in 1..=2 {
        stage.clock.advance(Duration::from_secs(10));
        until("the beat", || stage.store.count(On::Extend) == beat).await;
        assert!(
            !stage.script.last().lease.is_lost(),
            "the lease still holds"
        );
    }
    stage.clock.advance(Duration::from_secs(10));
    until("the news", || stage.script.last().lease.is_lost()).await;
    gate.open();
    drop(first);
}

#[tokio::test]
async fn a_heartbeat_that_hangs_is_given_up_and_tried_again() {
    let stage = patient().await;
    let gate = Gate::shut();
    let first = running(&stage, Step::wait(&gate)).await;
    stage.store.next(On::Extend, Fault::Hangs);
    stage.pass(Duration::from_secs(60)).await;
    assert!(stage.store.count(On::Extend) >= 4);
    assert!(!stage.script.last().lease.is_lost());
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
}

#[tokio::test]
async fn a_late_owner_is_told_that_it_lost_and_its_sender_gets_the_new_owners_state() {
    // The store cannot be reached by heartbeats, so the lease lapses while the handler runs.
    for new_owner_is_done in [false, true] {
        let stage = patient().await;
        stage.store.always(On::Extend, Fault::Down);
        let (slow, next) = (Gate::shut(), Gate::shut());
        let first = running(&stage, Step::wait(&slow)).await;
        stage.pass(LEASE).await;

        stage.script.then(Step::wait(&next));
        let second = stage.sending(&logto::event(1));
        until("the second run", || stage.script.runs() == 2).await;
        let seen = stage.script.seen();
        assert_eq!(seen[0].lease.attempt(), 1);
        assert_eq!(seen[1].lease.attempt(), 2, "the takeover is seen");

        if new_owner_is_done {
            next.open();
            assert_eq!(second.await.unwrap().status, 200);
            slow.open();
            assert_eq!(first.await.unwrap().status, 200);
        } else {
            slow.open();
            let late = first.await.unwrap();
            assert_eq!(late.status, 503, "an event in progress is no success");
            assert!(late.header("retry-after").is_some());
            // The late owner changed nothing: the second one settles.
            next.open();
            assert_eq!(second.await.unwrap().status, 200);
        }
        assert!(seen[0].lease.is_lost());
        assert!(!seen[1].lease.is_lost());
    }
}

#[tokio::test]
async fn a_late_owner_whose_event_nobody_took_is_told_so_too() {
    let stage = patient().await;
    stage.store.always(On::Extend, Fault::Down);
    let gate = Gate::shut();
    let first = running(&stage, Step::wait(&gate)).await;
    stage.pass(LEASE).await;
    gate.open();
    assert_eq!(first.await.unwrap().status, 503);
    assert!(stage.script.last().lease.is_lost());
}

#[tokio::test]
async fn a_late_owner_that_asks_for_a_retry_does_not_free_the_new_owners_event() {
    let stage = patient().await;
    stage.store.always(On::Extend, Fault::Down);
    let (slow, next) = (Gate::shut(), Gate::shut());
    let first = running(&stage, Step::Wait(slow.clone(), Box::new(Step::Retry))).await;
    stage.pass(LEASE).await;
    stage.script.then(Step::wait(&next));
    let second = stage.sending(&logto::event(1));
    until("the second run", || stage.script.runs() == 2).await;
    slow.open();
    assert_eq!(first.await.unwrap().status, 503);
    let key = stage.script.last().key;
    let state = stage.store.memory().look(&key).await.unwrap();
    assert!(matches!(state, State::InProgress { .. }));
    next.open();
    assert_eq!(second.await.unwrap().status, 200);
}

#[tokio::test]
async fn a_heartbeat_tells_the_handler_that_its_lease_is_lost() {
    let stage = patient().await;
    let first = running(&stage, Step::UntilLost(Box::new(Step::Process))).await;
    // Somebody else has it: the wall between two processes, seen from one.
    stage.store.next(On::Extend, Fault::Down);
    stage.store.next(On::Extend, Fault::Down);
    stage.store.next(On::Extend, Fault::Down);
    stage.pass(LEASE).await;
    let key = stage.script.last().key;
    let other = OwnerToken::from_bytes([9; 16]);
    let claim = stage.store.memory().claim(&key, None, other, LEASE).await;
    assert!(matches!(claim, Ok(Claim::Won(_))));
    stage.pass(Duration::from_secs(11)).await;
    assert_eq!(first.await.unwrap().status, 503);
}

#[tokio::test]
async fn a_handler_past_the_longest_run_loses_its_event_and_is_told_so() {
    let stage = Stage::logto_with(|builder| {
        builder
            .handler_deadline(Duration::from_secs(3600))
            .longest_run(Duration::from_secs(60))
    })
    .await;
    let gate = Gate::shut();
    let step = Step::UntilLost(Box::new(Step::wait(&gate)));
    let first = running(&stage, step).await;
    stage.pass(Duration::from_secs(59)).await;
    assert!(!stage.script.last().lease.is_lost());
    stage.pass(Duration::from_secs(2)).await;
    assert!(stage.script.last().lease.is_lost());
    let beats = stage.store.count(On::Extend);

    // Its heartbeat has ended: after one more lease another copy may run.
    stage.pass(LEASE).await;
    assert_eq!(stage.store.count(On::Extend), beats);
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    assert_eq!(stage.script.runs(), 2);

    // Its late settle is told so, and its sender gets what the new owner made of it.
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
    assert_eq!(stage.script.finished(), 2);
}

#[tokio::test]
async fn a_heartbeat_that_the_handler_stopped_lets_the_lease_lapse() {
    let stage = patient().await;
    let gate = Gate::shut();
    let first = running(&stage, Step::wait(&gate)).await;
    stage.script.last().lease.stop_heartbeat();
    stage.pass(LEASE).await;
    assert_eq!(stage.store.count(On::Extend), 0);
    let key = stage.script.last().key;
    assert_eq!(stage.store.memory().look(&key).await.unwrap(), State::Free);
    gate.open();
    assert_eq!(first.await.unwrap().status, 503);
}

#[tokio::test]
async fn every_run_has_an_owner_token_of_its_own() {
    let stage = Stage::logto().await;
    stage.script.then(Step::Retry);
    for n in [1, 1, 2, 3] {
        stage.send(&logto::event(n)).await;
    }
    let owners = stage.store.owners();
    assert_eq!(owners.len(), 4);
    for (place, owner) in owners.iter().enumerate() {
        assert!(!owners[..place].contains(owner));
    }
}
