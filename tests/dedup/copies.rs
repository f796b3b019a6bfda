//! Copies of an event that is being handled: they wait, and never get 2xx before it is done.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body};
use bytes::Bytes;
use hookgate::{
    Secret,
    providers::logto::{Event, Logto},
    testing::FakeClock,
};
use tokio::task::JoinHandle;
use tower::ServiceExt;

use crate::props::{
    Call, Connection, Fault, Gate, On, Puppet, Reply, ScriptedStore, Stage, Step, Watched, logto,
    now, until,
};

const WAIT_PER_KEY: usize = 64;

#[tokio::test]
async fn of_a_thousand_copies_one_runs_and_none_gets_2xx_before_it_has_finished() {
    let stage = Stage::logto().await;
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let call = logto::event(1);
    let opened = Arc::new(AtomicBool::new(false));
    let turned_away = Arc::new(AtomicUsize::new(0));
    let copies: Vec<JoinHandle<Reply>> = (0..1000)
        .map(|_| {
            let (call, addr) = (call.clone(), stage.server.addr);
            let (opened, turned_away) = (opened.clone(), turned_away.clone());
            tokio::spawn(async move {
                let reply = call.send(addr).await;
                if !opened.load(Ordering::SeqCst) {
                    assert_eq!(reply.status, 503, "an answer before the first has finished");
                    assert!(reply.header("retry-after").is_some());
                    turned_away.fetch_add(1, Ordering::SeqCst);
                }
                reply
            })
        })
        .collect();
    let beyond = 1000 - 1 - WAIT_PER_KEY;
    until("those beyond the cap", || {
        turned_away.load(Ordering::SeqCst) == beyond
    })
    .await;
    assert_eq!((stage.script.runs(), stage.script.finished()), (1, 0));
    opened.store(true, Ordering::SeqCst);
    gate.open();
    let mut taken = 0;
    for copy in copies {
        taken += usize::from(copy.await.unwrap().is_success());
    }
    assert_eq!(taken, 1 + WAIT_PER_KEY);
    assert_eq!(stage.script.runs(), 1);
    assert_eq!(stage.store.count(On::Claim), 1000);
}

/// Has an event running, and copies of it waiting.
async fn waiting(
    stage: &Stage,
    step: Step,
    copies: usize,
) -> (JoinHandle<Reply>, Vec<JoinHandle<Reply>>) {
    stage.script.then(step);
    let first = stage.sending(&logto::event(1));
    until("the run", || stage.script.runs() == 1).await;
    let copies: Vec<_> = (0..copies)
        .map(|_| stage.sending(&logto::event(1)))
        .collect();
    let claims = copies.len() + 1;
    until("the copies", || stage.store.count(On::Claim) == claims).await;
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
    assert!(copies.iter().all(|copy| !copy.is_finished()));
    (first, copies)
}

#[tokio::test]
async fn a_copy_waits_at_most_three_seconds() {
    let stage = Stage::logto().await;
    let gate = Gate::shut();
    let (first, copies) = waiting(&stage, Step::wait(&gate), 3).await;
    stage.pass(Duration::from_millis(2_900)).await;
    assert!(copies.iter().all(|copy| !copy.is_finished()));
    stage.pass(Duration::from_millis(200)).await;
    for copy in copies {
        let reply = copy.await.unwrap();
        assert_eq!(reply.status, 503);
        assert!(reply.header("retry-after").is_some());
    }
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
}

#[tokio::test]
async fn copies_of_a_first_that_failed_are_sent_back_and_the_next_runs() {
    let stage = Stage::logto().await;
    let gate = Gate::shut();
    let step = Step::Wait(gate.clone(), Box::new(Step::Retry));
    let (first, copies) = waiting(&stage, step, 5).await;
    gate.open();
    assert_eq!(first.await.unwrap().status, 503);
    for copy in copies {
        let reply = copy.await.unwrap();
        assert_eq!(reply.status, 503);
        assert_eq!(reply.header("retry-after"), Some("5"));
    }
    assert_eq!(stage.script.runs(), 1, "a waiting copy never claims");
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    assert_eq!(stage.script.runs(), 2);
}

#[tokio::test]
async fn of_the_copies_of_one_event_one_asks_the_store_for_all() {
    let clock = FakeClock::at(now());
    let store = ScriptedStore::silent(&clock);
    let pack = Logto::new(Secret::utf8(logto::KEY).unwrap());
    let stage = Stage::on(pack, clock, store, |builder| builder).await;
    let gate = Gate::shut();
    let (first, copies) = waiting(&stage, Step::wait(&gate), 60).await;
    stage.pass(Duration::from_millis(2_500)).await;
    let looks = stage.store.count(On::Look);
    assert!((4..=10).contains(&looks), "{looks}");
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
    stage.pass(Duration::from_millis(500)).await;
    for copy in copies {
        assert_eq!(copy.await.unwrap().status, 200);
    }
}

