//! What is seen of an inbox from outside, while a worker runs.

use std::{sync::atomic::Ordering, time::Duration};

use hookgate::{
    Ack, Delivery, Finding, Nack, Severity,
    dedup::OwnerToken,
    inbox::{Entry, FORMAT, Filter, Inbox, Operations},
    metrics as known,
    providers::logto::Event,
    worker::{Retries, Worker},
};
use tracing::Level;

use super::{
    faulty::Faulty,
    works::{Step, Works},
};
use crate::props::{Log, Recorded, logto};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// An event of an endpoint that the worker does not handle.
async fn queue_elsewhere(works: &Works) {
    let entry = Entry {
        key: hookgate::EventKey::from_bytes([9; 32]),
        token: OwnerToken::from_bytes([9; 16]),
        content: None,
        endpoint: "renamed".into(),
        event_type: "none",
        key_id: "key".into(),
        order: None,
        retain: MINUTE,
        format: FORMAT,
        payload: Default::default(),
    };
    works.inbox.accept(vec![entry]).await.unwrap();
}

#[tokio::test]
async fn a_finding_is_logged_once_and_again_when_it_changes_or_ends() {
    let works = Works::new().await;
    works.start(works.worker());
    let log = Log::begin();
    let of_letters = |log: &Log| log.with("inbox_dead_letters").len();
    works.then(vec![Step::Reject; 10]);
    for n in 0..9 {
        works.stage.send(&logto::event(n)).await;
    }
    works.pass(MINUTE).await;
    let lines = log.with("inbox_dead_letters");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0].0, Level::WARN);
    assert!(lines[0].1.contains("endpoint=\"test\""), "{lines:?}");
    // A tenth.
    works.stage.send(&logto::event(9)).await;
    works.pass(MINUTE).await;
    assert_eq!(of_letters(&log), 2);
    let operations = Operations::new(works.inbox.clone());
    operations.prune(Duration::ZERO, |_| {}).await.unwrap();
    works.pass(MINUTE).await;
    let lines = log.with("inbox_dead_letters");
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(lines[2].0, Level::INFO);
    assert!(lines[2].1.contains("so no more"), "{lines:?}");
}

#[tokio::test]
async fn events_that_no_worker_asks_for_are_found_by_another_endpoints_worker() {
    let works = Works::new().await;
    let log = Log::begin();
    queue_elsewhere(&works).await;
    works.then([Step::RetryAfter(MINUTE * 60)]);
    works.stage.send(&logto::event(1)).await;
    works.start(works.worker());
    works.pass(MINUTE * 4).await;
    assert_eq!(log.with("inbox_no_worker").len(), 0);
    works.pass(MINUTE * 2).await;
    let lines = log.with("inbox_no_worker");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].1.contains("endpoint=\"renamed\""), "{lines:?}");
}

/// A worker that starts late, and then has no free slot: it asks for nothing, and is there.
#[tokio::test]
async fn a_worker_does_not_miss_itself() {
    let works = Works::new().await;
    works.stage.send(&logto::event(1)).await;
    works.stage.send(&logto::event(2)).await;
    works.pass(MINUTE * 60).await;
    let log = Log::begin();
    works.then([Step::Never]);
    works.start(works.worker().slots(1));
    works.pass(MINUTE * 10).await;
    assert_eq!(works.runs(), 1);
    assert_eq!(log.with("inbox_").len(), 0, "{}", log.text());
}

#[tokio::test]
async fn a_finding_that_the_application_knows_of_is_no_warning() {
    let works = Works::with(|builder| builder.acknowledge("inbox_dead_letters")).await;
    works.then([Step::Reject]);
    works.stage.send(&logto::event(1)).await;
    let log = Log::begin();
    works.start(works.worker());
    works.pass(MINUTE).await;
    let lines = log.with("inbox_dead_letters");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0].0, Level::DEBUG);
}

