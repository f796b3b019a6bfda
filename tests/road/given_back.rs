//! Claims that were given up are given back, and events that were done are marked, as soon as the store answers
//! again.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

use axum::body::Body;
use hookgate::{
    Receiver, Secret,
    dedup::{Claim, DedupStore, State},
    framework::{self, Outcome, Ran},
    pack::Head,
    providers::logto::Logto,
    testing::FakeClock,
    time::{Background, Sleep, Timer},
};
use tower::ServiceExt;

use crate::props::{
    Call, Connection, Fault, Gate, Log, On, Puppet, Reply, ScriptedStore, Stage, Step, logto, now,
    until,
};

/// How soon a claim that was given up is given back.
const SOON: Duration = Duration::from_millis(500);

/// The answer to a call whose claim gets no answer.
async fn given_up(stage: &Stage, call: &Call) -> Reply {
    let before = stage.store.count(On::Claim);
    let sent = stage.sending(call);
    until("the claim", || stage.store.count(On::Claim) > before).await;
    stage.pass(Duration::from_secs(2)).await;
    sent.await.unwrap()
}

#[tokio::test]
async fn a_claim_whose_answer_never_came_is_not_held_afterwards() {
    let stage = Stage::logto().await;
    stage.store.next(On::Claim, Fault::Silent);
    assert_eq!(given_up(&stage, &logto::event(1)).await.status, 503);
    stage.pass(SOON).await;
    assert!(stage.receiver.busy().is_idle());
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
    assert_eq!(stage.store.count(On::Release), 1);
}

