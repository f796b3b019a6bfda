//! A handler that settles inside of its own transaction: its effect happens once, and what waits behind it goes on.
//!
//! The end is written as a store's `settle_in` does: the heartbeat stops, and the mark is there once the application has
//! committed. The stores' own tests have the transactions.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use hookgate::{
    Ack, Delivery, Nack, Observed, Observer, Reason,
    dedup::{DedupStore, End, Lease, Settled, StoreError},
    inbox::{Counts, DeadReason, Inbox, MemoryInbox, OrderKey},
    providers::logto::Event,
    worker::{Retries, Worker},
};

use super::works::Works;
use crate::props::{Gate, logto, until};

const MINUTE: Duration = Duration::from_secs(60);

/// A memory inbox that notes what a worker asks of it at a line's end.
#[derive(Clone)]
struct Noted {
    memory: MemoryInbox,
    calls: Arc<Mutex<Vec<&'static str>>>,
}

impl Noted {
    fn of(memory: &MemoryInbox) -> Self {
        Self {
            memory: memory.clone(),
            calls: Arc::default(),
        }
    }

    fn calls(&self) -> Vec<&'static str> {
        self.calls.lock().unwrap().clone()
    }

    fn note(&self, call: &'static str) {
        self.calls.lock().unwrap().push(call);
    }

    /// As a store's `settle_in`, and the application's commit.
    async fn settle_in(&self, delivery: &Delivery<Event>) -> Settled {
        let lease = delivery.lease();
        lease.stop_heartbeat();
        self.note("commit");
        let (granted, retain) = (lease.granted(), lease.retain());
        let settled = self.memory.settle(granted, End::Processed, retain).await;
        settled.unwrap()
    }
}

impl DedupStore for Noted {
    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        self.note("settle");
        self.memory.settle(lease, end, retain).await
    }

    hookgate::forward_calls!(memory: claim, extend, look, promises, settled, held, findings);
}

impl Inbox for Noted {
    async fn give_back(
        &self,
        lease: &Lease,
        delay: Duration,
        counts: Counts,
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        self.note("give_back");
        self.memory.give_back(lease, delay, counts, error).await
    }

    async fn bury(
        &self,
        lease: &Lease,
        reason: DeadReason,
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        self.note("bury");
        self.memory.bury(lease, reason, error).await
    }

    async fn promote(&self, order: &OrderKey) -> Result<(), StoreError> {
        self.note("promote");
        self.memory.promote(order).await
    }

    hookgate::forward_calls!(memory: accept, quarantine, lease, keep, pause, resume, work_may_wait, hold, totals, list, read, replay, discard, erase);
}

#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Reason>>>);

impl Observer for Told {
    fn ended(&self, _: Observed<'_>, reason: Reason) {
        if reason != Reason::Queued {
            self.0.lock().unwrap().push(reason);
        }
    }
}

async fn ordered(told: Told) -> Works {
    Works::with(|builder| {
        let builder = builder.observer(told).run_timeout(MINUTE);
        builder.inbox_order(|_: &Event| Some("all of them".to_owned()))
    })
    .await
}

/// How a handler goes on once its transaction is committed, or not.
#[derive(Clone, Copy, Debug)]
enum Then {
    Ack,
    Retry,
    Panic,
}

fn then(then: Then) -> Result<Ack, Nack> {
    match then {
        Then::Ack => Ok(Ack::processed()),
        Then::Retry => Err(Nack::retry()),
        Then::Panic => panic!("a handler's own"),
    }
}

#[tokio::test]
async fn what_was_settled_with_the_applications_transaction_happened_once() {
    for (after, expected) in [
        (Then::Ack, Reason::Handled),
        // The commit counts, whatever is said after it.
        (Then::Retry, Reason::LeaseLost),
        (Then::Panic, Reason::LeaseLost),
    ] {
        let told = Told::default();
        let works = ordered(told.clone()).await;
        let inbox = Noted::of(&works.inbox);
        let effects = Arc::new(AtomicUsize::new(0));
        let (settling, counted) = (inbox.clone(), effects.clone());
        let handler = move |delivery: Delivery<Event>| {
            let (settling, counted) = (settling.clone(), counted.clone());
            async move {
                assert!(delivery.lease().granted().is_of_work());
                assert_eq!(settling.settle_in(&delivery).await, Settled::Ok);
                counted.fetch_add(1, Ordering::SeqCst);
                then(after)
            }
        };
        works.stage.send(&logto::event(1)).await;
        works.start(strict(&works, &inbox).handle(&works.stage.receiver, handler));
        works.pass(MINUTE * 5).await;
        assert_eq!(effects.load(Ordering::SeqCst), 1, "{after:?}");
        assert_eq!(*told.0.lock().unwrap(), [expected], "{after:?}");
        assert_eq!((works.inbox.len(), works.dead().await), (0, vec![]));
        // A copy is one.
        assert_eq!(works.stage.send(&logto::event(1)).await.status, 200);
        works.rest().await;
        assert!(works.inbox.is_empty());
        // Whatever is written then, what waits behind goes on once the commit is there.
        let calls = inbox.calls();
        assert_eq!((calls[0], calls[calls.len() - 1]), ("commit", "promote"));
    }
}

