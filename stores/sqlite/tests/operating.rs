//! The table: who creates it, and how it stays small.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::{
    future::{Future, poll_fn},
    task::Poll,
    time::Duration,
};

use hookgate::dedup::{DedupStore, StoreError};
use hookgate_sqlite::SqliteStore;
use hookgate_test_support::{LEASE, key, owner, win};
use place::{Place, number, options, run};
use sqlx::{SqlitePool, sqlite::SqliteJournalMode};

hookgate_test_support::test_tables!(place::SqliteRows);

#[tokio::test]
async fn a_missing_table_says_what_to_do() {
    let place = Place::new();
    let pool = place.pool().await;
    let store = SqliteStore::with_pool(pool.clone());
    let missing = store.claim(&key(0), None, owner(0), LEASE).await;
    let Err(StoreError::Unavailable(why)) = missing else {
        panic!("no table, no claim: {missing:?}");
    };
    assert!(why.to_string().contains("migrate()"), "{why}");
    // The application's migrations may run the printed text, more than once.
    run(&pool, SqliteStore::schema()).await;
    run(&pool, SqliteStore::schema()).await;
    win(&store, 0).await;
}

/// More often than one try to open a file is woken.
const WAKES: usize = 40;

#[tokio::test]
async fn a_fresh_file_that_another_has_is_waited_for() {
    let place = Place::new();
    let path = place.path("dedup.sqlite");
    let other = options(&path).journal_mode(SqliteJournalMode::Delete);
    let pool = SqlitePool::connect_with(other).await.expect("open");
    let tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("begin");
    let limit = Duration::from_millis(50);
    let mut opening = std::pin::pin!(SqliteStore::builder().call_timeout(limit).open(&path));
    // It has tried again and again, and has neither failed nor gone ahead.
    let mut wakes = 0;
    poll_fn(|context| {
        let early = opening.as_mut().poll(context);
        assert!(early.is_pending(), "{early:?}");
        wakes += 1;
        if wakes < WAKES {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
    tx.commit().await.expect("commit");
    pool.close().await;
    let opened = opening.await;
    assert!(opened.is_ok(), "{opened:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_open_a_fresh_file_at_once() {
    for round in 0..10 {
        let place = Place::new();
        let path = place.path("dedup.sqlite");
        let opens = (0..8).map(|_| tokio::spawn(SqliteStore::open(path.clone())));
        for open in opens.collect::<Vec<_>>() {
            let opened = open.await.expect("no panic");
            assert!(opened.is_ok(), "round {round}: {opened:?}");
        }
    }
}

#[tokio::test]
async fn a_migration_only_reads_where_the_table_is_there() {
    let place = Place::new();
    let pool = place.pool().await;
    let store = SqliteStore::with_pool(pool.clone());
    store.migrate().await.expect("migrate");
    let tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("begin");
    // A write would wait for its turn, and in vain.
    store.migrate().await.expect("nothing is to be done");
    drop(tx);
    // One part of it is missing.
    run(&pool, "DROP INDEX hookgate_dedup_expires_at").await;
    store.migrate().await.expect("migrate");
    let sql = "SELECT count(*) FROM sqlite_schema WHERE name = 'hookgate_dedup_expires_at'";
    assert_eq!(number(&pool, sql).await, 1);
}

#[tokio::test]
async fn claims_and_pruning_use_indexes() {
    let place = Place::new();
    let pool = place.pool().await;
    run(&pool, SqliteStore::schema()).await;
    for (sql, index) in [
        (
            "SELECT 1 FROM hookgate_dedup WHERE event_key = x'00'",
            "PRIMARY KEY",
        ),
        (
            "SELECT 1 FROM hookgate_dedup WHERE expires_at < 5 ORDER BY expires_at LIMIT 9",
            "hookgate_dedup_expires_at",
        ),
    ] {
        use sqlx::Row;
        let plan = format!("EXPLAIN QUERY PLAN {sql}");
        let row = sqlx::raw_sql(sqlx::AssertSqlSafe(plan))
            .fetch_one(&pool)
            .await
            .expect("a plan");
        let detail: String = row.get("detail");
        assert!(
            detail.contains(index) && !detail.contains("SCAN"),
            "{detail}"
        );
    }
}

#[tokio::test]
async fn each_connection_has_its_pragmas() {
    let place = Place::new();
    drop(place.store().await);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(place.path("dedup.sqlite"));
    let pool = sqlx::SqlitePool::connect_with(options).await.expect("open");
    use sqlx::Row;
    let mode = sqlx::raw_sql("PRAGMA journal_mode")
        .fetch_one(&pool)
        .await
        .expect("a mode");
    assert_eq!(mode.get::<String, _>(0), "wal");
}
