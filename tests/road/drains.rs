//! A process that stops ends what its receivers have begun, and begins nothing new.

use std::{sync::Arc, time::Duration};

use hookgate::{
    framework::Drain,
    time::{Sleep, Timer},
};

use crate::props::{Call, Connection, Fault, Gate, On, Puppet, Stage, Step, logto, until};

const BOUND: Duration = Duration::from_secs(60);

fn drain<'a>(stages: impl IntoIterator<Item = &'a Stage>) -> Drain {
    let receivers: Vec<_> = stages
        .into_iter()
        .map(|stage| stage.receiver.clone())
        .collect();
    let timer: Arc<dyn Timer> = Arc::new(hookgate::time::TokioTimer);
    Drain::begin(receivers, timer, BOUND)
}

#[tokio::test]
async fn every_receiver_is_waited_for() {
    for busy in [0, 1] {
        let stages = [Stage::logto().await, Stage::logto().await];
        let gate = Gate::shut();
        stages[busy].script.then(Step::wait(&gate));
        let sent = stages[busy].sending(&logto::event(1));
        until("the run", || stages[busy].script.runs() == 1).await;
        let mut drain = drain(&stages);
        let idle = tokio::spawn(async move { drain.idle().await });
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert!(!idle.is_finished());
        gate.open();
        assert!(idle.await.unwrap().is_idle());
        assert_eq!(stages[busy].script.finished(), 1);
        assert_eq!(sent.await.unwrap().status, 200);
    }
}

#[tokio::test]
async fn nothing_begins_while_it_drains() {
    let stage = Stage::logto().await;
    let mut slow = Connection::open(stage.server.addr).await;
    let call = logto::event(2);
    slow.write_head(&call).await;
    slow.write(format!("content-length: {}\r\n\r\n", call.body.len()))
        .await;
    until("the wait for the body", || stage.clock.sleepers() > 0).await;

    assert!(!stage.receiver.is_refusing());
    let mut drain = drain([&stage]);
    assert!(stage.receiver.clone().is_refusing());
    assert!(drain.idle().await.is_idle());
    let reply = stage.send(&logto::event(1)).await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.header("retry-after"), Some("5"));
    assert_eq!(reply.header("connection"), Some("close"));
    slow.write(&call.body).await;
    assert_eq!(slow.reply().await.status, 503, "it had only arrived");
    assert_eq!(stage.store.count(On::Claim), 0);
    assert_eq!(stage.script.runs(), 0);
}

#[tokio::test]
async fn an_answer_over_http_2_does_not_say_that_its_connection_closes() {
    let stage = Stage::logto().await;
    let _drain = drain([&stage]);
    let reply = logto::event(1).send_http2(stage.server.addr).await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.header("connection"), None);
}

#[tokio::test]
async fn what_is_left_when_the_bound_is_over_is_told() {
    let stage = Stage::logto().await;
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let _first = stage.sending(&logto::event(1));
    until("the run", || stage.script.runs() == 1).await;
    stage.pass(BOUND - Duration::from_secs(10)).await;
    stage.store.always(On::Release, Fault::Hangs);
    for _ in 0..2 {
        stage.store.next(On::Claim, Fault::AnswerLost);
    }
    assert_eq!(stage.send(&logto::event(2)).await.status, 503);

    let mut drain = drain([&stage]);
    stage.clock.advance(BOUND);
    let left = drain.idle().await;
    assert_eq!((left.handlers, left.detached, left.unsettled), (1, 1, 1));
    drain.over().await;
}

#[tokio::test]
async fn a_copy_that_waits_for_a_run_is_waited_for() {
    let stage = Stage::of(Puppet::default(), |builder| builder).await;
    let call = Call::post("/hook", "one");
    let (run, claim) = (Gate::shut(), Gate::shut());
    stage.script.then(Step::wait(&run));
    let first = stage.sending(&call);
    until("the run", || stage.script.runs() == 1).await;
    let copy = stage.sending(&call);
    until("the wait", || stage.receiver.busy().copies == 1).await;
    stage.store.next(On::Claim, Fault::Waits(claim.clone()));

    let mut drain = drain([&stage]);
    let idle = tokio::spawn(async move { drain.idle().await });
    run.open();
    assert_eq!(first.await.unwrap().status, 200);
    until("the copy's claim", || stage.store.count(On::Claim) == 3).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!idle.is_finished(), "it may claim what nobody gives back");
    claim.open();
    assert!(idle.await.unwrap().is_idle());
    assert_eq!(copy.await.unwrap().status, 200);
}

/// Its sleeps are over at once, and may not be asked again.
struct Once;

impl Timer for Once {
    fn sleep(&self, _: Duration) -> Sleep {
        Box::pin(async {})
    }
}

#[tokio::test]
async fn a_bound_that_is_over_when_all_are_idle_is_not_waited_for_again() {
    let mut drain = Drain::begin([], Once, BOUND);
    assert!(drain.idle().await.is_idle());
    assert!(drain.idle().await.is_idle());
    drain.over().await;
}
