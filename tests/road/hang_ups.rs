//! A sender that leaves does not take its handler with it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use axum::{Router, body::Body};
use hookgate::{
    Receiver, Secret,
    framework::{Handled, RunsToEnd, TimeLeft},
    pack::Head,
    providers::logto::{self as pack, Logto},
    testing::FakeClock,
    time::Timer,
};
use tower::ServiceExt;

use crate::props::{
    Connection, Fault, Gate, On, Script, ScriptedStore, Stage, Step, logto, now, until,
};

/// Has an event running whose sender is gone, and is known to be.
async fn abandoned(stage: &Stage, gate: &Gate) {
    stage.script.then(Step::wait(gate));
    let mut sender = Connection::open(stage.server.addr).await;
    sender.write_call(&logto::event(1)).await;
    until("the run", || stage.script.runs() == 1).await;
    sender.reset();
    let gone = || stage.has_detached() || stage.script.dropped() == 1;
    until("the server's notice", gone).await;
}

#[tokio::test]
async fn the_handler_of_a_sender_that_hangs_up_finishes_and_its_event_is_done() {
    let stage = Stage::logto().await;
    let gate = Gate::shut();
    abandoned(&stage, &gate).await;
    gate.open();
    until("the mark", || stage.store.count(On::Mark) == 1).await;
    assert_eq!((stage.script.finished(), stage.script.dropped()), (1, 0));

    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn a_claim_whose_sender_left_is_still_run_and_settled() {
    let stage = Stage::logto().await;
    let claim = Gate::shut();
    stage.store.next(On::Claim, Fault::Waits(claim.clone()));
    let mut sender = Connection::open(stage.server.addr).await;
    sender.write_call(&logto::event(1)).await;
    until("the claim", || stage.store.count(On::Claim) == 1).await;
    sender.reset();
    until("the server's notice", || stage.has_detached()).await;
    claim.open();
    until("the mark", || stage.store.count(On::Mark) == 1).await;
    assert_eq!(stage.script.finished(), 1);
}

#[tokio::test]
async fn a_graceful_shutdown_drains_the_handlers_whose_senders_left() {
    let stage = Stage::logto().await;
    let gate = Gate::shut();
    abandoned(&stage, &gate).await;
    let Stage {
        receiver,
        server,
        script,
        ..
    } = stage;
    // The connection is gone, so the server has nothing to wait for. The receiver has.
    server.shut_down().await;
    assert_eq!(script.finished(), 0);
    let drained = tokio::spawn(async move { receiver.drained().await });
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!drained.is_finished(), "a handler still runs");
    gate.open();
    drained.await.unwrap();
    assert_eq!(script.finished(), 1);
}

#[tokio::test]
async fn a_receiver_without_handlers_is_drained_at_once() {
    let stage = Stage::logto().await;
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    stage.receiver.drained().await;
}

#[tokio::test]
async fn a_receiver_is_not_drained_while_a_handler_has_its_sender() {
    let stage = Stage::logto().await;
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let sent = stage.sending(&logto::event(1));
    until("the run", || stage.script.runs() == 1).await;
    let receiver = stage.receiver.clone();
    let drained = tokio::spawn(async move { receiver.drained().await });
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!drained.is_finished(), "a handler still runs");
    assert_eq!(stage.receiver.busy().handlers, 1);
    gate.open();
    drained.await.unwrap();
    assert_eq!(stage.script.finished(), 1);
    assert_eq!(sent.await.unwrap().status, 200);
}

#[tokio::test]
async fn a_graceful_shutdown_waits_for_handlers_whose_senders_wait() {
    let stage = Stage::logto().await;
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let sent = stage.sending(&logto::event(1));
    until("the run", || stage.script.runs() == 1).await;
    let down = tokio::spawn(stage.server.shut_down());
    gate.open();
    assert_eq!(sent.await.unwrap().status, 200);
    down.await.unwrap();
}

#[tokio::test]
async fn cancel_on_disconnect_drops_the_handler_and_leaves_its_event_to_the_lease() {
    let stage = Stage::logto_with(|builder| builder.cancel_on_disconnect()).await;
    let gate = Gate::shut();
    abandoned(&stage, &gate).await;
    until("the drop", || stage.script.dropped() == 1).await;
    stage.receiver.drained().await;

    let copy = stage.sending(&logto::event(1));
    stage.pass(Duration::from_secs(4)).await;
    assert_eq!(copy.await.unwrap().status, 503, "still claimed");

    stage.clock.advance(Duration::from_secs(30));
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    assert_eq!(stage.script.runs(), 2);
    assert_eq!(stage.script.last().lease.attempt(), 2);
}

