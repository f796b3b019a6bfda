//! What an outage of whatever stands behind the handler costs, and what restarts cost: no event, and no try.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use hookgate::{
    Ack, Delivery, Nack,
    framework::Busy,
    inbox::{Filter, Inbox},
    providers::logto::Event,
    time::Clock,
    worker::{Retries, Worker},
};
use tokio::{sync::watch, task::JoinHandle};

use super::works::{Step, Works};
use crate::props::{Gate, logto, soon};

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
    let probes = &during[SLOTS - 1..];
    let gaps: Vec<_> = probes.windows(2).map(|it| it[1] - it[0]).collect();
    assert!((4..=9).contains(&gaps.len()), "{gaps:?}");
    // A second or two pass between the end of a pause and the next look.
    let slack = Duration::from_secs(2);
    assert!(gaps.windows(2).all(|it| it[0] <= it[1] + slack), "{gaps:?}");
    assert!(gaps[3] >= gaps[0] * 3, "{gaps:?}");
    // The longest pause of ten minutes, and everything is handled once.
    works.pass(OUTAGE).await;
    assert!(works.inbox.is_empty(), "{} wait", works.inbox.len());
    assert_eq!(runs.lock().unwrap().len() - during.len(), 30);
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
