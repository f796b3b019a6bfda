//! What settling inside the application's transaction promises, on any [`Effects`]:
//! [`test_transactions!`](crate::test_transactions) makes tests of them.

use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use hookgate::{
    Ack, EventKey, Nack,
    dedup::{Claim, DedupStore, State},
};
use tokio::sync::Notify;

use crate::{App, Effects, LEASE, NotSettled, TestDelivery, owner, send};

/// A test of each promise, on what `$effects` makes, which is `None` where there is no engine to be had.
#[macro_export]
macro_rules! test_transactions {
    ($effects:path) => {
        $crate::test_transactions! { $effects:
            effect_and_mark_commit_together,
            the_mark_stands_before_the_middleware_settles,
            a_rollback_takes_the_mark_back,
            after_a_rollback_the_middlewares_own_settle_is_real,
            nobody_waits_for_an_open_transaction_nor_takes_its_event,
            a_lost_lease_fails_the_transaction,
            settle_in_ends_the_heartbeat,
        }
    };
    ($effects:path: $($promise:ident),+ $(,)?) => {$(
        #[tokio::test]
        async fn $promise() {
            if let Some(effects) = $effects().await {
                $crate::transactions::$promise(effects).await;
            }
        }
    )+};
}

/// Longer than any claim takes that waits for nobody, on the busiest machine.
const STUCK: Duration = Duration::from_secs(30);

/// What a handler did.
#[derive(Debug, Default)]
struct Seen {
    runs: AtomicU64,
    key: Mutex<Option<EventKey>>,
}

impl Seen {
    fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }

    fn key(&self) -> EventKey {
        let key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        key.expect("the handler ran")
    }
}

/// An application with this lease, whose handler gets the number of its run.
async fn app<E, H, F>(effects: &E, lease: Duration, handler: H) -> (App, Arc<Seen>)
where
    E: Effects,
    H: Fn(E, TestDelivery, u64) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Ack, Nack>> + Send + 'static,
{
    let seen = Arc::<Seen>::default();
    let run = {
        let (effects, seen) = (effects.clone(), seen.clone());
        move |delivery: TestDelivery| {
            let number = seen.runs.fetch_add(1, Ordering::Relaxed) + 1;
            *seen.key.lock().unwrap_or_else(PoisonError::into_inner) = Some(*delivery.event_key());
            handler(effects.clone(), delivery, number)
        }
    };
    let settings =
        move |receiver: hookgate::ReceiverBuilder| receiver.lease(lease).heartbeat(lease / 4);
    let app = App::start_with(effects.store().clone(), settings, run).await;
    (app, seen)
}

/// The number of effects, where each event has one.
async fn written(effects: &impl Effects) -> i64 {
    let (written, events) = effects.written().await;
    assert_eq!(written, events, "no effect twice");
    written
}

/// An event that was handled is neither handled nor written again.
pub async fn effect_and_mark_commit_together<E: Effects>(effects: E) {
    let (app, seen) = app(&effects, LEASE, |effects: E, delivery, _| async move {
        let mut tx = effects.write(delivery.event_key()).await?;
        effects.settle_in(&mut tx, delivery.lease()).await?;
        // Twice in one transaction is once.
        effects.settle_in(&mut tx, delivery.lease()).await?;
        E::commit(tx).await?;
        Ok(Ack::processed())
    })
    .await;
    assert_eq!(send(app.address(), "one").await, Some(200));
    assert_eq!(send(app.address(), "one").await, Some(200));
    assert_eq!((seen.runs(), written(&effects).await), (1, 1));
}

/// A process that dies right after the commit leaves a handled event.
pub async fn the_mark_stands_before_the_middleware_settles<E: Effects>(effects: E) {
    let (app, _) = app(&effects, LEASE, |effects: E, delivery, _| async move {
        let mut tx = effects.write(delivery.event_key()).await?;
        effects.settle_in(&mut tx, delivery.lease()).await?;
        E::commit(tx).await?;
        match effects.store().look(delivery.event_key()).await? {
            State::Done => Ok(Ack::processed()),
            _ => Err(Nack::retry()),
        }
    })
    .await;
    assert_eq!(send(app.address(), "one").await, Some(200));
}

/// An event that was rolled back is released by the handler's outcome, and runs again.
pub async fn a_rollback_takes_the_mark_back<E: Effects>(effects: E) {
    let (app, seen) = app(&effects, LEASE, |effects: E, delivery, run| async move {
        let mut tx = effects.write(delivery.event_key()).await?;
        effects.settle_in(&mut tx, delivery.lease()).await?;
        if run == 1 {
            drop(tx);
            return Err(Nack::retry());
        }
        E::commit(tx).await?;
        Ok(Ack::processed())
    })
    .await;
    assert_eq!(send(app.address(), "one").await, Some(503));
    assert_eq!(send(app.address(), "one").await, Some(200));
    assert_eq!((seen.runs(), written(&effects).await), (2, 1));
}