fn strict(works: &Works, inbox: &Noted) -> Worker {
    let mut retries = Retries::default();
    retries.failures = 2;
    Worker::new(inbox.clone())
        .clock(works.stage.clock.clone())
        .retries(retries)
}

#[tokio::test]
async fn what_was_rolled_back_is_tried_again() {
    let works = ordered(Told::default()).await;
    let inbox = Noted::of(&works.inbox);
    let (settling, runs) = (inbox.clone(), Arc::new(AtomicUsize::new(0)));
    let counted = runs.clone();
    let handler = move |delivery: Delivery<Event>| {
        let settling = settling.clone();
        let is_first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        async move {
            if is_first {
                // `settle_in` was called, and the transaction is gone.
                delivery.lease().stop_heartbeat();
                return Err(Nack::retry());
            }
            assert_eq!(settling.settle_in(&delivery).await, Settled::Ok);
            Ok(Ack::processed())
        }
    };
    works.stage.send(&logto::event(1)).await;
    works.start(strict(&works, &inbox).handle(&works.stage.receiver, handler));
    works.pass_until(|| works.inbox.is_empty()).await;
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    let expected = ["give_back", "promote", "commit", "settle", "promote"];
    works.rest().await;
    assert_eq!(inbox.calls(), expected);
}

/// The store lets the next one go on itself.
#[tokio::test]
async fn an_end_by_the_worker_alone_needs_no_promotion() {
    let works = ordered(Told::default()).await;
    let inbox = Noted::of(&works.inbox);
    let handler = |_: Delivery<Event>| async { Ok::<_, Nack>(Ack::processed()) };
    for number in 0..2 {
        works.stage.send(&logto::event(number)).await;
    }
    works.start(strict(&works, &inbox).handle(&works.stage.receiver, handler));
    works.pass_until(|| works.inbox.is_empty()).await;
    works.rest().await;
    assert_eq!(inbox.calls(), ["settle", "settle"]);
}

/// Its worker let it go before its commit: the store refuses it, and another run has the effect.
#[tokio::test]
async fn a_handler_that_was_let_go_cannot_commit() {
    let works = ordered(Told::default()).await;
    let inbox = Noted::of(&works.inbox);
    let gate = Gate::shut();
    let late = Arc::new(Mutex::new(Vec::new()));
    let (settling, held, settled) = (inbox.clone(), gate.clone(), late.clone());
    let handler = move |delivery: Delivery<Event>| {
        let (settling, held, settled) = (settling.clone(), held.clone(), settled.clone());
        async move {
            held.passed().await;
            let end = settling.settle_in(&delivery).await;
            settled
                .lock()
                .unwrap()
                .push((delivery.lease().attempt(), end));
            Ok::<_, Nack>(Ack::processed())
        }
    };
    works.stage.send(&logto::event(1)).await;
    works.start(strict(&works, &inbox).handle(&works.stage.receiver, handler));
    works.pass(MINUTE + MINUTE / 2).await;
    gate.open();
    works.pass_until(|| works.inbox.is_empty()).await;
    until("both have ended", || late.lock().unwrap().len() == 2).await;
    let ends = late.lock().unwrap().clone();
    assert!(ends.contains(&(1, Settled::LeaseLost)), "{ends:?}");
    assert!(ends.contains(&(2, Settled::Ok)), "{ends:?}");
    works.rest().await;
    // The one that was let go may have committed all the same: what waits behind is looked for after its end too.
    let promoted = inbox
        .calls()
        .iter()
        .filter(|call| **call == "promote")
        .count();
    assert_eq!(promoted, 2);
}