#[tokio::test]
async fn a_copy_that_waits_and_leaves_is_dropped() {
    let stage = Stage::logto().await;
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let first = stage.sending(&logto::event(1));
    until("the run", || stage.script.runs() == 1).await;
    let mut copy = Connection::open(stage.server.addr).await;
    copy.write_call(&logto::event(1)).await;
    until("the copy's claim", || stage.store.count(On::Claim) == 2).await;
    copy.reset();
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
    stage.receiver.drained().await;
    assert_eq!(stage.script.runs(), 1);
}

/// Not over HTTP: the whole runtime goes, as in a crash, and the store and the clock outlive it.
#[test]
fn a_handler_that_is_dropped_with_its_runtime_frees_its_event_at_the_end_of_its_lease() {
    let clock = FakeClock::at(now());
    let store = ScriptedStore::new(&clock);
    let receiver = || {
        Receiver::new("test", Logto::new(Secret::utf8(logto::KEY).unwrap()))
            .dedup(store.clone())
            .clock(clock.clone())
            .timer(clock.clone())
            .build()
            .unwrap()
    };
    let app = |script: &Script, receiver: &Receiver| -> Router {
        Router::new().route("/hook", script.route::<pack::Event>(receiver))
    };
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
    };
    let request = || logto::event(1).request::<Body>();

    let (script, crashing) = (Script::default(), runtime());
    script.then(Step::wait(&Gate::shut()));
    crashing.block_on(async {
        let app = app(&script, &receiver());
        tokio::spawn(app.oneshot(request()));
        until("the run", || script.runs() == 1).await;
    });
    drop(crashing);
    assert_eq!((script.finished(), script.dropped()), (0, 1));
    assert_eq!(store.count(On::Mark) + store.count(On::Release), 0);

    runtime().block_on(async {
        let restarted = app(&script, &receiver());
        clock.advance(Duration::from_millis(29_999));
        let early = tokio::spawn(restarted.clone().oneshot(request()));
        until("the early copy", || store.count(On::Claim) == 2).await;
        clock.advance(Duration::from_millis(1));
        // It waited for the first. The next one finds out how that ended.
        assert_eq!(script.runs(), 1);
        drop(early);
        let reply = restarted.oneshot(request()).await.unwrap();
        assert_eq!(reply.status(), 200);
        assert_eq!(script.runs(), 2);
        assert_eq!(script.last().lease.attempt(), 2);
    });
}

/// How often `work` is handed over to a task, polled `times` times and dropped.
async fn handed_over(times: usize, work: impl Future<Output = Handled<()>>) -> usize {
    let stage = Stage::logto().await;
    let timer: Arc<dyn Timer> = Arc::new(stage.clock.clone());
    let call = logto::event(1);
    let head = Head::new("POST", "/hook", &call.headers);
    let admitted = stage
        .receiver
        .judge()
        .admit(head, Some(call.body.clone()), &timer);
    let time = TimeLeft::of(&admitted.await.unwrap().admitted().unwrap());
    let mut spawned = 0;
    {
        let mut running = pin!(RunsToEnd::new(&stage.receiver, &timer, time, work, |_| {
            spawned += 1;
        }));
        for _ in 0..times {
            let mut context = Context::from_waker(Waker::noop());
            let polled = AssertUnwindSafe(|| running.as_mut().poll(&mut context));
            assert!(!matches!(catch_unwind(polled), Ok(Poll::Ready(_))));
        }
    }
    spawned
}

#[tokio::test]
async fn work_that_has_begun_is_handed_over() {
    assert_eq!(handed_over(1, std::future::pending()).await, 1);
}

#[tokio::test]
async fn work_that_never_began_is_not_handed_over() {
    assert_eq!(handed_over(0, std::future::pending()).await, 0);
}

#[tokio::test]
async fn work_in_which_something_panicked_is_not_handed_over() {
    let panics = async { panic!("a store of the application's, say") };
    assert_eq!(handed_over(1, panics).await, 0);
}
