//! SQLite in WAL mode, waiting for the disk (`synchronous = FULL`) and not (`NORMAL`).

use std::{
    fs::File,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use hookgate::EventKey;
use hookgate_sqlite::{SqliteStore, Table};
use sqlx::{
    AssertSqlSafe, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::measure::{Side, Store, compare, median};

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

/// The median time in which the disk keeps what is added to a file: a commit's least.
fn flush_time(folder: &Path) -> Duration {
    let mut file = File::create(folder.join("flushed")).expect("a file");
    let times = (0..200).map(|_| {
        let began = Instant::now();
        file.write_all(&[0; 4096]).expect("write");
        file.sync_data().expect("flush");
        began.elapsed().as_secs_f64()
    });
    Duration::from_secs_f64(median(times.collect()))
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
        let flush = flush_time(folder.path()).as_secs_f64() * 1e3;
        println!("{name}: the disk takes {flush:.2} ms to keep a page");
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
        for under_way in [1, 8, 64] {
            compare(name, Store(store.clone()), Bare(pool.clone()), under_way).await;
        }
    }
}
