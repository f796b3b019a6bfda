//! SQLite in WAL mode, waiting for the disk (`synchronous = FULL`) and not (`NORMAL`).

use hookgate::EventKey;
use hookgate_sqlite::{SqliteStore, Table};
use sqlx::{
    AssertSqlSafe, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::measure::{Side, Store, compare, flush, head};

/// The two statements, prepared, on a table of the same shape.
#[derive(Clone)]
struct Bare(SqlitePool);

impl Side for Bare {
    async fn handle(&self, key: EventKey) {
        let key = key.as_bytes().as_slice();
        sqlx::query(
            "INSERT INTO bare (event_key, owner, attempt, state, content, expires_at) VALUES \
             (?1, zeroblob(16), 1, 0, NULL, unixepoch() * 1000 + 30000) ON CONFLICT DO NOTHING",
        )
        .bind(key)
        .execute(&self.0)
        .await
        .expect("insert");
        sqlx::query(
            "UPDATE bare SET state = 1, expires_at = unixepoch() * 1000 + 86400000 \
             WHERE event_key = ?1",
        )
        .bind(key)
        .execute(&self.0)
        .await
        .expect("update");
    }
}

pub(crate) async fn run() {
    for (name, synchronous) in [
        ("SQLite FULL", SqliteSynchronous::Full),
        ("SQLite NORMAL", SqliteSynchronous::Normal),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = match synchronous {
            SqliteSynchronous::Normal => SqliteStore::builder().fast(),
            _ => SqliteStore::builder(),
        };
        let path = folder.path().join("dedup.sqlite");
        let store = settings.open(&path).await.expect("open");
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("bare.sqlite"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(synchronous);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .test_before_acquire(false)
            .connect_with(options)
            .await
            .expect("open");
        let bare = SqliteStore::schema_of(&Table::new("bare").expect("a name"));
        sqlx::raw_sql(AssertSqlSafe(bare))
            .execute(&pool)
            .await
            .expect("create");
        let version: String = sqlx::query_scalar("SELECT sqlite_version()")
            .fetch_one(&pool)
            .await
            .expect("its version");
        let flush = format!("{:.2} ms", flush(folder.path()).as_secs_f64() * 1e3);
        head(name, &[("version", version), ("flush", flush)]);
        for under_way in [1, 8, 64] {
            compare(name, Store(store.clone()), Bare(pool.clone()), under_way).await;
        }
    }
}
