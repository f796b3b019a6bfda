//! What an outage of whatever stands behind the handler costs, and what restarts cost: no event, and no try.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use hookgate::{
    Ack, Delivery, Nack,
    framework::Busy,
    inbox::{DeadReason, Filter, Inbox},
    providers::logto::Event,
    time::Clock,
    worker::{Retries, Worker},
};
use tokio::{sync::watch, task::JoinHandle};

use super::works::{Step, Works};
use crate::props::{Gate, logto, soon, until};

const MINUTE: Duration = Duration::from_secs(60);

/// The first failure makes a dead letter: none can be spent unseen.
fn one_try() -> Retries {
    let mut retries = Retries::default();
    retries.failures = 1;
    retries
}

/// No line of work has a failure or a vanished run.
async fn nothing_is_spent(works: &Works) {
    let listed = works.inbox.list(&Filter::all(), None, 100).await.unwrap();
    for row in listed.rows {
        assert_eq!((row.failures, row.vanished), (0, 0), "{row:?}");
        assert!(row.stands.is_queued(), "{row:?}");
    }
}

/// Each pause is half to all of a ceiling that doubles. So ten minutes have few probes, and each is later after the one
/// before than that one was.
fn are_ever_rarer(probes: &[Duration]) {
    let gaps: Vec<_> = probes.windows(2).map(|it| it[1] - it[0]).collect();
    assert!((5..=9).contains(&gaps.len()), "{gaps:?}");
    // A second or two pass between the end of a pause and the next look.
    let slack = Duration::from_secs(2);
    assert!(gaps.windows(2).all(|it| it[0] <= it[1] + slack), "{gaps:?}");
    // The ceilings are 5 s and 80 s.
    assert!(gaps[4] >= gaps[0] * 3, "{gaps:?}");
}

#[tokio::test]
async fn an_outage_of_ten_minutes_spends_nothing_and_is_probed_ever_more_rarely() {
    const SLOTS: usize = 4;
    const OUTAGE: Duration = Duration::from_secs(600);
    let works = Works::new().await;
    let clock = works.stage.clock.clone();
    let began = clock.monotonic();
    let runs: Arc<Mutex<Vec<Duration>>> = Arc::default();
    let seen = runs.clone();
    let handler = move |_: Delivery<Event>| {
        let at = clock.monotonic() - began;
        seen.lock().unwrap().push(at);
        async move {
            if at < OUTAGE {
                Err(Nack::unavailable())
            } else {
                Ok(Ack::processed())
            }
        }
    };
    let worker = Worker::new(works.inbox.clone())
        .clock(works.stage.clock.clone())
        .slots(SLOTS)
        .retries(one_try())
        .handle(&works.stage.receiver, handler);
    for n in 0..20 {
        assert_eq!(works.stage.send(&logto::event(n)).await.status, 200);
    }
    works.start(worker);
    for minute in 0..10 {
        works.pass(MINUTE).await;
        nothing_is_spent(&works).await;
        // What comes during the outage is accepted.
        let event = logto::event(20 + minute);
        assert_eq!(works.stage.send(&event).await.status, 200);
    }
    let during: Vec<_> = runs.lock().unwrap().clone();
    are_ever_rarer(&during[SLOTS - 1..]);
    // The longest pause of ten minutes, and everything is handled once.
    works.pass(OUTAGE).await;
    assert!(works.inbox.is_empty(), "{} wait", works.inbox.len());
    assert_eq!(runs.lock().unwrap().len() - during.len(), 30);
}