#[tokio::test]
async fn when_the_copy_that_asks_leaves_another_asks() {
    let stage = Stage::logto().await;
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let first = stage.sending(&logto::event(1));
    until("the run", || stage.script.runs() == 1).await;
    let mut leader = Connection::open(stage.server.addr).await;
    leader.write_call(&logto::event(1)).await;
    until("the leader", || stage.store.count(On::Claim) == 2).await;
    let copies: Vec<_> = (0..3).map(|_| stage.sending(&logto::event(1))).collect();
    until("the copies", || stage.store.count(On::Claim) == 5).await;
    leader.reset();
    stage.pass(Duration::from_millis(100)).await;
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
    for copy in copies {
        assert_eq!(copy.await.unwrap().status, 200);
    }
}

#[tokio::test]
async fn a_store_that_is_down_for_a_moment_ends_no_wait() {
    let stage = Stage::logto().await;
    stage.store.always(On::Look, Fault::Down);
    let gate = Gate::shut();
    let (first, copies) = waiting(&stage, Step::wait(&gate), 2).await;
    stage.pass(Duration::from_millis(500)).await;
    assert!(copies.iter().all(|copy| !copy.is_finished()));
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
    stage.store.heal();
    stage.pass(Duration::from_millis(500)).await;
    for copy in copies {
        assert_eq!(copy.await.unwrap().status, 200);
    }
}

#[tokio::test]
async fn a_waiting_copy_holds_no_bytes_of_its_body() {
    let size = logto::body(1).len();
    let stage =
        Stage::logto_with(|builder| builder.body_limit(size).bytes_in_flight(2 * size)).await;
    let gate = Gate::shut();
    let (first, copies) = waiting(&stage, Step::wait(&gate), 20).await;
    assert_eq!(stage.send(&logto::event(2)).await.status, 200);
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
    for copy in copies {
        assert_eq!(copy.await.unwrap().status, 200);
    }
}

/// In process: the receiver has the bound, and not its connections.
#[tokio::test]
async fn no_more_than_1024_copies_of_a_receiver_wait() {
    let stage = Stage::logto().await;
    let gate = Gate::shut();
    let app: Router = Router::new().route("/hook", stage.script.route::<Event>(&stage.receiver));
    let mut runs = Vec::new();
    let mut copies = Vec::new();
    let turned_away = Arc::new(AtomicUsize::new(0));
    for n in 0..17 {
        stage.script.then(Step::wait(&gate));
        runs.push(tokio::spawn(
            app.clone().oneshot(logto::event(n).request::<Body>()),
        ));
    }
    until("the runs", || stage.script.runs() == 17).await;
    for n in 0..17 {
        for _ in 0..WAIT_PER_KEY {
            let (app, turned_away) = (app.clone(), turned_away.clone());
            copies.push(tokio::spawn(async move {
                let request = logto::event(n).request::<Body>();
                let status = app.oneshot(request).await.unwrap().status();
                turned_away.fetch_add(usize::from(status == 503), Ordering::SeqCst);
                status
            }));
        }
    }
    let all = 17 * (WAIT_PER_KEY + 1);
    until("all", || stage.store.count(On::Claim) == all).await;
    let beyond = 17 * WAIT_PER_KEY - 1024;
    until("those beyond the cap", || {
        turned_away.load(Ordering::SeqCst) == beyond
    })
    .await;
    gate.open();
    let mut taken = 0;
    for copy in copies {
        taken += usize::from(copy.await.unwrap() == 200);
    }
    assert_eq!(taken, 1024);
}

/// In process: over HTTP the server holds bytes of its own. The pack compares contents, so the copy's digest
/// is kept.
#[tokio::test]
async fn a_waiting_copy_keeps_nothing_of_its_body() {
    let stage = Stage::of(Puppet::default(), |builder| builder).await;
    let app: Router = Router::new().route("/hook", stage.script.route::<String>(&stage.receiver));
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let call = Call::post("/hook", "one a");
    let first = tokio::spawn(app.clone().oneshot(call.request::<Body>()));
    until("the run", || stage.script.runs() == 1).await;
    let (bytes, gone) = Watched::new(&call.body);
    let request = call.with_body(Body::from(Bytes::from_owner(bytes)));
    let copy = tokio::spawn(app.oneshot(request));
    until("the copy", || stage.store.count(On::Claim) == 2).await;
    until("the drop", || gone.load(Ordering::SeqCst)).await;
    assert!(!copy.is_finished());
    gate.open();
    assert_eq!(first.await.unwrap().unwrap().status(), 200);
    assert_eq!(copy.await.unwrap().unwrap().status(), 200);
}
