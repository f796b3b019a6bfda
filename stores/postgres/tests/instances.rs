//! Several instances of one application on one server.
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
use hookgate_postgres::{PostgresStore, Table};
use hookgate_test_support::{App, ClockAhead, child_task, send_until_done, serve, storm};
use place::{Place, fresh_table, number, run};
use sqlx::{AssertSqlSafe, PgPool};

#[tokio::test(flavor = "multi_thread")]
async fn copies_sent_to_two_instances_at_once_are_handled_once() {
    let Some(place) = Place::find() else { return };
    let table = fresh_table();
    let runs = Arc::<AtomicU64>::default();
    let mut instances = Vec::new();
    // The second one's clock is half a minute ahead: the server's counts.
    for ahead in [0, 30] {
        let store = PostgresStore::builder()
            .table(table.clone())
            .connect(place.url())
            .await
            .expect("connect");
        store.migrate().await.expect("migrate");
        let runs = runs.clone();
        let clock = ClockAhead::by(Duration::from_secs(ahead));
        let app = App::start_with(
            store,
            |receiver| receiver.clock(clock),
            move |_| {
                let runs = runs.clone();
                async move {
                    runs.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(30)).await;
                    Ok(Ack::processed())
                }
            },
        );
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
    let Some(place) = Place::find() else { return };
    let pool = place.pool().await;
    let (table, effects) = (plain(&fresh_table()), plain(&fresh_table()));
    run(&pool, format!("CREATE TABLE {effects} (id text)")).await;

    let task = format!("{table} {effects} {}", place.url());
    let kills = storm("one_instance", &task, EVENTS, KILLS).await;
    assert!(
        kills >= KILLS / 2,
        "too few kills to call it a storm: {kills}"
    );

    let written = number(&pool, format!("SELECT count(*) FROM {effects}")).await;
    let events = number(&pool, format!("SELECT count(DISTINCT id) FROM {effects}")).await;
    assert_eq!((written, events), (200, 200), "every effect exactly once");
    let open = number(
        &pool,
        format!("SELECT count(*) FROM {table} WHERE state <> 1"),
    )
    .await;
    assert_eq!(open, 0, "every event is done");
}

/// A receiver in a process of its own, until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_instance() {
    let Some(task) = child_task() else { return };
    let [told, table, effects, url] = task.split(' ').collect::<Vec<_>>()[..] else {
        panic!("a task has four words");
    };
    let pool = PgPool::connect(url).await.expect("connect");
    let store = PostgresStore::builder()
        .table(Table::new(table).expect("a table's name"))
        .pool(pool.clone());
    store.migrate().await.expect("migrate");
    let (settling, effects) = (store.clone(), effects.to_owned());
    let lease = Duration::from_millis(600);
    let app = App::start_with(
        store,
        |receiver| receiver.lease(lease).heartbeat(lease / 4),
        move |delivery| {
            let (store, pool, effects) = (settling.clone(), pool.clone(), effects.clone());
            async move {
                let mut tx = pool.begin().await?;
                let insert = format!("INSERT INTO {effects} VALUES ('{}')", delivery.event_key());
                sqlx::raw_sql(AssertSqlSafe(insert))
                    .execute(&mut *tx)
                    .await?;
                tokio::time::sleep(Duration::from_millis(10)).await;
                store.settle_in(&mut tx, delivery.lease()).await?;
                tx.commit().await?;
                Ok(Ack::processed())
            }
        },
    )
    .await;
    serve(app, told).await;
}

fn plain(table: &Table) -> String {
    table.to_string().replace('"', "")
}