/// A handler may roll back and still call the event handled.
pub async fn after_a_rollback_the_middlewares_own_settle_is_real<E: Effects>(effects: E) {
    let (app, seen) = app(&effects, LEASE, |effects: E, delivery, _| async move {
        let mut tx = effects.write(delivery.event_key()).await?;
        effects.settle_in(&mut tx, delivery.lease()).await?;
        E::roll_back(tx).await?;
        Ok(Ack::ignored("nothing to keep"))
    })
    .await;
    assert_eq!(send(app.address(), "one").await, Some(200));
    assert_eq!(send(app.address(), "one").await, Some(200));
    assert_eq!((seen.runs(), written(&effects).await), (1, 0));
}

/// While it is open, every claim of its event is told that it is in progress, even after its lease has lapsed.
pub async fn nobody_waits_for_an_open_transaction_nor_takes_its_event<E: Effects>(effects: E) {
    let (settled, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (app, seen) = app(&effects, Duration::from_millis(500), {
        let (settled, go_on) = (settled.clone(), go_on.clone());
        move |effects: E, delivery: TestDelivery, _| {
            let (settled, go_on) = (settled.clone(), go_on.clone());
            async move {
                let mut tx = effects.write(delivery.event_key()).await?;
                effects.settle_in(&mut tx, delivery.lease()).await?;
                settled.notify_one();
                go_on.notified().await;
                E::commit(tx).await?;
                Ok(Ack::processed())
            }
        }
    })
    .await;
    let address = app.address();
    let sending = tokio::spawn(async move { send(address, "one").await });
    settled.notified().await;
    let (key, store) = (seen.key(), effects.store());
    let mut lapsed = false;
    while !lapsed {
        lapsed = matches!(store.look(&key).await, Ok(State::Free));
        // The transaction ends only after this, so a claim that waited for it would be stuck.
        let claim = store.claim(&key, None, owner(1), LEASE);
        let claim = tokio::time::timeout(STUCK, claim).await;
        assert!(
            matches!(claim, Ok(Ok(Claim::InProgress { .. }))),
            "{claim:?}"
        );
    }
    go_on.notify_one();
    assert_eq!(sending.await.expect("send"), Some(200));
    let claim = store.claim(&key, None, owner(1), LEASE).await;
    assert!(matches!(claim, Ok(Claim::Done { .. })), "{claim:?}");
    assert_eq!(written(&effects).await, 1);
}

/// A handler that lost its lease learns so before it commits.
pub async fn a_lost_lease_fails_the_transaction<E: Effects>(effects: E) {
    let lost = Arc::<AtomicU64>::default();
    let (app, seen) = app(&effects, Duration::from_millis(300), {
        let lost = lost.clone();
        move |effects: E, delivery: TestDelivery, _| {
            let lost = lost.clone();
            async move {
                // As if this instance had stood still: no heartbeat, and another one took over.
                delivery.lease().stop_heartbeat();
                let (store, key) = (effects.store(), delivery.event_key());
                while !matches!(
                    store.claim(key, None, owner(1), LEASE).await,
                    Ok(Claim::Won(_))
                ) {}
                let mut tx = effects.write(key).await?;
                let settled = effects.settle_in(&mut tx, delivery.lease()).await;
                if matches!(settled, Err(NotSettled::LeaseLost)) {
                    lost.fetch_add(1, Ordering::Relaxed);
                }
                settled?;
                E::commit(tx).await?;
                Ok(Ack::processed())
            }
        }
    })
    .await;
    assert_eq!(send(app.address(), "one").await, Some(503));
    assert_eq!(lost.load(Ordering::Relaxed), 1);
    assert_eq!(written(&effects).await, 0);
    let state = effects.store().look(&seen.key()).await;
    assert!(
        matches!(state, Ok(State::InProgress { .. })),
        "the new owner is unharmed: {state:?}"
    );
}

/// Once settled, nothing extends the lease: after a rollback another instance may have it.
pub async fn settle_in_ends_the_heartbeat<E: Effects>(effects: E) {
    // Long enough for heartbeats to keep it on a busy machine.
    let lease = Duration::from_secs(3);
    // The answer does not tell it: a handler that waits in vain meets its deadline, and that is 503 too.
    let lapsed = Arc::<AtomicBool>::default();
    let (app, _) = app(&effects, lease, {
        let lapsed = lapsed.clone();
        move |effects: E, delivery: TestDelivery, _| {
            let lapsed = lapsed.clone();
            async move {
                let mut tx = effects.write(delivery.event_key()).await?;
                effects.settle_in(&mut tx, delivery.lease()).await?;
                E::roll_back(tx).await?;
                let began = Instant::now();
                while began.elapsed() < 2 * lease && !lapsed.load(Ordering::Relaxed) {
                    let state = effects.store().look(delivery.event_key()).await;
                    lapsed.store(matches!(state, Ok(State::Free)), Ordering::Relaxed);
                }
                Err(Nack::retry())
            }
        }
    })
    .await;
    assert_eq!(send(app.address(), "one").await, Some(503));
    assert!(
        lapsed.load(Ordering::Relaxed),
        "something extends the lease"
    );
}
