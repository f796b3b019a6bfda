//! What a worker does with what was accepted.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use hookgate::{
    Ack, BuildError, Delivery, EventKey, Nack,
    dedup::OwnerToken,
    inbox::{Ask, Batch, DeadReason, Entry, FORMAT, Filter, Happening, Inbox, MemoryInbox},
    providers::logto::Event,
    testing::FakeClock,
    time::Timer,
    worker::{Retries, Worker},
};

use super::{
    learner::Learner,
    works::{Step, Works},
};
use crate::props::{Gate, Log, at_once, logto, now, soon, until};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn what_was_accepted_is_handled_and_its_copies_are_done() {
    let works = Works::new().await;
    let call = logto::event(1).with("x-secret", "CANARY");
    assert_eq!(works.stage.send(&call).await.status, 200);
    let worker = works.start(works.worker());
    works.pass_until(|| works.inbox.is_empty()).await;
    assert_eq!(works.seen()[0].body, logto::body(1));
    assert_eq!(works.attempts(), [1]);
    assert_eq!(works.stage.send(&call).await.status, 200);
    works.rest().await;
    assert_eq!((works.runs(), works.inbox.len()), (1, 0));
    works.stop.send_replace(true);
    soon(worker).await.unwrap();
}

#[tokio::test]
async fn a_worker_that_waits_is_woken_by_an_accept() {
    let works = Works::new().await;
    works.start(works.worker().poll(Duration::from_secs(3600)));
    works.rest().await;
    assert_eq!(works.stage.send(&logto::event(1)).await.status, 200);
    // No time passes.
    until("it is handled", || works.inbox.is_empty()).await;
}

#[tokio::test]
async fn failures_come_back_later_and_die_at_last() {
    let works = Works::new().await;
    works.then([Step::Retry, Step::Panic, Step::Retry]);
    works.stage.send(&logto::event(1)).await;
    let mut retries = Retries::default();
    retries.failures = 3;
    works.start(works.worker().retries(retries));
    works
        .pass_until(|| works.script.steps.lock().unwrap().is_empty())
        .await;
    works.rest().await;
    assert_eq!(works.dead().await, [DeadReason::Failed]);
    assert_eq!(works.attempts(), [1, 2, 3]);
    works.pass(MINUTE).await;
    assert_eq!(works.runs(), 3);
    // A copy runs nothing, and its sender is content.
    assert_eq!(works.stage.send(&logto::event(1)).await.status, 200);
    let key = works.dead_letters().await[0].key;
    assert!(works.inbox.replay(&key, "mended").await.unwrap());
    works.pass_until(|| works.inbox.is_empty()).await;
    assert_eq!(works.attempts(), [1, 2, 3, 4]);
}

/// The error may hold personal data, so it is kept beside the payload and told nowhere else.
#[tokio::test]
async fn what_an_event_died_of_is_kept_with_it() {
    let log = Log::begin();
    for (steps, expected) in [
        (
            vec![Step::Fail("no such table"), Step::Retry],
            "no such table",
        ),
        (
            vec![Step::Panic, Step::Fail("secret of a user")],
            "secret of a user",
        ),
        (vec![Step::Retry, Step::Panic], "the handler panicked"),
        (vec![Step::Reject], "never"),
    ] {
        let works = Works::new().await;
        works.then(steps);
        works.stage.send(&logto::event(1)).await;
        let mut retries = Retries::default();
        retries.failures = 2;
        works.start(works.worker().retries(retries));
        works
            .pass_until(|| works.script.steps.lock().unwrap().is_empty())
            .await;
        works.rest().await;
        let key = works.dead_letters().await[0].key;
        let kept = works.inbox.read(&key).await.unwrap().unwrap();
        assert_eq!(kept.error.as_deref(), Some(expected.as_bytes()));
        assert!(matches!(
            kept.history.iter().next(),
            Some((_, Happening::Died { .. }))
        ));
    }
    let written = log.text();
    assert!(written.contains("event is a dead letter"), "{written}");
    assert!(!written.contains("secret of a user"), "{written}");
}

