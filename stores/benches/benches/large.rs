//! A claim in a table of ten million marks, beside one in a table of ten thousand.
//!
//! A commit does not wait for the disk: the wait is the same for both and would hide the difference. Both tables
//! are filled first, each in one go, and then take turns. The engine's own cache has its default size. The
//! system's file cache holds the rest on a machine with some gigabytes free. On a smaller machine each cold page
//! costs a read of the disk.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use hookgate::dedup::{Claim, DedupStore, OwnerToken};
use hookgate_postgres::{PostgresStore, Table};
use hookgate_sqlite::SqliteStore;
use hookgate_test_support::{LEASE, PostgresServer, key};
use hookgate_turns::{Turns, median, micros, rounds};
use sqlx::{
    AssertSqlSafe, PgPool, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};

const FEW: u64 = 10_000;
const MANY: u64 = 10_000_000;
const TURNS: usize = 9;
/// Claims of a turn. With one turn before those that count, the small table grows by half.
const CLAIMS: usize = 500;

pub(crate) async fn postgres() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let pool = PgPool::connect(&server.url()).await.expect("connect");
    let mut stores = Vec::new();
    for (name, count) in [("few", FEW), ("many", MANY)] {
        let table = Table::new(name).expect("a name");
        let fill = format!(
            "{schema}; \
             ALTER TABLE {name} DROP CONSTRAINT {name}_pkey; \
             DROP INDEX {name}_expires_at; \
             INSERT INTO {name} (event_key, owner, attempt, state, content, expires_at) \
             SELECT sha256(n::text::bytea), gen_random_uuid(), 1, 1, NULL, \
             now() + interval '1 day' + n * interval '50 ms' FROM generate_series(1, {count}) AS n; \
             ALTER TABLE {name} ADD PRIMARY KEY (event_key); \
             CREATE INDEX {name}_expires_at ON {name} (expires_at); ",
            schema = PostgresStore::schema_of(&table),
        );
        sqlx::raw_sql(AssertSqlSafe(fill))
            .execute(&pool)
            .await
            .expect("fill");
        sqlx::raw_sql(AssertSqlSafe(format!("VACUUM ANALYZE {name}")))
            .execute(&pool)
            .await
            .expect("vacuum");
        let settings = PostgresStore::builder()
            .table(table)
            .call_timeout(Duration::from_secs(60));
        stores.push(settings.connect(&server.url()).await.expect("connect"));
    }
    sqlx::raw_sql("CHECKPOINT")
        .execute(&pool)
        .await
        .expect("checkpoint");
    compare("PostgreSQL", &stores).await;
}

pub(crate) async fn sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut stores = Vec::new();
    for count in [FEW, MANY] {
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
        pool.close().await;
        stores.push(store);
    }
    compare("SQLite", &stores).await;
}

async fn compare<S: DedupStore>(name: &str, stores: &[S]) {
    let [few, many] = stores else {
        panic!("two stores");
    };
    claim_time(few).await;
    claim_time(many).await;
    let mut turns = Turns::default();
    for _ in 0..rounds(TURNS) {
        let few = claim_time(few).await;
        turns.push(few, claim_time(many).await);
    }
    hookgate_turns::head(["10,000 keys", "10,000,000 keys"], &[]);
    hookgate_turns::row(&format!("{name}, large"), &turns, micros, &[]);
}

/// The median seconds of a claim of a new key, one after the other.
async fn claim_time(store: &impl DedupStore) -> f64 {
    static NUMBERS: AtomicU64 = AtomicU64::new(0);
    let mut times = Vec::new();
    for _ in 0..CLAIMS {
        let key = key(NUMBERS.fetch_add(1, Ordering::Relaxed));
        let owner = OwnerToken::from_bytes(*key.as_bytes().first_chunk().unwrap());
        let began = Instant::now();
        let claim = store.claim(&key, None, owner, LEASE).await;
        times.push(began.elapsed().as_secs_f64());
        assert!(matches!(claim, Ok(Claim::Won(_))));
    }
    median(times)
}
