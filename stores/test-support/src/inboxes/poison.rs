//! Events that can never be handled: the others go on, and each of these ends where it must.
//!
//! `HOOKGATE_POISON=1000` has a thousand of them beside ten thousand others.

use std::{
    io::Write,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use hookgate::{
    Nack,
    inbox::{DeadReason, Filter, Inbox, Stands},
    worker::Retries,
};
use tokio::task::JoinSet;

use super::{STUCK, Working, drained, in_its_transaction, worker};
use crate::{
    App, Effects, TestDelivery, process::parent_ends, respawn, send, send_until_done,
    temporary_folder,
};

/// How many events always fail, where nothing else is said. Ten times as many are good.
const POISON: u64 = 40;
const SENDERS: u64 = 8;
/// A process that dies leaves its lines for so long.
const SHORT_LEASE: Duration = Duration::from_secs(1);
/// So many runs of a line in a row may end without a verdict. It runs alone after so many.
const LOST_AFTER: usize = 10;
const SUSPECT_AFTER: usize = 3;

fn poison() -> u64 {
    let told = std::env::var("HOOKGATE_POISON").ok();
    told.map_or(POISON, |told| told.parse().expect("a number"))
}

/// Tries again soon, and for ever.
fn tireless() -> Retries {
    let mut retries = Retries::default();
    retries.first = Duration::from_millis(100);
    // As many a second, however many there are: a worker on a busy machine does more.
    retries.longest = Duration::from_secs(1 + poison() / 50);
    retries.failures = u32::MAX;
    retries
}

fn is_poison(delivery: &TestDelivery) -> bool {
    let payload = String::from_utf8_lossy(delivery.payload());
    payload.contains("poison")
}

/// Sends so many of each, those that fail first.
async fn send_both(app: &App, poison: u64, good: u64) {
    for (kind, count) in [("poison", poison), ("good", good)] {
        let to = app.address();
        let mut senders = JoinSet::new();
        for sender in 0..SENDERS {
            senders.spawn(async move {
                for number in (sender..count).step_by(SENDERS as usize) {
                    let sent = send(to, &format!("{kind} {number}")).await;
                    assert_eq!(sent, Some(200), "{kind} {number}");
                }
            });
        }
        senders.join_all().await;
    }
}

/// Waits until so many effects are written, each of another event.
async fn written<E: Effects>(effects: &E, count: u64) {
    let count = i64::try_from(count).expect("a small number");
    let writing = async {
        while effects.written().await != (count, count) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let within = STUCK.saturating_mul(u32::try_from(1 + count / 1000).expect("a small number"));
    tokio::time::timeout(within, writing)
        .await
        .expect("the others are handled");
}

/// What is queued, and why the others died.
async fn kept(inbox: &impl Inbox) -> (u64, Vec<DeadReason>) {
    let totals = inbox.totals().await.expect("totals");
    let queued = totals.iter().map(|it| it.queued).sum();
    let (mut reasons, mut after) = (Vec::new(), None);
    loop {
        let page = inbox.list(&Filter::dead(), after.as_ref(), 100).await;
        let page = page.expect("list");
        for row in &page.rows {
            match row.stands {
                Stands::Dead { reason, .. } => reasons.push(reason),
                ref other => panic!("{other:?}"),
            }
        }
        after = page.next;
        if after.is_none() {
            return (queued, reasons);
        }
    }
}

/// Waits until nothing is queued, and checks that so many died, all of one reason, and that the others are handled.
async fn all_end<E: Effects>(effects: &E, (dead, reason): (u64, DeadReason), good: u64)
where
    E::Store: Inbox,
{
    drained(effects.store()).await;
    let (queued, reasons) = kept(effects.store()).await;
    assert_eq!(queued, 0);
    assert_eq!(reasons.len() as u64, dead);
    assert!(reasons.iter().all(|it| *it == reason), "{reasons:?}");
    written(effects, good).await;
}

/// They are tried again and again beside the others, and die once they have failed as often as they may.
pub async fn what_always_fails_holds_up_no_other<E: Effects>(effects: E)
where
    E::Store: Inbox,
{
    let (poison, good) = (poison(), 10 * poison());
    let (app, receiver) = App::accepting(effects.store().clone(), |it| it).await;
    send_both(&app, poison, good).await;
    let handler = |effects: E, delivery: TestDelivery| async move {
        if is_poison(&delivery) {
            return Err(Nack::retry());
        }
        in_its_transaction(effects, delivery).await
    };
    // Fewer slots than there is poison.
    let of = |retries| {
        worker(&effects, &receiver, handler)
            .slots(16)
            .retries(retries)
    };
    let working = Working::start(of(tireless()));
    written(&effects, good).await;
    working.stop().await;
    let (queued, dead) = kept(effects.store()).await;
    assert_eq!((queued, dead), (poison, vec![]), "they never end");
    let mut retries = tireless();
    retries.failures = 2;
    let working = Working::start(of(retries));
    all_end(&effects, (poison, DeadReason::Failed), good).await;
    working.stop().await;
}

/// What they need is there for others, so they pause their endpoint only for a moment.
pub async fn what_is_always_unavailable_ends_and_holds_up_no_other<E: Effects>(effects: E)
where
    E::Store: Inbox,
{
    const AWAY: u64 = 3;
    const GOOD: u64 = 60;
    let (app, receiver) = App::accepting(effects.store().clone(), |it| it).await;
    send_both(&app, AWAY, GOOD).await;
    let handler = |effects: E, delivery: TestDelivery| async move {
        if is_poison(&delivery) {
            return Err(Nack::unavailable());
        }
        in_its_transaction(effects, delivery).await
    };
    let of = |retries| worker(&effects, &receiver, handler).retries(retries);
    let working = Working::start(of(tireless()));
    written(&effects, GOOD).await;
    working.stop().await;
    let (queued, dead) = kept(effects.store()).await;
    assert_eq!((queued, dead), (AWAY, vec![]), "they are young");
    let mut retries = tireless();
    retries.unavailable_for = Duration::ZERO;
    // The endpoint is tried again when the lease of the last one that died would be over.
    let working = Working::start(of(retries).lease(SHORT_LEASE));
    all_end(&effects, (AWAY, DeadReason::Unavailable), GOOD).await;
    working.stop().await;
}

/// Its runs take their process along, again and again. After three of them it runs beside nothing else, so no other event
/// loses more runs to it. After ten it is a dead letter.
///
/// `instance` is a test that calls [`serve_poisoned`] in a process of its own, with `task`.
///
/// # Panics
///
/// When another event dies or is handled twice, or it takes another along after that.
pub async fn what_kills_its_process_runs_alone_and_dies<E: Effects>(
    effects: &E,
    instance: &'static str,
    task: &str,
) where
    E::Store: Inbox,
{
    let folder = temporary_folder();
    let runs = folder.path().join("runs");
    let task = format!("{} {task}", runs.display());
    let (app, _receiver) = App::accepting(effects.store().clone(), |it| it).await;
    let sent = Arc::<AtomicU64>::default();
    // There is always something that it could run beside.
    let sender = tokio::spawn({
        let (to, sent) = (app.address(), sent.clone());
        async move {
            loop {
                let number = sent.load(Ordering::SeqCst);
                send_until_done(|| to, &format!("good {number}")).await;
                sent.store(number + 1, Ordering::SeqCst);
            }
        }
    });
    assert_eq!(send(app.address(), "poison").await, Some(200));
    let mut child = respawn(instance, &task);
    let dying = async {
        while kept(effects.store()).await.1.is_empty() {
            if !child.is_running() {
                child = respawn(instance, &task);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let died = tokio::time::timeout(2 * STUCK, dying).await;
    let runs = std::fs::read_to_string(&runs).expect("what ran beside it");
    died.unwrap_or_else(|_| panic!("it did not die: {runs}"));
    sender.abort();
    // The sender may have been in the middle of one.
    let last = sent.load(Ordering::SeqCst);
    send_until_done(|| app.address(), &format!("good {last}")).await;
    all_end(effects, (1, DeadReason::WorkerLost), last + 1).await;
    let beside: Vec<u64> = runs
        .lines()
        .map(|it| it.parse().expect("a number"))
        .collect();
    assert_eq!(beside.len(), LOST_AFTER, "{beside:?}");
    let (first, suspect) = beside.split_at(SUSPECT_AFTER);
    assert!(first.iter().any(|it| *it > 0), "{beside:?}");
    assert!(suspect.iter().all(|it| *it == 0), "{beside:?}");
    child.kill();
}

/// A worker whose handler ends the process when it is handed the poison. The first word of `task` is a file for what ran
/// beside it.
pub async fn serve_poisoned<E: Effects>(effects: E, runs: &str)
where
    E::Store: Inbox,
{
    let (_app, receiver) = App::accepting(effects.store().clone(), |it| it).await;
    let (running, runs) = (
        Arc::<AtomicU64>::default(),
        Arc::<Path>::from(Path::new(runs)),
    );
    let handler = move |effects: E, delivery: TestDelivery| {
        let (running, runs) = (running.clone(), runs.clone());
        async move {
            if is_poison(&delivery) {
                // What was leased with it has begun by now, or is about to.
                tokio::time::sleep(Duration::from_millis(20)).await;
                let mut file = std::fs::OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(runs)?;
                writeln!(file, "{}", running.load(Ordering::SeqCst))?;
                std::process::abort();
            }
            running.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(40)).await;
            let ended = in_its_transaction(effects, delivery).await;
            running.fetch_sub(1, Ordering::SeqCst);
            ended
        }
    };
    let worker = worker(&effects, &receiver, handler)
        .lease(SHORT_LEASE)
        .retries(tireless());
    let _working = Working::start(worker);
    parent_ends().await;
}