/// A line that names an error sends its reader to an observer: there has to be one.
#[tokio::test]
async fn who_has_an_error_is_said_where_there_is_one() {
    let says_so = "has the error";
    for (step, written) in [
        (Step::Fail("no such table"), true),
        (Step::Retry, false),
        (Step::Unavailable, false),
        (Step::Reject, false),
    ] {
        let log = Log::begin();
        let works = Works::new().await;
        works.then([step]);
        works.stage.send(&logto::event(1)).await;
        works.start(works.worker());
        works.pass_until(|| works.runs() > 0).await;
        works.rest().await;
        let lines = log.text();
        assert!(lines.contains("event not handled") || lines.contains("event is a dead letter"));
        assert_eq!(lines.contains(says_so), written, "{lines}");
    }
}

#[tokio::test]
async fn a_handler_is_tried_again_when_it_says() {
    let works = Works::new().await;
    works.then([Step::RetryAfter(MINUTE)]);
    works.stage.send(&logto::event(1)).await;
    works.start(works.worker());
    works.pass_until(|| works.runs() == 2).await;
    let [first, second] = works.seen().try_into().unwrap();
    assert!(second.at - first.at >= MINUTE);
    assert!(second.at - first.at < MINUTE * 2);
}

#[tokio::test]
async fn a_rejected_event_is_a_dead_letter_at_once() {
    let works = Works::new().await;
    works.then([Step::Reject]);
    works.stage.send(&logto::event(1)).await;
    works.start(works.worker());
    works.pass_until(|| works.runs() == 1).await;
    works.pass(MINUTE).await;
    assert_eq!(
        (works.runs(), works.dead().await),
        (1, vec![DeadReason::Rejected])
    );
}

#[tokio::test]
async fn an_outage_spends_no_tries_and_one_line_probes() {
    let works = Works::new().await;
    works.then(vec![Step::Unavailable; 8]);
    for n in 0..4 {
        works.stage.send(&logto::event(n)).await;
    }
    let mut retries = Retries::default();
    retries.failures = 2;
    works.start(works.worker().slots(4).retries(retries));
    works.pass_until(|| works.runs() == 4).await;
    works.rest().await;
    // What comes meanwhile is accepted, and waits too.
    assert_eq!(works.stage.send(&logto::event(9)).await.status, 200);
    works.rest().await;
    assert_eq!(works.runs(), 4);
    works.pass_until(|| works.runs() == 8).await;
    // From then on all is well.
    works.pass_until(|| works.inbox.is_empty()).await;
    assert_eq!(works.dead().await, []);
    // After the first four, each probe was alone, and later than the one before.
    let times: Vec<_> = works.seen()[4..8].iter().map(|it| it.at).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
}

#[tokio::test]
async fn what_is_unavailable_for_days_dies() {
    let works = Works::new().await;
    works.then(vec![Step::Unavailable; 1000]);
    works.stage.send(&logto::event(1)).await;
    let mut retries = Retries::default();
    retries.unavailable_for = MINUTE * 10;
    works.start(works.worker().retries(retries));
    works.pass_until(|| works.runs() >= 2).await;
    works.pass(MINUTE * 60).await;
    assert_eq!(works.dead().await, [DeadReason::Unavailable]);
}

#[tokio::test]
async fn no_more_is_leased_than_there_are_slots() {
    let works = Works::new().await;
    let gate = Gate::shut();
    works.then([Step::Wait(gate.clone()), Step::Wait(gate.clone())]);
    for n in 0..3 {
        works.stage.send(&logto::event(n)).await;
    }
    works.start(works.worker().slots(2));
    works.pass_until(|| works.runs() == 2).await;
    works.pass(MINUTE * 5).await;
    // The heartbeat keeps what runs: it was not run again.
    assert_eq!(works.attempts(), [1, 1]);
    gate.open();
    works.pass_until(|| works.inbox.is_empty()).await;
    assert_eq!(works.attempts(), [1, 1, 1]);
}

#[tokio::test]
async fn a_handler_that_runs_too_long_has_failed_and_goes_on() {
    let works = Works::with(|builder| builder.run_timeout(MINUTE)).await;
    let gate = Gate::shut();
    works.then([Step::Wait(gate.clone())]);
    works.stage.send(&logto::event(1)).await;
    works.start(works.worker().slots(1));
    works.pass_until(|| works.runs() == 1).await;
    let lease = works.seen()[0].lease.clone();
    works.pass(MINUTE / 2).await;
    assert!(!lease.is_lost());
    works.pass(MINUTE).await;
    assert!(lease.is_lost());
    // It holds the one slot: its next run waits, although it is due.
    works.pass(MINUTE * 10).await;
    assert_eq!((works.runs(), works.done()), (1, 0));
    gate.open();
    works.pass_until(|| works.inbox.is_empty()).await;
    assert_eq!((works.attempts(), works.done()), (vec![1, 2], 2));
}

