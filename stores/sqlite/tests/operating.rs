//! The table: who creates it, and how it stays small.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::{
    future::{Future, poll_fn},
    task::Poll,
    time::{Duration, Instant},
};

use hookgate::dedup::{Claim, DedupStore, End, Lease, StoreError};
use hookgate_sqlite::{SqliteStore, Table};
use hookgate_test_support::{LEASE, RETAIN, key, owner, win};
use place::{Place, number, options, run};
use sqlx::{SqlitePool, sqlite::SqliteJournalMode};

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

/// In seconds.
const DAY: u64 = 86_400;

#[tokio::test]
async fn old_rows_go_in_the_background_and_young_ones_stay() {
    let place = Place::new();
    let pool = place.pool().await;
    let table = Table::new("dedup").expect("a name");
    let quiet = SqliteStore::builder()
        .table(table.clone())
        .prune_every(None)
        .pool(pool.clone());
    quiet.migrate().await.expect("migrate");
    for number in 0..6 {
        let lease = win(&quiet, number).await;
        if number != 5 {
            let end = if number == 4 {
                End::Release
            } else {
                End::Processed
            };
            quiet.settle(&lease, end, RETAIN).await.expect("settle");
        }
    }
    let age = |number: u64, seconds: u64| {
        format!(
            "UPDATE dedup SET expires_at = (unixepoch() - {seconds}) * 1000 \
             WHERE event_key = x'{}'",
            key(number)
        )
    };
    run(&pool, age(0, 120)).await;
    run(&pool, age(1, 10)).await; // ended, but a copy may be on its way
    run(&pool, age(4, 120)).await;
    // Lapsed leases count the attempts for a day, and what was given up is remembered for as long.
    run(&pool, age(5, DAY - 300)).await;
    let unclaimed = Lease::granted(key(6), owner(6), 1);
    quiet
        .settle(&unclaimed, End::Release, RETAIN)
        .await
        .expect("release");
    run(&pool, age(6, DAY - 300)).await;
    win(&quiet, 7).await;
    run(&pool, age(7, DAY + 300)).await;

    // More than a batch.
    run(
        &pool,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1300) \
         INSERT INTO dedup SELECT randomblob(32), randomblob(16), 1, 1, NULL, 1, NULL FROM n",
    )
    .await;
    assert_eq!(quiet.prune().await.expect("prune"), 1303);
    for kept in [1, 2, 3, 5, 6] {
        let sql = format!(
            "SELECT count(*) FROM dedup WHERE event_key = x'{}'",
            key(kept)
        );
        assert_eq!(number(&pool, sql).await, 1, "key {kept} stays");
    }
    let claim = quiet.claim(&key(5), None, owner(9), LEASE).await;
    assert!(
        matches!(&claim, Ok(Claim::Won(lease)) if lease.attempt() == 2),
        "{claim:?}"
    );

    run(&pool, age(2, 120)).await;
    let by_itself = SqliteStore::builder()
        .table(table)
        .prune_every(Some(Duration::from_millis(20)))
        .pool(pool.clone());
    let began = Instant::now();
    while number(&pool, "SELECT count(*) FROM dedup").await > 4 {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "nothing went by itself"
        );
    }
    // Its task ends with the store.
    drop(by_itself);
    run(&pool, age(3, 120)).await;
    assert_eq!(quiet.prune().await.expect("prune"), 1);
}

/// More often than one try to open a file wakes.
const WAKES: usize = 40;

#[tokio::test]
async fn a_fresh_file_that_another_has_is_waited_for() {
    let place = Place::new();
    let path = place.path("dedup.sqlite");
    let other = options(&path).journal_mode(SqliteJournalMode::Delete);
    let pool = SqlitePool::connect_with(other).await.expect("open");
    let tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("begin");
    let limit = Duration::from_millis(50);
    let mut opening = std::pin::pin!(SqliteStore::builder().call_limit(limit).open(&path));
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
async fn a_table_without_one_of_its_columns_is_brought_up_to_date() {
    let place = Place::new();
    let pool = place.pool().await;
    run(&pool, SqliteStore::schema()).await;
    run(&pool, "ALTER TABLE hookgate_dedup DROP COLUMN given_up").await;
    let store = SqliteStore::with_pool(pool);
    store.migrate().await.expect("migrate");
    let unclaimed = Lease::granted(key(1), owner(1), 1);
    let released = store.settle(&unclaimed, End::Release, RETAIN).await;
    assert!(released.is_ok(), "{released:?}");
    win(&store, 2).await;
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