#[tokio::test]
async fn a_hold_that_keeps_events_waiting_is_found() {
    let works = Works::new().await;
    let log = Log::begin();
    works.start(works.worker());
    works.inbox.hold("test", true).await.unwrap();
    works.pass(MINUTE).await;
    assert_eq!(log.with("inbox_held").len(), 0);
    works.stage.send(&logto::event(1)).await;
    works.pass(MINUTE).await;
    assert_eq!(log.with("inbox_held").len(), 1);
}

/// A worker of the endpoint, with `faulty` in place of its inbox.
fn worker_on(works: &Works, faulty: &Faulty) -> Worker {
    let handler = |_: Delivery<Event>| async { Ok::<_, Nack>(Ack::processed()) };
    Worker::new(faulty.clone())
        .clock(works.stage.clock.clone())
        .handle(&works.stage.receiver, handler)
}

#[tokio::test]
async fn what_the_store_has_to_say_is_logged_and_checked_at_start() {
    let works = Works::new().await;
    let faulty = Faulty::new(works.inbox.clone(), 0);
    let what = "accepts waited behind a transaction";
    let finding = || Finding::new(Severity::Warning, "store_busy", what, "shorten it");
    works.start(worker_on(&works, &faulty));
    let log = Log::begin();
    works.pass(MINUTE).await;
    faulty.findings.lock().unwrap().push(finding());
    works.pass(MINUTE).await;
    let lines = log.with("store_busy");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(!lines[0].1.contains("endpoint"), "{lines:?}");
    faulty.findings.lock().unwrap().clear();
    works.pass(MINUTE).await;
    assert_eq!(log.with("store_busy").len(), 2);
    assert_eq!(lines[0].0, Level::WARN);
    // The application of one of its endpoints knows of it.
    let knows = Works::with(|builder| builder.acknowledge("inbox_accepts_wait")).await;
    let known = Faulty::new(knows.inbox.clone(), 0);
    let code = "inbox_accepts_wait";
    let waits = Finding::new(Severity::Warning, code, what, "shorten it");
    known.findings.lock().unwrap().push(waits);
    knows.start(worker_on(&knows, &known));
    knows.pass(MINUTE).await;
    let lines = log.with(code);
    assert_eq!((lines.len(), lines[0].0), (1, Level::DEBUG), "{lines:?}");
    // The same of a receiver that is built while the store has something to say.
    faulty.findings.lock().unwrap().push(finding());
    let checked = Works::with(|builder| builder.inbox_for_tests(faulty.clone())).await;
    let found = checked.stage.receiver.check();
    assert!(found.contains(&finding()), "{found:?}");
}

#[tokio::test]
async fn a_worker_looks_every_few_seconds_however_much_it_works() {
    let works = Works::new().await;
    let faulty = Faulty::new(works.inbox.clone(), 0);
    works.start(worker_on(&works, &faulty));
    for n in 0..60 {
        works.stage.send(&logto::event(n)).await;
        works.pass(SECOND).await;
    }
    let looks = faulty.looks.load(Ordering::SeqCst);
    assert!((10..=12).contains(&looks), "{looks} in a minute");
}

#[tokio::test]
async fn a_look_that_fails_is_said_once_and_ends_nothing() {
    let works = Works::new().await;
    let faulty = Faulty::new(works.inbox.clone(), 0);
    let log = Log::begin();
    works.start(worker_on(&works, &faulty));
    for lines in [1, 2] {
        faulty.is_dark.store(true, Ordering::SeqCst);
        works.pass(MINUTE).await;
        assert_eq!(log.with("could not see how much waits").len(), lines);
        faulty.is_dark.store(false, Ordering::SeqCst);
        works.pass(MINUTE).await;
    }
    works.stage.send(&logto::event(1)).await;
    works.pass_until(|| works.inbox.is_empty()).await;
}