#[tokio::test]
async fn the_line_of_a_handler_that_hangs_ends_without_it() {
    let works = Works::with(|builder| builder.run_timeout(MINUTE)).await;
    works.then([Step::Never]);
    works.stage.send(&logto::event(1)).await;
    let mut retries = Retries::default();
    retries.failures = 1;
    works.start(works.worker().retries(retries));
    works.pass_until(|| works.runs() == 1).await;
    works.pass(MINUTE * 2).await;
    assert_eq!(works.dead().await, [DeadReason::Failed]);
}

#[tokio::test]
async fn a_worker_that_stops_waits_for_what_runs_and_then_cuts_nothing_off() {
    let works = Works::new().await;
    let gates = [Gate::shut(), Gate::shut()];
    works.then(gates.iter().cloned().map(Step::Wait));
    for n in 0..2 {
        works.stage.send(&logto::event(n)).await;
    }
    let worker = works.start(works.worker().slots(2).grace(MINUTE));
    works.pass_until(|| works.runs() == 2).await;
    works.stop.send_replace(true);
    works.stage.send(&logto::event(3)).await;
    works.pass(MINUTE / 2).await;
    assert!(!worker.is_finished());
    gates[0].open();
    works.pass(MINUTE).await;
    let left = soon(worker).await.unwrap();
    assert_eq!((left.handlers, left.unsettled), (1, 0));
    assert!(works.seen()[1].lease.is_lost());
    assert_eq!((works.runs(), works.done(), works.inbox.len()), (2, 1, 2));
    gates[1].open();
    until("it runs to its end", || works.done() == 2).await;
    // The end was no failure: a worker that stops again and again spends nothing.
    works.stop.send_replace(false);
    let mut retries = Retries::default();
    retries.failures = 1;
    works.start(works.worker().retries(retries));
    works.pass_until(|| works.inbox.is_empty()).await;
    assert_eq!(works.dead().await, []);
}

#[tokio::test]
async fn a_worker_that_is_dropped_tells_its_handlers_that_nobody_keeps_their_leases() {
    let works = Works::new().await;
    let gate = Gate::shut();
    works.then([Step::Wait(gate.clone())]);
    works.stage.send(&logto::event(1)).await;
    let worker = works.start(works.worker());
    works.pass_until(|| works.runs() == 1).await;
    worker.abort();
    until("it is told", || works.seen()[0].lease.is_lost()).await;
    gate.open();
    until("it runs to its end", || works.done() == 1).await;
}

#[tokio::test]
async fn a_line_that_kills_its_workers_runs_alone_and_then_dies() {
    let works = Works::new().await;
    works.then(vec![Step::Never; 10]);
    works.stage.send(&logto::event(1)).await;
    for killed in 1..=10 {
        let worker = works.start(works.worker());
        works.pass_until(|| works.runs() == killed).await;
        worker.abort();
        // Its runs are tasks: they end with their process, which a test has not.
        works.pass(MINUTE).await;
    }
    works.start(works.worker());
    works.pass(MINUTE).await;
    assert_eq!(works.runs(), 10);
    assert_eq!(works.dead().await, [DeadReason::WorkerLost]);
}