/// After days on hold each line is older than one may be that finds nothing available. All would be dead within seconds.
#[tokio::test]
async fn an_outage_ends_no_more_of_an_old_backlog_than_its_probes() {
    const SLOTS: usize = 4;
    let works = Works::new().await;
    let clock = works.stage.clock.clone();
    for n in 0..20 {
        assert_eq!(works.stage.send(&logto::event(n)).await.status, 200);
    }
    clock.advance(Duration::from_secs(4 * 24 * 3600));
    works.then(vec![Step::Unavailable; 20]);
    works.start(works.worker().slots(SLOTS));
    works.pass_until(|| works.runs() > 0).await;
    works.rest().await;
    assert_eq!(works.dead().await, [DeadReason::Unavailable; SLOTS]);
    works.pass(MINUTE * 10).await;
    let times: Vec<_> = works.seen().iter().map(|it| it.at).collect();
    are_ever_rarer(&times[SLOTS - 1..]);
    assert_eq!(works.dead().await.len(), times.len());
    // What is left is handled once the outage is over.
    works.script.steps.lock().unwrap().clear();
    let dead = times.len();
    works.pass_until(|| works.inbox.len() == dead).await;
    assert_eq!(works.dead().await.len(), dead);
    assert_eq!(works.runs(), 20);
}

#[tokio::test]
async fn an_old_event_that_dies_while_others_succeed_pauses_nothing() {
    let works = Works::new().await;
    let (gate, old) = (Gate::shut(), logto::body(1));
    let waits = gate.clone();
    let handler = move |delivery: Delivery<Event>| {
        let waits = (delivery.payload() == old.as_bytes()).then(|| waits.clone());
        async move {
            let Some(gate) = waits else {
                return Ok(Ack::processed());
            };
            gate.passed().await;
            Err(Nack::unavailable())
        }
    };
    let mut retries = Retries::default();
    retries.unavailable_for = MINUTE;
    let worker = Worker::new(works.inbox.clone())
        .clock(works.stage.clock.clone())
        .retries(retries)
        .handle(&works.stage.receiver, handler);
    assert_eq!(works.stage.send(&logto::event(1)).await.status, 200);
    works.stage.clock.advance(MINUTE * 2);
    works.start(worker);
    works.pass(MINUTE).await;
    assert_eq!(works.stage.send(&logto::event(2)).await.status, 200);
    until("the other one succeeds", || works.inbox.len() == 1).await;
    gate.open();
    works.rest().await;
    assert_eq!(works.dead().await, [DeadReason::Unavailable]);
    assert_eq!(works.stage.send(&logto::event(3)).await.status, 200);
    // No time passes.
    until("the next one is handled", || works.inbox.len() == 1).await;
}

struct Running {
    stop: watch::Sender<bool>,
    ended: JoinHandle<Busy>,
}

fn start(works: &Works) -> Running {
    let worker = works.worker().retries(one_try()).grace(MINUTE / 30);
    let (clock, stop) = (works.stage.clock.clone(), watch::Sender::new(false));
    let mut stopped = stop.subscribe();
    let ended = tokio::spawn(async move {
        let stop = async move { drop(stopped.wait_for(|it| *it).await) };
        worker.run_on(clock, stop).await.unwrap()
    });
    Running { stop, ended }
}

/// Each new worker begins before the old one stops, as in a rolling deploy. In each round one handler outlasts the grace.
#[tokio::test]
async fn restarts_every_few_seconds_under_load_spend_no_tries() {
    const ROUNDS: usize = 25;
    const EACH: usize = 3;
    let works = Works::new().await;
    let gate = Gate::shut();
    let mut cut_off = 0;
    let mut old = start(&works);
    for round in 0..ROUNDS {
        works.then([Step::Wait(gate.clone()), Step::Process, Step::Process]);
        let before = works.runs();
        for n in 0..EACH {
            let event = logto::event((round * EACH + n) as u64);
            assert_eq!(works.stage.send(&event).await.status, 200);
        }
        works.pass_until(|| works.runs() >= before + EACH).await;
        let new = start(&works);
        old.stop.send_replace(true);
        works.pass(Duration::from_secs(5)).await;
        cut_off += soon(old.ended).await.unwrap().handlers;
        nothing_is_spent(&works).await;
        old = new;
    }
    assert!(cut_off > 0, "no restart met a run");
    works.pass_until(|| works.inbox.is_empty()).await;
    assert_eq!(works.dead().await, []);
    // Those that were cut off ran again under a higher attempt, and all others once.
    let again = works.attempts().iter().filter(|it| **it > 1).count();
    assert_eq!(works.runs(), ROUNDS * EACH + again);
    assert!(again > 0);
    gate.open();
}