#[tokio::test]
async fn what_waits_and_what_became_of_runs_is_measured() {
    let recorded = Recorded::default();
    let _guard = ::metrics::set_default_local_recorder(&recorded);
    let works = Works::new().await;
    for n in 0..3 {
        works.stage.send(&logto::event(n)).await;
    }
    works.pass(SECOND * 30).await;
    let mut retries = Retries::default();
    retries.failures = 2;
    // One is done, one fails twice, one waits for what is away.
    works.then([
        Step::Process,
        Step::Retry,
        Step::Unavailable,
        Step::Process,
        Step::Reject,
    ]);
    works.start(works.worker().retries(retries).slots(1));
    works.pass_until(|| works.done() == 5).await;
    works.pass(MINUTE).await;
    let of = |metric: known::Metric, labels: &[(&str, &str)]| {
        let own = [&[("endpoint", "test")], labels].concat();
        recorded.sum(metric.name, &own)
    };
    for (next, count) in [
        ("done", 2.0),
        ("retried", 1.0),
        ("paused", 1.0),
        ("dead", 1.0),
    ] {
        assert_eq!(of(known::INBOX_RUNS, &[("next", next)]), count, "{next}");
    }
    assert_eq!(of(known::INBOX_BURIED, &[("cause", "rejected")]), 1.0);
    assert_eq!(of(known::INBOX_BURIED, &[]), 1.0);
    // Only first runs count, and each had waited for the worker.
    assert_eq!(recorded.samples(known::INBOX_WAIT.name, &[]), 3);
    assert!(of(known::INBOX_WAIT, &[]) >= 90.0);
    assert_eq!(of(known::INBOX_QUEUED, &[]), 0.0);
    assert_eq!(of(known::INBOX_QUEUED_AGE, &[]), 0.0);
    assert_eq!(of(known::INBOX_DEAD, &[]), 1.0);
    let age = of(known::INBOX_DEAD_AGE, &[]);
    assert!((50.0..=90.0).contains(&age), "{age}");
    works.inbox.hold("test", true).await.unwrap();
    works.stage.send(&logto::event(9)).await;
    works.pass(SECOND * 20).await;
    assert_eq!(of(known::INBOX_QUEUED, &[]), 1.0);
    assert!(of(known::INBOX_QUEUED_AGE, &[]) >= 14.0);
}

#[tokio::test]
async fn the_end_of_a_run_that_was_not_written_is_measured_as_lost() {
    let recorded = Recorded::default();
    let _guard = ::metrics::set_default_local_recorder(&recorded);
    let works = Works::new().await;
    let gate = crate::props::Gate::shut();
    works.then([Step::Wait(gate.clone())]);
    works.stage.send(&logto::event(1)).await;
    works.start(works.worker());
    works.pass_until(|| works.runs() == 1).await;
    // Somebody else ends it meanwhile: its lease is lost.
    let page = works.inbox.list(&Filter::all(), None, 9).await.unwrap();
    let seen = works.seen();
    let lease = hookgate::dedup::Lease::of_work(
        page.rows[0].key,
        *seen[0].lease.granted().owner(),
        seen[0].lease.attempt(),
    );
    let reason = hookgate::inbox::DeadReason::Damaged;
    works.inbox.bury(&lease, reason, None).await.unwrap();
    gate.open();
    works.pass_until(|| works.done() == 1).await;
    works.rest().await;
    let lost = [("next", "lost")];
    assert_eq!(recorded.sum(known::INBOX_RUNS.name, &lost), 1.0);
    assert_eq!(recorded.sum(known::INBOX_BURIED.name, &[]), 0.0);
}

/// A run has no parent among the accept's spans, since that has ended. They have one field in common.
#[tokio::test]
async fn the_span_of_a_run_names_the_event_as_the_accepts_does() {
    let works = Works::new().await;
    let log = Log::begin();
    works.stage.send(&logto::event(1)).await;
    let page = works.inbox.list(&Filter::all(), None, 9).await.unwrap();
    let field = format!("event_key={} ", page.rows[0].key);
    works.start(works.worker());
    works.pass_until(|| works.inbox.is_empty()).await;
    let mut recorded = log.with(&field);
    recorded.retain(|(level, _)| *level == Level::TRACE);
    assert_eq!(recorded.len(), 2, "{}", log.text());
}