#[tokio::test]
async fn what_could_not_be_decoded_is_replayed_under_its_own_key() {
    let clock = FakeClock::at(now());
    let inbox = MemoryInbox::with_clock(100, clock.clone());
    let learned = Arc::new(AtomicBool::new(false));
    let pack = Learner(learned.clone());
    let stage = crate::props::Stage::of(pack, |builder| {
        builder
            .access(hookgate::access::AnyoneMayCall)
            .clock(clock.clone())
            .timer(clock.clone())
            .inbox_for_tests(inbox.clone())
    })
    .await;
    let call = crate::props::Call::post("/hook", "panic");
    assert_eq!(stage.send(&call).await.status, 200);
    let quarantined = inbox.list(&Filter::dead(), None, 9).await.unwrap().rows;
    assert_eq!(quarantined.len(), 1);
    // A release that reads it, a copy that is handled under its own key, and then the replay.
    learned.store(true, Ordering::SeqCst);
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    let handler = move |_: Delivery<String>| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Ok::<_, Nack>(Ack::processed()) }
    };
    let worker = Worker::new(inbox.clone()).clock(clock.clone());
    let worker = worker.handle(&stage.receiver, handler);
    let running = tokio::spawn(worker.run_on(clock.clone(), std::future::pending()));
    assert_eq!(stage.send(&call).await.status, 200);
    until("it is handled", || {
        runs.load(Ordering::SeqCst) == 1 && inbox.len() == 1
    })
    .await;
    assert!(inbox.replay(&quarantined[0].key, "mended").await.unwrap());
    until("it is handled", || inbox.is_empty()).await;
    assert_eq!(
        runs.load(Ordering::SeqCst),
        1,
        "its copy was handled before"
    );
    running.abort();
}

/// An operator replays what a later release reads. It may hold more than an inbox keeps of one body.
#[tokio::test]
async fn a_replayed_body_with_too_many_events_stays_a_dead_letter() {
    let works = Works::new().await;
    let learned = Arc::new(AtomicBool::new(false));
    let clock = works.stage.clock.clone();
    let stage = crate::props::Stage::of(Learner(learned.clone()), |builder| {
        builder
            .access(hookgate::access::AnyoneMayCall)
            .clock(clock.clone())
            .timer(clock.clone())
            .inbox_for_tests(works.inbox.clone())
    })
    .await;
    let mut body = "many".to_owned();
    (0..130).for_each(|n| body.push_str(&format!(" {n}")));
    body.push_str(&"x".repeat(512 * 1024));
    let call = crate::props::Call::post("/hook", body);
    assert_eq!(stage.send(&call).await.status, 200);
    learned.store(true, Ordering::SeqCst);
    let key = works.dead_letters().await[0].key;
    assert!(works.inbox.replay(&key, "mended").await.unwrap());
    let worker = Worker::new(works.inbox.clone())
        .clock(clock)
        .handle(&stage.receiver, |_: Delivery<String>| async {
            Ok::<_, Nack>(Ack::processed())
        });
    works.start(worker);
    works.pass(MINUTE).await;
    assert_eq!(works.dead().await, [DeadReason::Undecodable]);
    assert_eq!(works.inbox.len(), 1);
}

#[tokio::test]
async fn a_handler_of_another_event_type_pauses_its_endpoint_and_spends_nothing() {
    let works = Works::new().await;
    works.stage.send(&logto::event(1)).await;
    let wrong = Worker::new(works.inbox.clone())
        .clock(works.stage.clock.clone())
        .handle(&works.stage.receiver, |_: Delivery<String>| async {
            Ok::<_, Nack>(Ack::processed())
        });
    let wrong = works.start(wrong);
    works.pass(MINUTE * 60).await;
    wrong.abort();
    assert_eq!((works.inbox.len(), works.dead().await), (1, vec![]));
    let mut retries = Retries::default();
    retries.failures = 1;
    works.start(works.worker().retries(retries));
    works.pass_until(|| works.inbox.is_empty()).await;
    assert_eq!(works.runs(), 1);
}

#[tokio::test]
async fn events_of_one_order_run_one_after_the_other() {
    let works =
        Works::with(|builder| builder.inbox_order(|_: &Event| Some("all of them".to_owned())))
            .await;
    works.then([Step::Retry, Step::Process, Step::Retry]);
    for n in 0..3 {
        works.stage.send(&logto::event(n)).await;
    }
    works.start(works.worker());
    works.pass_until(|| works.inbox.is_empty()).await;
    let bodies: Vec<_> = works.seen().iter().map(|it| it.body.clone()).collect();
    let expected = [0, 0, 1, 1, 2].map(logto::body);
    assert_eq!(bodies, expected);
}

#[tokio::test]
async fn a_worker_that_cannot_be_is_refused() {
    let works = Works::new().await;
    let refused = |worker: Worker| worker.run_on(works.stage.clock.clone(), async {});
    let none = refused(Worker::new(works.inbox.clone())).await;
    assert!(matches!(none, Err(BuildError::Worker(_))));
    let no_slots = refused(works.worker().slots(0)).await;
    assert_eq!(no_slots, Err(BuildError::Zero("the worker's slots")));
    let inline = crate::props::Stage::logto().await.receiver;
    let handler = |_: Delivery<String>| async { Ok::<_, Nack>(Ack::processed()) };
    let inline = refused(Worker::new(works.inbox.clone()).handle(&inline, handler)).await;
    assert!(matches!(inline, Err(BuildError::Worker(_))));
}

