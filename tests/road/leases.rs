//! Claims are leases: they are kept while a handler runs, end when it crashes, and fence late owners.

use std::time::Duration;

use axum::body::Body;
use hookgate::{
    Receiver, Secret,
    dedup::{Claim, DedupStore, End, OwnerToken, Settled, State},
    providers::logto::Logto,
    testing::FakeClock,
    time::TokioTimer,
};
use tower::ServiceExt;

use crate::props::{
    self, Fault, Gate, On, ScriptedStore, Stage, Step, busy_app, logto, now, until,
};

const LEASE: Duration = Duration::from_secs(30);

async fn running(stage: &Stage, step: Step) -> tokio::task::JoinHandle<props::Reply> {
    stage.script.then(step);
    let sent = stage.sending(&logto::event(1));
    until("the run", || stage.script.runs() == 1).await;
    sent
}

/// A deadline that is so long that it plays no part.
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
    // The store gave it to somebody else, though by our clock it is ours.
    let seen = stage.script.last();
    let memory = stage.store.memory();
    let release = memory.settle(seen.lease.granted(), End::Release, LEASE);
    assert_eq!(release.await.unwrap(), Settled::Ok);
    let other = OwnerToken::from_bytes([9; 16]);
    let claim = memory.claim(&seen.key, None, other, LEASE).await;
    assert!(matches!(claim, Ok(Claim::Won(_))));
    stage.pass(Duration::from_millis(9_900)).await;
    assert!(!seen.lease.is_lost());
    stage.pass(Duration::from_millis(200)).await;
    assert!(seen.lease.is_lost());
    assert_eq!(first.await.unwrap().status, 503);
}

