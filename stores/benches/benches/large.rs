//! A claim in a table of ten million marks, beside one in a table of ten thousand.
//!
//! A commit does not wait for the disk: the wait is the same for both and would hide the difference. Each table
//! is filled in one go. The engine's own cache has its default size. The system's file cache holds the rest on
//! a machine with some gigabytes free. On a smaller machine each cold page costs a read of the disk.

use std::time::Duration;

use hookgate_postgres::PostgresStore;
use hookgate_sqlite::SqliteStore;
use hookgate_test_support::PostgresServer;
use sqlx::{
    AssertSqlSafe, PgPool, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};

use crate::measure::claim_time;

const FEW: u64 = 10_000;
const MANY: u64 = 10_000_000;

pub(crate) async fn postgres() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let pool = PgPool::connect(&server.url()).await.expect("connect");
    let settings = || PostgresStore::builder().call_timeout(Duration::from_secs(60));
    let store = settings().connect(&server.url()).await.expect("connect");
    let mut times = Vec::new();
    for (number, count) in [(0, FEW), (1, MANY)] {
        let fill = format!(
            "DROP TABLE IF EXISTS hookgate_dedup; {schema}; \
             ALTER TABLE hookgate_dedup DROP CONSTRAINT hookgate_dedup_pkey; \
             DROP INDEX hookgate_dedup_expires_at; \
             INSERT INTO hookgate_dedup (event_key, owner, attempt, state, content, expires_at) \
             SELECT sha256(n::text::bytea), gen_random_uuid(), 1, 1, NULL, \
             now() + interval '1 day' + n * interval '50 ms' FROM generate_series(1, {count}) AS n; \
             ALTER TABLE hookgate_dedup ADD PRIMARY KEY (event_key); \
             CREATE INDEX hookgate_dedup_expires_at ON hookgate_dedup (expires_at); ",
            schema = PostgresStore::schema(),
        );
        sqlx::raw_sql(AssertSqlSafe(fill))
            .execute(&pool)
            .await
            .expect("fill");
        sqlx::raw_sql("VACUUM ANALYZE hookgate_dedup")
            .execute(&pool)
            .await
            .expect("vacuum");
        sqlx::raw_sql("CHECKPOINT")
            .execute(&pool)
            .await
            .expect("checkpoint");
        times.push(claim_time(&store, number * FEW).await);
    }
    report("PostgreSQL", &times);
}

pub(crate) async fn sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut times = Vec::new();
    for (number, count) in [(0, FEW), (1, MANY)] {
        let path = folder.path().join(format!("{count}.sqlite"));
        let store = SqliteStore::builder()
            .fast()
            .open(&path)
            .await
            .expect("open");
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .synchronous(SqliteSynchronous::Off);
        let pool = SqlitePool::connect_with(options).await.expect("open");
        let fill = format!(
            "DROP INDEX hookgate_dedup_expires_at; \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
             INSERT INTO hookgate_dedup (event_key, owner, attempt, state, content, expires_at) \
             SELECT randomblob(32), randomblob(16), 1, 1, NULL, \
             unixepoch() * 1000 + 86400000 + i FROM n ORDER BY 1; \
             CREATE INDEX hookgate_dedup_expires_at ON hookgate_dedup (expires_at); \
             PRAGMA wal_checkpoint(TRUNCATE);"
        );
        sqlx::raw_sql(AssertSqlSafe(fill))
            .execute(&pool)
            .await
            .expect("fill");
        times.push(claim_time(&store, number * FEW).await);
    }
    report("SQLite", &times);
}

fn report(name: &str, times: &[Duration]) {
    let (few, many) = (times[0].as_secs_f64(), times[1].as_secs_f64());
    println!("| what | 10,000 keys | 10,000,000 keys | ratio |");
    println!("| --- | --- | --- | --- |");
    println!(
        "| {name}, large | {:.0} µs | {:.0} µs | {:.3} |",
        few * 1e6,
        many * 1e6,
        many / few
    );
}