#[tokio::test]
async fn a_claim_whose_answers_were_both_lost_is_not_held_afterwards() {
    let stage = Stage::logto().await;
    for _ in 0..2 {
        stage.store.next(On::Claim, Fault::AnswerLost);
    }
    assert_eq!(stage.send(&logto::event(1)).await.status, 503);
    stage.pass(SOON).await;
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn a_claim_is_not_released_while_its_repeat_is_under_way() {
    let stage = Stage::logto().await;
    let gate = Gate::shut();
    stage.store.next(On::Claim, Fault::AnswerLost);
    stage.store.next(On::Claim, Fault::Waits(gate.clone()));
    let sent = stage.sending(&logto::event(1));
    until("the repeat", || stage.store.count(On::Claim) == 2).await;
    stage.pass(Duration::from_millis(1_900)).await;
    gate.open();
    assert_eq!(sent.await.unwrap().status, 200);
    stage.pass(Duration::from_secs(5)).await;
    assert_eq!(stage.store.count(On::Release), 0);
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn a_claim_that_had_an_answer_is_not_released() {
    let stage = Stage::logto().await;
    stage.store.next(On::Claim, Fault::Full);
    assert_eq!(stage.send(&logto::event(1)).await.status, 503);
    for _ in 0..2 {
        assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    }
    stage.pass(Duration::from_secs(5)).await;
    assert_eq!(stage.store.count(On::Release), 0);
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn a_release_is_tried_with_growing_pauses_until_the_store_answers() {
    for fault in [Fault::Down, Fault::Hangs] {
        let stage = Stage::logto().await;
        stage.store.always(On::Release, fault);
        stage.store.next(On::Claim, Fault::Silent);
        assert_eq!(given_up(&stage, &logto::event(1)).await.status, 503);
        stage.pass(SOON).await;
        assert_eq!(stage.store.count(On::Release), 1);
        stage.pass(Duration::from_secs(20)).await;
        let tries = stage.store.count(On::Release);
        assert!((4..=16).contains(&tries), "{tries} tries");
        assert_eq!(stage.receiver.busy().unsettled, 1);

        stage.store.heal();
        stage.pass(Duration::from_secs(4)).await;
        assert!(stage.receiver.busy().is_idle());
        assert_eq!(stage.send(&logto::event(1)).await.status, 200);
        assert_eq!(stage.script.runs(), 1);
    }
}

/// A store that stood still may grant the claim when its lease would be over.
#[tokio::test]
async fn a_claim_that_is_granted_after_the_length_of_its_lease_is_given_back() {
    let stage = Stage::logto().await;
    stage.store.always(On::Release, Fault::Down);
    stage.store.next(On::Claim, Fault::Hangs);
    assert_eq!(given_up(&stage, &logto::event(1)).await.status, 503);
    stage.pass(Duration::from_secs(60)).await;

    // The store does now what it was sent a minute ago.
    let other = Stage::logto().await;
    assert_eq!(other.send(&logto::event(1)).await.status, 200);
    let (key, owner) = (other.script.last().key, stage.store.owners()[0]);
    let memory = stage.store.memory();
    let lease = Duration::from_secs(30);
    let granted = memory.claim(&key, None, owner, lease).await;
    assert!(matches!(granted, Ok(Claim::Won(_))));

    stage.store.heal();
    stage.pass(Duration::from_secs(4)).await;
    assert!(stage.receiver.busy().is_idle());
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn a_release_is_not_tried_for_ever() {
    let log = Log::begin();
    let stage = Stage::logto().await;
    stage.store.always(On::Release, Fault::Down);
    stage.store.next(On::Claim, Fault::Silent);
    assert_eq!(given_up(&stage, &logto::event(1)).await.status, 503);
    stage.pass(Duration::from_secs(303)).await;
    assert!(stage.receiver.busy().is_idle());
    let tries = stage.store.count(On::Release);
    stage.pass(Duration::from_secs(60)).await;
    assert_eq!(stage.store.count(On::Release), tries);
    assert_eq!(log.with("the lease ends by itself").len(), 1);
}

#[tokio::test]
async fn a_mark_is_not_tried_beyond_the_end_of_the_lease() {
    let log = Log::begin();
    let stage = Stage::logto().await;
    stage.store.always(On::Mark, Fault::Down);
    let sent = stage.sending(&logto::event(1));
    until("the first try", || stage.store.count(On::Mark) == 1).await;
    stage.pass(Duration::from_millis(2_200)).await;
    assert_eq!(sent.await.unwrap().status, 503);
    stage.pass(Duration::from_secs(33)).await;
    assert!(stage.receiver.busy().is_idle());
    let tries = stage.store.count(On::Mark);
    stage.pass(Duration::from_secs(60)).await;
    assert_eq!(stage.store.count(On::Mark), tries);
    assert_eq!(log.with("the effect may repeat").len(), 1);
}

#[tokio::test]
async fn a_failed_handlers_event_is_freed_although_its_release_failed() {
    for fault in [Fault::Down, Fault::Hangs] {
        let stage = Stage::logto().await;
        stage.script.then(Step::Retry);
        stage.store.next(On::Release, fault);
        let sent = stage.sending(&logto::event(1));
        until("the release", || stage.store.count(On::Release) == 1).await;
        stage.pass(Duration::from_millis(2_100)).await;
        assert_eq!(sent.await.unwrap().status, 503);
        stage.pass(SOON).await;
        let key = stage.script.last().key;
        let state = stage.store.memory().look(&key).await.unwrap();
        assert_eq!(state, State::Free);
        assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    }
}

#[tokio::test]
async fn a_mark_that_was_not_written_in_the_budget_is_written_afterwards() {
    for fault in [Fault::Down, Fault::Hangs] {
        let stage = Stage::logto().await;
        stage.store.always(On::Mark, fault);
        let sent = stage.sending(&logto::event(1));
        until("the first try", || stage.store.count(On::Mark) == 1).await;
        stage.pass(Duration::from_millis(2_200)).await;
        assert_eq!(sent.await.unwrap().status, 503);
        stage.pass(Duration::from_secs(20)).await;
        assert_eq!(stage.receiver.busy().unsettled, 1);

        stage.store.heal();
        stage.pass(Duration::from_secs(4)).await;
        assert!(stage.receiver.busy().is_idle());
        assert_eq!(stage.send(&logto::event(1)).await.status, 200);
        assert_eq!(stage.script.runs(), 1, "the effect repeats");
    }
}

#[tokio::test]
async fn a_late_mark_does_not_touch_the_next_owners_lease() {
    let stage = Stage::logto().await;
    stage.store.always(On::Mark, Fault::Down);
    let sent = stage.sending(&logto::event(1));
    until("the first try", || stage.store.count(On::Mark) == 1).await;
    stage.pass(Duration::from_millis(2_200)).await;
    assert_eq!(sent.await.unwrap().status, 503);
    stage.pass(Duration::from_secs(28)).await;
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let second = stage.sending(&logto::event(1));
    until("the second run", || stage.script.runs() == 2).await;
    assert_eq!(stage.receiver.busy().unsettled, 1, "the first one's mark");

    stage.store.heal();
    stage.pass(Duration::from_secs(4)).await;
    assert_eq!(stage.receiver.busy().unsettled, 0);
    let key = stage.script.last().key;
    let state = stage.store.memory().look(&key).await.unwrap();
    assert!(matches!(state, State::InProgress { .. }));
    gate.open();
    assert_eq!(second.await.unwrap().status, 200);
}

#[tokio::test]
async fn a_nonce_whose_claim_or_mark_was_given_up_does_not_block_its_event() {
    for (on, fault) in [
        (On::Claim, Fault::Silent),
        (On::Mark, Fault::Hangs),
        (On::Mark, Fault::Silent),
    ] {
        let stage = Stage::of(Puppet::default(), |builder| builder).await;
        let call = Call::post("/hook", "one nonce=n");
        stage.store.next(on, fault);
        assert_eq!(given_up(&stage, &call).await.status, 503);
        stage.pass(SOON).await;
        assert!(stage.receiver.busy().is_idle());
        assert_eq!(stage.send(&call).await.status, 200, "{on:?}");
        assert_eq!(stage.script.runs(), 1);
    }
}

#[tokio::test]
async fn a_claim_whose_sender_left_is_given_back_where_that_cancels() {
    let stage = Stage::logto_with(|builder| builder.cancel_on_disconnect()).await;
    stage.store.next(On::Claim, Fault::Silent);
    let mut sender = Connection::open(stage.server.addr).await;
    sender.write_call(&logto::event(1)).await;
    until("the claim", || stage.store.count(On::Claim) == 1).await;
    sender.reset();
    until("the server's notice", || {
        stage.receiver.busy().handlers == 0
    })
    .await;
    stage.pass(SOON).await;
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
}

/// A store that loses all its claims takes no more memory than a bounded number of leases does.
#[tokio::test]
async fn no_more_leases_wait_for_the_store_than_there_is_room_for() {
    let stage = Stage::logto().await;
    stage.store.always(On::Release, Fault::Down);
    lose_claims(&stage, 1_100).await;
    assert_eq!(stage.receiver.busy().unsettled, 1_024);
    stage.store.heal();
    stage.pass(SOON).await;
    assert!(stage.receiver.busy().is_idle());
}

/// All its claims are given up, `count` of them.
async fn lose_claims(stage: &Stage, count: u64) {
    stage.store.always(On::Claim, Fault::Down);
    let app = stage
        .script
        .route::<hookgate::providers::logto::Event>(&stage.receiver);
    for n in 0..count {
        let request = logto::event(n).request::<Body>();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 503);
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_asked_a_few_times_at_once() {
    let stage = Stage::logto().await;
    stage.store.always(On::Release, Fault::Hangs);
    lose_claims(&stage, 100).await;
    stage.pass(SOON).await;
    assert_eq!(stage.store.count(On::Release), 8);
    stage.pass(Duration::from_secs(2)).await;
    assert_eq!(stage.store.count(On::Release), 16, "the others' turns");
    stage.store.heal();
    stage.pass(Duration::from_secs(4)).await;
    assert!(stage.receiver.busy().is_idle());
}

#[tokio::test]
async fn what_was_given_up_at_once_is_not_given_back_at_once() {
    let stage = Stage::logto().await;
    lose_claims(&stage, 200).await;
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
    stage.pass(Duration::from_millis(200)).await;
    let told = stage.store.count(On::Release);
    assert!((1..200).contains(&told), "{told} of 200");
    stage.pass(SOON).await;
    assert!(stage.receiver.busy().is_idle());
}

/// A timer whose runtime has ended, and may be back.
struct Unable {
    clock: FakeClock,
    is_back: Arc<AtomicBool>,
}

impl Timer for Unable {
    fn sleep(&self, duration: Duration) -> Sleep {
        self.clock.sleep(duration)
    }

    fn spawn(&self, work: Background) {
        if self.is_back.load(Ordering::SeqCst) {
            tokio::spawn(work);
        }
    }
}

async fn without_tasks() -> (Stage, Arc<AtomicBool>) {
    let is_back = Arc::new(AtomicBool::new(false));
    let clock = FakeClock::at(now());
    let timer = Unable {
        clock: clock.clone(),
        is_back: is_back.clone(),
    };
    let store = ScriptedStore::new(&clock);
    let pack = Logto::new(Secret::utf8(logto::KEY).unwrap());
    let stage = Stage::on(pack, clock, store, |builder| builder.timer(timer)).await;
    (stage, is_back)
}

#[tokio::test]
async fn what_no_task_had_lapses_and_leaves_its_place() {
    let (stage, is_back) = without_tasks().await;
    lose_claims(&stage, 1_100).await;
    assert_eq!(stage.receiver.busy().unsettled, 1_024);
    stage.clock.advance(Duration::from_secs(300));
    lose_claims(&stage, 1).await;
    assert_eq!(stage.receiver.busy().unsettled, 1);
    is_back.store(true, Ordering::SeqCst);
    lose_claims(&stage, 1).await;
    stage.pass(SOON).await;
    assert_eq!(stage.store.count(On::Release), 2);
    assert!(stage.receiver.busy().is_idle());
}

#[tokio::test]
async fn where_no_place_is_left_those_that_no_task_had_go_on() {
    let (stage, is_back) = without_tasks().await;
    lose_claims(&stage, 1_024).await;
    is_back.store(true, Ordering::SeqCst);
    lose_claims(&stage, 1).await;
    stage.pass(SOON).await;
    assert_eq!(stage.store.count(On::Release), 1_024);
    assert!(stage.receiver.busy().is_idle());
}

#[tokio::test]
async fn a_receiver_is_not_drained_before_the_store_has_heard_of_every_lease() {
    let stage = Stage::logto().await;
    stage.store.always(On::Release, Fault::Down);
    stage.store.next(On::Claim, Fault::Silent);
    assert_eq!(given_up(&stage, &logto::event(1)).await.status, 503);
    let receiver = stage.receiver.clone();
    let drained = tokio::spawn(async move { receiver.drained().await });
    stage.pass(Duration::from_secs(5)).await;
    assert!(!drained.is_finished());
    stage.store.heal();
    stage.pass(Duration::from_secs(2)).await;
    drained.await.unwrap();
    assert_eq!(stage.store.memory().held(), Some(0));
}

/// The runtime goes while a claim is under way. Nothing can run the release until somebody waits for it.
#[test]
fn what_no_runtime_could_give_back_is_given_back_by_who_drains() {
    let clock = FakeClock::at(now());
    let store = ScriptedStore::new(&clock);
    let receiver = Receiver::new("test", Puppet::default())
        .dedup(store.clone())
        .clock(clock.clone())
        .timer(clock.clone())
        .build()
        .unwrap();
    let timer: Arc<dyn Timer> = Arc::new(clock.clone());
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
    };
    store.next(On::Claim, Fault::Silent);
    let handling = runtime().block_on(async {
        let headers = vec![("content-type", "application/json")];
        let head = Head::new("POST", "/", &headers);
        let admitted = receiver
            .judge()
            .admit(head, Some("one".into()), &timer)
            .await;
        let run = |_slot, _bytes| async {
            Ran::<()> {
                outcome: Outcome::Processed,
                reply: None,
                status: None,
            }
        };
        let admitted = admitted.unwrap().admitted().unwrap();
        let work = framework::handle(receiver.clone(), admitted, timer.clone(), run);
        let mut work = Box::pin(work);
        poll_fn(|context| {
            assert!(work.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        // Out of here as a value, and not to be awaited.
        Some(work)
    });
    drop(handling);
    assert_eq!(store.memory().held(), Some(1), "it is claimed");

    runtime().block_on(async {
        let mut drained = pin!(receiver.drained());
        poll_fn(|context| {
            assert!(drained.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        clock.advance(SOON);
        drained.await;
    });
    assert_eq!(store.memory().held(), Some(0));
    assert!(receiver.busy().is_idle());
}