#[tokio::test]
async fn a_handler_past_the_longest_run_loses_its_event_and_is_told_so() {
    let stage = Stage::logto_with(|builder| {
        builder
            .handler_deadline(Duration::from_secs(3600))
            .run_timeout(Duration::from_secs(60))
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

/// It runs on tokio's timer, in tokio's task: the handler uses up the task's budget for each poll. The store's
/// answers need budget too, as those over a socket do.
#[tokio::test]
async fn a_handler_that_is_always_busy_keeps_its_lease_by_heartbeat() {
    let clock = FakeClock::at(now());
    let store = ScriptedStore::new(&clock);
    let answers = Gate::shut();
    answers.open();
    store.always(On::Extend, Fault::Waits(answers));
    let receiver = Receiver::new("test", Logto::new(Secret::utf8(logto::KEY).unwrap()))
        .dedup(store.clone())
        .clock(clock)
        .timer(TokioTimer)
        .lease(Duration::from_secs(3600))
        .heartbeat(Duration::from_millis(5))
        .store_timeout(Duration::from_secs(3600))
        .handler_deadline(Duration::from_secs(3600))
        .build()
        .unwrap();
    // The third is sent only when the second was answered.
    let beats = store.clone();
    let app = busy_app(&receiver, "its heartbeats", move || {
        beats.count(On::Extend) >= 3
    });
    let reply = app.oneshot(logto::event(1).request::<Body>()).await;
    assert_eq!(reply.unwrap().status(), 200);
    assert_eq!(store.count(On::Mark), 1);
}

#[tokio::test]
async fn a_handler_is_told_that_it_lost_when_its_lease_ends_though_the_store_says_nothing() {
    for fault in [Fault::Hangs, Fault::Down] {
        let stage = patient().await;
        let gate = Gate::shut();
        let first = running(&stage, Step::wait(&gate)).await;
        stage.store.always(On::Extend, fault);
        stage.pass(LEASE - Duration::from_millis(50)).await;
        let lease = stage.script.last().lease;
        assert!(!lease.is_lost(), "it still holds");
        stage.pass(Duration::from_millis(50)).await;
        assert!(lease.is_lost());
        let tried = stage.store.count(On::Extend);
        stage.pass(LEASE).await;
        assert_eq!(
            stage.store.count(On::Extend),
            tried,
            "nothing is left to keep"
        );
        gate.open();
        assert_eq!(first.await.unwrap().status, 503);
    }
}

#[tokio::test]
async fn three_heartbeats_fit_into_a_lease() {
    // The defaults, and the rarest heartbeat that is taken, with a limit that none could reach.
    let rarest = |builder: hookgate::ReceiverBuilder| {
        builder
            .heartbeat(LEASE / 2)
            .store_timeout(Duration::from_secs(3600))
    };
    let defaults = |builder| builder;
    let settings: [fn(hookgate::ReceiverBuilder) -> hookgate::ReceiverBuilder; 2] =
        [defaults, rarest];
    for set in settings {
        for fault in [Fault::Hangs, Fault::Down] {
            let stage = Stage::logto_with(|builder| {
                set(builder.handler_deadline(Duration::from_secs(3600)))
            })
            .await;
            let gate = Gate::shut();
            let first = running(&stage, Step::wait(&gate)).await;
            for _ in 0..2 {
                stage.store.next(On::Extend, fault.clone());
            }
            stage.pass(LEASE + Duration::from_secs(10)).await;
            assert!(stage.store.count(On::Extend) >= 3);
            assert!(!stage.script.last().lease.is_lost());
            gate.open();
            assert_eq!(first.await.unwrap().status, 200);
        }
    }
}

#[tokio::test]
async fn a_lease_is_never_believed_for_longer_than_the_store_holds_it() {
    let stage = patient().await;
    let (claim, beat, handler) = (Gate::shut(), Gate::shut(), Gate::shut());
    let late = Duration::from_millis(1_500);

    // The answer to the claim comes late: the lease counts from before it was sent.
    stage.store.next(On::Claim, Fault::Waits(claim.clone()));
    stage.store.always(On::Extend, Fault::Down);
    stage.script.then(Step::wait(&handler));
    let first = stage.sending(&logto::event(1));
    until("the claim", || stage.store.count(On::Claim) == 1).await;
    stage.pass(late).await;
    claim.open();
    until("the run", || stage.script.runs() == 1).await;
    stage.pass(LEASE - late - Duration::from_millis(50)).await;
    assert!(!stage.script.last().lease.is_lost());
    stage.pass(Duration::from_millis(50)).await;
    assert!(stage.script.last().lease.is_lost());

    // A heartbeat's answer counts in the same way.
    stage.store.heal();
    stage.store.next(On::Extend, Fault::Waits(beat.clone()));
    stage.store.always(On::Extend, Fault::Down);
    stage.script.then(Step::wait(&handler));
    let second = stage.sending(&logto::event(2));
    until("the run", || stage.script.runs() == 2).await;
    let beats = stage.store.count(On::Extend);
    stage.pass(Duration::from_secs(10)).await;
    assert_eq!(stage.store.count(On::Extend), beats + 1);
    stage.pass(late).await;
    beat.open();
    stage.pass(LEASE - late - Duration::from_millis(50)).await;
    assert!(!stage.script.last().lease.is_lost());
    stage.pass(Duration::from_millis(50)).await;
    assert!(stage.script.last().lease.is_lost());
    handler.open();
    drop((first, second));
}

#[tokio::test]
async fn the_longest_run_ends_between_two_heartbeats_too() {
    let stage = Stage::logto_with(|builder| {
        builder
            .handler_deadline(Duration::from_secs(3600))
            .run_timeout(Duration::from_secs(55))
    })
    .await;
    let gate = Gate::shut();
    let first = running(&stage, Step::wait(&gate)).await;
    stage.pass(Duration::from_millis(54_950)).await;
    assert!(!stage.script.last().lease.is_lost());
    stage.pass(Duration::from_millis(50)).await;
    assert!(stage.script.last().lease.is_lost());
    gate.open();
    drop(first);
}

#[tokio::test]
async fn who_waits_for_a_lost_lease_is_let_go_when_the_run_has_ended() {
    let stage = patient().await;
    let gate = Gate::shut();
    let first = running(&stage, Step::wait(&gate)).await;
    let lease = stage.script.last().lease;
    let watcher = tokio::spawn({
        let lease = lease.clone();
        async move { lease.lost().await }
    });
    stage.pass(Duration::from_secs(60)).await;
    assert!(!watcher.is_finished());
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
    props::soon(watcher).await.unwrap();
    assert!(!lease.is_lost(), "it ended well");
    props::soon(lease.lost()).await;
}

#[tokio::test]
async fn who_waits_for_a_lost_lease_is_let_go_when_the_run_is_cut_off() {
    let stage = Stage::logto_with(|builder| builder.cancel_on_disconnect()).await;
    stage.script.then(Step::wait(&Gate::shut()));
    let mut sender = props::Connection::open(stage.server.addr).await;
    sender.write_call(&logto::event(1)).await;
    until("the run", || stage.script.runs() == 1).await;
    sender.reset();
    props::soon(stage.script.last().lease.lost()).await;
}
