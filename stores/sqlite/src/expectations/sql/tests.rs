use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{AssertSqlSafe, SqlitePool};

use super::*;
use crate::{SqliteExpectations, plans::steps};

/// 100,000 processes of one endpoint, of which so many are due.
async fn crowd(pool: &SqlitePool, count: u32, due: u32) {
    let rows = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
         INSERT INTO {NAME} (expectation_key, endpoint, process, since, due, gives_up, asked) \
         SELECT randomblob(32), 'idcloud', 'id-' || i, {NOW}, \
         {NOW} + CASE WHEN i <= {due} THEN -i ELSE 3600000 + i END, {NOW} + 86400000, 0 FROM n"
    );
    sqlx::raw_sql(AssertSqlSafe(rows))
        .execute(pool)
        .await
        .unwrap();
}

async fn open(folder: &tempfile::TempDir) -> SqliteExpectations {
    SqliteExpectations::open(folder.path().join("file"))
        .await
        .unwrap()
}

/// With and without statistics, the index of what is due and the key are all that is read.
#[tokio::test]
async fn every_statement_finds_its_rows_by_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let pool = &store.0.pool;
    crowd(pool, 100_000, 10).await;
    let sql = Sql::new(&Table::new(NAME).unwrap());
    for analyze in [false, true] {
        if analyze {
            sqlx::raw_sql("ANALYZE").execute(pool).await.unwrap();
        }
        let mut connection = pool.acquire().await.unwrap();
        for statement in [
            &sql.expect,
            &sql.due,
            &sql.next,
            &sql.postpone,
            &sql.end,
            &sql.turn,
            &sql.taken,
            &sql.hold,
            &sql.heard,
            &sql.watched,
            &sql.last_heard,
            &sql.silent,
            &sql.heard_again,
        ] {
            for step in steps(&mut connection, statement).await {
                assert!(!step.starts_with("SCAN"), "{step}: {statement}");
                assert!(!step.contains("TEMP B-TREE"), "{step}: {statement}");
            }
        }
        let due = steps(&mut connection, &sql.due).await.join("\n");
        assert!(
            due.contains("hookgate_expectations_due (endpoint=? AND due<?)"),
            "{due}"
        );
    }
}

/// The operations of SQLite's machine for what is due and for what is due next.
async fn operations(store: &SqliteExpectations) -> u64 {
    let count = std::sync::Arc::new(AtomicU64::new(0));
    let counted = count.clone();
    let mut connection = store.0.pool.acquire().await.unwrap();
    let mut handle = connection.lock_handle().await.unwrap();
    handle.set_progress_handler(1, move || {
        counted.fetch_add(1, Ordering::Relaxed);
        true
    });
    drop(handle);
    let sql = &store.0.sql;
    let due = sqlx::query(AssertSqlSafe(sql.due.clone()))
        .bind("idcloud")
        .bind(vec![1_u8; 16])
        .bind(60_000)
        .bind(16);
    let rows = due.fetch_all(&mut *connection).await.unwrap();
    assert_eq!(rows.len(), 10);
    let next = sqlx::query(AssertSqlSafe(sql.next.clone())).bind("idcloud");
    assert_eq!(next.fetch_all(&mut *connection).await.unwrap().len(), 1);
    connection
        .lock_handle()
        .await
        .unwrap()
        .remove_progress_handler();
    count.load(Ordering::Relaxed)
}

/// Ten are due. What else waits costs no operation.
#[tokio::test]
async fn what_is_not_due_costs_nothing() {
    let mut costs = Vec::new();
    for count in [20, 100_000] {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder).await;
        crowd(&store.0.pool, count, 10).await;
        costs.push(operations(&store).await);
    }
    assert!(costs[0] > 100, "{costs:?}");
    assert!(costs[1] <= costs[0] + costs[0] / 10, "{costs:?}");
}
