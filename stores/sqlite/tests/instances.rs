//! Several instances of one application on one file.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use hookgate::Ack;
use hookgate_sqlite::SqliteStore;
use hookgate_test_support::{App, child_task, send_until_done, serve, storm};
use place::{Place, number, run};
use sqlx::{
    AssertSqlSafe, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

#[tokio::test(flavor = "multi_thread")]
async fn copies_sent_to_two_instances_at_once_are_handled_once() {
    let place = Place::new();
    let runs = Arc::<AtomicU64>::default();
    let mut instances = Vec::new();
    for _ in 0..2 {
        let runs = runs.clone();
        let app = App::start(place.store().await, move |_| {
            let runs = runs.clone();
            async move {
                runs.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(30)).await;
                Ok(Ack::processed())
            }
        });
        instances.push(app.await);
    }
    let mut copies = Vec::new();
    for event in 0..40 {
        for copy in 0..4 {
            let to = instances[copy % 2].address();
            copies.push(tokio::spawn(async move {
                send_until_done(|| to, &format!("event {event}")).await;
            }));
        }
    }
    for copy in copies {
        copy.await.expect("answered");
    }
    assert_eq!(runs.load(Ordering::Relaxed), 40);
}

const EVENTS: u64 = 200;
const KILLS: u64 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_kills_leaves_every_effect_exactly_once() {
    let place = Place::new();
    let pool = place.pool().await;
    run(&pool, "CREATE TABLE effects (id text)").await;

    let task = place.path("app.sqlite").display().to_string();
    let kills = storm("one_instance", &task, EVENTS, KILLS).await;
    assert!(
        kills >= KILLS / 2,
        "too few kills to call it a storm: {kills}"
    );

    let written = number(&pool, "SELECT count(*) FROM effects").await;
    let events = number(&pool, "SELECT count(DISTINCT id) FROM effects").await;
    assert_eq!((written, events), (200, 200), "every effect exactly once");
    let open = number(
        &pool,
        "SELECT count(*) FROM hookgate_dedup WHERE state <> 1",
    )
    .await;
    assert_eq!(open, 0, "every event is done");
}

/// A receiver in a process of its own, until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_instance() {
    let Some(task) = child_task() else { return };
    let (told, path) = task.split_once(' ').expect("a task has two words");
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(Duration::from_millis(1500));
    let pool = SqlitePool::connect_with(options).await.expect("open");
    let store = SqliteStore::with_pool(pool.clone());
    store.migrate().await.expect("migrate");
    let settling = store.clone();
    let lease = Duration::from_millis(600);
    let app = App::start_with(
        store,
        |receiver| receiver.lease(lease).heartbeat(lease / 4),
        move |delivery| {
            let (store, pool) = (settling.clone(), pool.clone());
            async move {
                let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
                let insert = format!("INSERT INTO effects VALUES ('{}')", delivery.event_key());
                sqlx::raw_sql(AssertSqlSafe(insert))
                    .execute(&mut *tx)
                    .await?;
                tokio::time::sleep(Duration::from_millis(5)).await;
                store.settle_in(&mut tx, delivery.lease()).await?;
                tx.commit().await?;
                Ok(Ack::processed())
            }
        },
    )
    .await;
    serve(app, told).await;
}
