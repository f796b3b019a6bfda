//! Settling inside the application's transaction.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use hookgate::{
    Ack, EventKey, Nack,
    dedup::{Claim, DedupStore, State},
};
use hookgate_postgres::{PostgresStore, SettleError};
use hookgate_test_support::{App, LEASE, TestDelivery, owner, send};
use place::{Place, fresh_table, number, run};
use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};
use tokio::sync::{Mutex, Notify};

/// An application whose effect is a row.
#[derive(Clone)]
struct Effects {
    store: PostgresStore,
    pool: PgPool,
    table: String,
    runs: Arc<AtomicU64>,
    key: Arc<Mutex<Option<EventKey>>>,
}

impl Effects {
    async fn new(place: &Place) -> Self {
        let (store, pool) = (place.store().await, place.pool().await);
        let table = fresh_table().to_string();
        run(&pool, format!("CREATE TABLE {table} (id text)")).await;
        Self {
            store,
            pool,
            table,
            runs: Arc::default(),
            key: Arc::default(),
        }
    }

    /// Writes the effect in a transaction that is not committed yet.
    async fn write(&self, delivery: &TestDelivery) -> Result<Transaction<'static, Postgres>, Nack> {
        *self.key.lock().await = Some(*delivery.event_key());
        let mut tx = self.pool.begin().await?;
        let insert = format!(
            "INSERT INTO {} VALUES ('{}')",
            self.table,
            delivery.event_key()
        );
        sqlx::raw_sql(AssertSqlSafe(insert))
            .execute(&mut *tx)
            .await?;
        Ok(tx)
    }

    fn run_number(&self) -> u64 {
        self.runs.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }

    async fn written(&self) -> i64 {
        number(&self.pool, format!("SELECT count(*) FROM {}", self.table)).await
    }

    async fn key(&self) -> EventKey {
        self.key.lock().await.expect("the handler ran")
    }
}

#[tokio::test]
async fn effect_and_mark_commit_together() {
    let Some(place) = Place::find() else { return };
    let effects = Effects::new(&place).await;
    let app = App::start(effects.store.clone(), {
        let effects = effects.clone();
        move |delivery| {
            let effects = effects.clone();
            async move {
                effects.run_number();
                let mut tx = effects.write(&delivery).await?;
                effects.store.settle_in(&mut tx, delivery.lease()).await?;
                // Twice in one transaction is once.
                effects.store.settle_in(&mut tx, delivery.lease()).await?;
                tx.commit().await?;
                Ok(Ack::processed())
            }
        }
    })
    .await;
    assert_eq!(send(app.address(), "one").await, Some(200));
    assert_eq!(send(app.address(), "one").await, Some(200));
    assert_eq!((effects.runs(), effects.written().await), (1, 1));
}

#[tokio::test]
async fn the_mark_stands_before_the_middleware_settles() {
    let Some(place) = Place::find() else { return };
    let effects = Effects::new(&place).await;
    let seen = Arc::new(Mutex::new(None));
    let app = App::start(effects.store.clone(), {
        let (effects, seen) = (effects.clone(), seen.clone());
        move |delivery| {
            let (effects, seen) = (effects.clone(), seen.clone());
            async move {
                let mut tx = effects.write(&delivery).await?;
                effects.store.settle_in(&mut tx, delivery.lease()).await?;
                tx.commit().await?;
                // The process could die here: the event is done all the same.
                *seen.lock().await = Some(effects.store.look(delivery.event_key()).await);
                Ok(Ack::processed())
            }
        }
    })
    .await;
    assert_eq!(send(app.address(), "one").await, Some(200));
    assert!(matches!(seen.lock().await.take(), Some(Ok(State::Done))));
}

#[tokio::test]
async fn a_rollback_takes_the_mark_back() {
    let Some(place) = Place::find() else { return };
    let effects = Effects::new(&place).await;
    let app = App::start(effects.store.clone(), {
        let effects = effects.clone();
        move |delivery| {
            let effects = effects.clone();
            async move {
                let first = effects.run_number() == 1;
                let mut tx = effects.write(&delivery).await?;
                effects.store.settle_in(&mut tx, delivery.lease()).await?;
                if first {
                    drop(tx);
                    return Err(Nack::retry());
                }
                tx.commit().await?;
                Ok(Ack::processed())
            }
        }
    })
    .await;
    assert_eq!(send(app.address(), "one").await, Some(503));
    assert_eq!(send(app.address(), "one").await, Some(200));
    assert_eq!((effects.runs(), effects.written().await), (2, 1));
}

#[tokio::test]
async fn after_a_rollback_the_middlewares_own_settle_is_real() {
    let Some(place) = Place::find() else { return };
    let effects = Effects::new(&place).await;
    let app = App::start(effects.store.clone(), {
        let effects = effects.clone();
        move |delivery| {
            let effects = effects.clone();
            async move {
                effects.run_number();
                let mut tx = effects.write(&delivery).await?;
                effects.store.settle_in(&mut tx, delivery.lease()).await?;
                tx.rollback().await?;
                Ok(Ack::ignored("nothing to keep"))
            }
        }
    })
    .await;
    assert_eq!(send(app.address(), "one").await, Some(200));
    assert_eq!(send(app.address(), "one").await, Some(200));
    assert_eq!((effects.runs(), effects.written().await), (1, 0));
}

