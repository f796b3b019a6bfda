//! A store in a file of its own.
#![allow(dead_code, reason = "each test program needs a part of it")]

mod effects;
mod inbox_effects;
mod rows;

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

#[allow(unused_imports, reason = "each test program needs a part of it")]
pub(crate) use effects::{SqliteEffects, effects};
use hookgate_sqlite::SqliteStore;
use hookgate_test_support::temporary_folder;
#[allow(unused_imports, reason = "each test program needs a part of it")]
pub(crate) use inbox_effects::{InboxEffects, inbox_effects};
#[allow(unused_imports, reason = "each test program needs a part of it")]
pub(crate) use rows::SqliteRows;
use sqlx::{
    AssertSqlSafe, Row, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};

/// For tests that are not about limits of time, on a machine that may be busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A folder for files. It goes with them.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(temporary_folder())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) async fn store(&self) -> SqliteStore {
        SqliteStore::builder()
            .call_timeout(PATIENCE)
            .open(self.path("dedup.sqlite"))
            .await
            .expect("open")
    }

    /// The application's own pool, on a file of its own.
    pub(crate) async fn pool(&self) -> SqlitePool {
        SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(self.options())
            .await
            .expect("open")
    }

    pub(crate) fn options(&self) -> SqliteConnectOptions {
        options(&self.path("app.sqlite"))
    }
}

/// Many files in one folder, each for one store.
pub(crate) struct Files {
    place: Place,
    number: AtomicU32,
}

impl hookgate_test_support::Place for Files {
    type Store = SqliteStore;

    fn find() -> Option<Self> {
        let (place, number) = (Place::new(), AtomicU32::new(0));
        Some(Self { place, number })
    }

    async fn store(&self) -> SqliteStore {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        SqliteStore::builder()
            .call_timeout(PATIENCE)
            .open(self.place.path(&format!("{number}.sqlite")))
            .await
            .expect("open")
    }
}

/// As an application opens its file.
pub(crate) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(Duration::from_millis(1500))
}

/// Runs one statement.
pub(crate) async fn run(pool: &SqlitePool, sql: impl Into<String>) {
    sqlx::raw_sql(AssertSqlSafe(sql.into()))
        .execute(pool)
        .await
        .expect("run a statement");
}

/// Reads one number.
pub(crate) async fn number(pool: &SqlitePool, sql: impl Into<String>) -> i64 {
    sqlx::raw_sql(AssertSqlSafe(sql.into()))
        .fetch_one(pool)
        .await
        .expect("read a number")
        .get(0)
}