#[tokio::test]
async fn a_worker_on_tokio_works_and_stops() {
    let works = Works::new().await;
    works.stage.send(&logto::event(1)).await;
    let inbox = works.inbox.clone();
    let stop = async move { until("it is handled", || inbox.is_empty()).await };
    soon(works.worker().run(stop)).await.unwrap();
    assert_eq!(works.runs(), 1);
}

/// The runtime of this test has one thread. The handler holds it until the lease was extended several times.
#[tokio::test]
async fn a_handler_that_blocks_its_thread_keeps_its_line() {
    let works = Works::new().await;
    works.stage.send(&logto::event(1)).await;
    let lease = Duration::from_millis(90);
    let (clock, inbox) = (works.stage.clock.clone(), works.inbox.clone());
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    let handler = move |_: Delivery<Event>| {
        counted.fetch_add(1, Ordering::SeqCst);
        for _ in 0..4 {
            clock.advance(lease / 2);
            let began = Instant::now();
            while at_once(left(&inbox)) <= lease / 2 {
                assert!(began.elapsed() < Duration::from_secs(30), "no heartbeat");
                std::thread::yield_now();
            }
        }
        async { Ok::<_, Nack>(Ack::processed()) }
    };
    let worker = Worker::new(works.inbox.clone())
        .clock(works.stage.clock.clone())
        .lease(lease)
        .handle(&works.stage.receiver, handler);
    let inbox = works.inbox.clone();
    let stop = async move { until("it is handled", || inbox.is_empty()).await };
    soon(worker.run(stop)).await.unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

/// In how long the lease of the one line ends.
async fn left(inbox: &MemoryInbox) -> Duration {
    ask(inbox, 9, false).await.next_due.unwrap_or_default()
}

async fn ask(inbox: &MemoryInbox, owner: u8, suspects: bool) -> Batch {
    let endpoints = [Arc::from("test")];
    let ask = Ask {
        endpoints: &endpoints,
        format: FORMAT,
        limit: 1,
        lasts: Duration::from_secs(30),
        owner: OwnerToken::from_bytes([owner; 16]),
        suspects,
    };
    inbox.lease(ask).await.unwrap()
}

#[tokio::test]
async fn a_line_whose_runs_vanish_runs_beside_nothing_else() {
    let works = Works::new().await;
    works.stage.send(&logto::event(1)).await;
    for owner in 0..3 {
        let leased = ask(&works.inbox, owner, false).await;
        assert_eq!(leased.rows.len(), 1);
        works.stage.clock.advance(MINUTE);
    }
    let gates = [Gate::shut(), Gate::shut()];
    works.then(gates.iter().cloned().map(Step::Wait));
    let bodies = || -> Vec<_> { works.seen().into_iter().map(|it| it.body).collect() };
    works.stage.send(&logto::event(2)).await;
    works.start(works.worker());
    works.pass_until(|| works.runs() == 1).await;
    works.stage.send(&logto::event(3)).await;
    works.pass(Duration::from_secs(10)).await;
    assert_eq!(bodies(), [2].map(logto::body));
    gates[0].open();
    works.pass_until(|| works.runs() == 2).await;
    works.pass(MINUTE).await;
    assert_eq!(bodies(), [2, 1].map(logto::body));
    gates[1].open();
    works.pass_until(|| works.inbox.is_empty()).await;
    assert_eq!(bodies(), [2, 1, 3].map(logto::body));
}

/// Whichever byte it is, those of the format's number too: another release would have said so in its column.
#[tokio::test]
async fn what_is_damaged_is_a_dead_letter_and_harms_no_other() {
    let works = Works::new().await;
    works.stage.send(&logto::event(1)).await;
    let listed = works.inbox.list(&Filter::all(), None, 1).await.unwrap();
    let whole = works
        .inbox
        .read(&listed.rows[0].key)
        .await
        .unwrap()
        .unwrap();
    for (number, at) in [0, 1, 2, whole.payload.len() - 1].into_iter().enumerate() {
        let mut payload = whole.payload.to_vec();
        payload[at] ^= 1;
        let number = u8::try_from(number).unwrap();
        let entry = Entry {
            key: EventKey::from_bytes([number; 32]),
            token: OwnerToken::from_bytes([number; 16]),
            content: None,
            endpoint: "test".into(),
            event_type: "known",
            key_id: "key".into(),
            order: None,
            retain: MINUTE,
            format: FORMAT,
            payload: payload.into(),
        };
        works.inbox.accept(vec![entry]).await.unwrap();
    }
    works.start(works.worker());
    works.pass_until(|| works.inbox.len() == 4).await;
    works.rest().await;
    assert_eq!(works.dead().await, [DeadReason::Damaged; 4]);
    assert_eq!(works.runs(), 1, "the whole one is handled");
    let totals = works.inbox.totals().await.unwrap();
    assert!(totals.iter().all(|it| it.pause.is_none()));
}

/// It would hold up every endpoint for as long as one handler takes.
#[tokio::test]
async fn while_a_handler_takes_long_a_suspect_waits_and_the_others_go_on() {
    let works = Works::new().await;
    works.stage.send(&logto::event(1)).await;
    for owner in 0..3 {
        ask(&works.inbox, owner, false).await;
        works.stage.clock.advance(MINUTE);
    }
    let gate = Gate::shut();
    works.then([Step::Wait(gate.clone())]);
    let bodies = || -> Vec<_> { works.seen().into_iter().map(|it| it.body).collect() };
    works.stage.send(&logto::event(2)).await;
    works.start(works.worker());
    works.pass_until(|| works.runs() == 1).await;
    works.stage.send(&logto::event(3)).await;
    works.pass_until(|| works.runs() == 2).await;
    assert_eq!(bodies(), [2, 3].map(logto::body));
    gate.open();
    works.pass_until(|| works.inbox.is_empty()).await;
    assert_eq!(bodies(), [2, 3, 1].map(logto::body));
}

/// Each handler takes several leases, and they end at different times.
#[tokio::test]
async fn where_handlers_take_long_a_suspect_has_its_turn() {
    let works = Works::new().await;
    works.stage.send(&logto::event(0)).await;
    for owner in 0..3 {
        ask(&works.inbox, owner, false).await;
        works.stage.clock.advance(MINUTE);
    }
    for n in 1..80 {
        assert_eq!(works.stage.send(&logto::event(n)).await.status, 200);
    }
    let bodies: Arc<Mutex<Vec<String>>> = Arc::default();
    let (seen, clock) = (bodies.clone(), works.stage.clock.clone());
    let handler = move |delivery: Delivery<Event>| {
        let body = String::from_utf8(delivery.payload().to_vec()).unwrap();
        seen.lock().unwrap().push(body);
        let seconds = 241 + 61 * (seen.lock().unwrap().len() as u64 % 4);
        let takes_long = clock.sleep(Duration::from_secs(seconds));
        async move {
            takes_long.await;
            Ok::<_, Nack>(Ack::processed())
        }
    };
    let worker = Worker::new(works.inbox.clone())
        .clock(works.stage.clock.clone())
        .slots(4)
        .handle(&works.stage.receiver, handler);
    works.start(worker);
    let suspect = logto::body(0);
    let has_run = || bodies.lock().unwrap().contains(&suspect);
    let are_done = || works.inbox.is_empty() || has_run();
    works.pass_until(are_done).await;
    assert!(has_run() && works.inbox.len() > 20);
}

#[tokio::test]
async fn a_handler_that_hangs_keeps_no_suspect_from_running() {
    let works = Works::with(|builder| builder.run_timeout(MINUTE)).await;
    works.stage.send(&logto::event(1)).await;
    for owner in 0..3 {
        let leased = ask(&works.inbox, owner, false).await;
        assert_eq!(leased.rows.len(), 1);
        works.stage.clock.advance(MINUTE);
    }
    works.then([Step::Never]);
    works.stage.send(&logto::event(2)).await;
    let mut retries = Retries::default();
    retries.failures = 1;
    works.start(works.worker().retries(retries));
    works.pass_until(|| works.done() == 1).await;
    assert_eq!(works.dead().await, [DeadReason::Failed]);
    assert_eq!(works.seen()[1].body, logto::body(1));
}