#[tokio::test]
async fn nobody_waits_for_an_open_transaction_nor_takes_its_event() {
    let Some(place) = Place::find() else { return };
    let effects = Effects::new(&place).await;
    let (settled, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let lease = Duration::from_millis(500);
    let app = App::start_with(
        effects.store.clone(),
        |receiver| receiver.lease(lease).heartbeat(lease / 4),
        {
            let (effects, settled, go_on) = (effects.clone(), settled.clone(), go_on.clone());
            move |delivery| {
                let (effects, settled, go_on) = (effects.clone(), settled.clone(), go_on.clone());
                async move {
                    let mut tx = effects.write(&delivery).await?;
                    effects.store.settle_in(&mut tx, delivery.lease()).await?;
                    settled.notify_one();
                    go_on.notified().await;
                    tx.commit().await?;
                    Ok(Ack::processed())
                }
            }
        },
    )
    .await;
    let address = app.address();
    let sending = tokio::spawn(async move { send(address, "one").await });
    settled.notified().await;
    let key = effects.key().await;

    // While the lease lasts, and after it has lapsed.
    let mut lapsed = false;
    while !lapsed {
        lapsed = matches!(effects.store.look(&key).await, Ok(State::Free));
        // The transaction ends only after this, so a claim that waited for it would be given up instead.
        let claim = effects.store.claim(&key, None, owner(1), LEASE).await;
        assert!(matches!(claim, Ok(Claim::InProgress { .. })), "{claim:?}");
        // Nor is its row removed.
        effects.store.prune().await.expect("prune");
    }
    go_on.notify_one();
    assert_eq!(sending.await.expect("send"), Some(200));
    let claim = effects.store.claim(&key, None, owner(1), LEASE).await;
    assert!(matches!(claim, Ok(Claim::Done { .. })), "{claim:?}");
    assert_eq!(effects.written().await, 1);
}

#[tokio::test]
async fn a_lost_lease_fails_the_transaction() {
    let Some(place) = Place::find() else { return };
    let effects = Effects::new(&place).await;
    let (refused, lease) = (Arc::new(AtomicU64::new(0)), Duration::from_millis(300));
    let app = App::start_with(
        effects.store.clone(),
        |receiver| receiver.lease(lease).heartbeat(lease / 3),
        {
            let (effects, refused) = (effects.clone(), refused.clone());
            move |delivery: TestDelivery| {
                let (effects, refused) = (effects.clone(), refused.clone());
                async move {
                    // As if this instance had stood still: no heartbeat, and another one took over.
                    delivery.lease().stop_heartbeat();
                    let (store, key) = (&effects.store, delivery.event_key());
                    while !matches!(
                        store.claim(key, None, owner(1), LEASE).await,
                        Ok(Claim::Won(_))
                    ) {}
                    let mut tx = effects.write(&delivery).await?;
                    let settled = effects.store.settle_in(&mut tx, delivery.lease()).await;
                    if matches!(settled, Err(SettleError::LeaseLost)) {
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                    settled?;
                    tx.commit().await?;
                    Ok(Ack::processed())
                }
            }
        },
    )
    .await;
    assert_eq!(send(app.address(), "one").await, Some(503));
    assert_eq!(refused.load(Ordering::Relaxed), 1);
    assert_eq!(effects.written().await, 0);
    let key = effects.key().await;
    let state = effects.store.look(&key).await;
    assert!(
        matches!(state, Ok(State::InProgress { .. })),
        "the new owner is unharmed: {state:?}"
    );
}

#[tokio::test]
async fn settle_in_ends_the_heartbeat() {
    let Some(place) = Place::find() else { return };
    let effects = Effects::new(&place).await;
    let lease = Duration::from_millis(400);
    let app = App::start_with(
        effects.store.clone(),
        |receiver| receiver.lease(lease).heartbeat(lease / 8),
        {
            let effects = effects.clone();
            move |delivery| {
                let effects = effects.clone();
                async move {
                    let mut tx = effects.write(&delivery).await?;
                    effects.store.settle_in(&mut tx, delivery.lease()).await?;
                    tx.rollback().await?;
                    // Nothing extends it any more: another instance may have it.
                    let (store, key) = (&effects.store, delivery.event_key());
                    let began = Instant::now();
                    while !matches!(store.look(key).await, Ok(State::Free)) {
                        if began.elapsed() > Duration::from_secs(5) {
                            return Ok(Ack::processed());
                        }
                    }
                    Err(Nack::retry())
                }
            }
        },
    )
    .await;
    assert_eq!(send(app.address(), "one").await, Some(503));
}
