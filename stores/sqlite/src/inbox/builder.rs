//! [`SqliteInboxBuilder`]: what can be set.

use std::{path::Path, sync::Arc, time::Duration};

use hookgate_store_kit::{
    Bounds, Committer, PlainName, Pruning,
    limits::{PRUNE_EVERY, lock_timeout},
};
use sqlx::{
    AssertSqlSafe, Connection, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{Mutex, Notify};

use super::{
    Inner, SqliteInbox,
    prune::Upkeep,
    sql::Sql,
    tables::Tables,
    turn::{Endpoints, get},
    waits::{LONG, Waits},
    writer::Writer,
};
use crate::{
    OpenError, SqliteStore, SqliteStoreBuilder, Table,
    fault::{SQLITE, store_error},
    schema,
};

const READERS: u32 = 2;
/// How long a batch waits for its turn to write. An accept whose sender has gone meanwhile is stored all the same.
const PATIENCE: Duration = Duration::from_secs(8);
/// In KiB where negative, as SQLite has it. SQLite's own 2 MiB do not hold the inner pages of an index of 10,000,000 marks.
const WRITER_CACHE: &str = "-16384";
/// A worker gives its ask up after 5 s, and has to have the answer before.
const ASK_STANDS: Duration = Duration::from_secs(4);
/// How long dead letters are kept.
const DEAD_LETTERS_FOR: Duration = Duration::from_secs(30 * 86_400);
/// More than there are statements.
const STATEMENTS: usize = 200;

/// Settings of a [`SqliteInbox`]. Every one has a default.
///
/// ```no_run
/// use std::time::Duration;
/// use hookgate_sqlite::SqliteInbox;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let inbox = SqliteInbox::builder()
///     .dead_letters_for(Some(Duration::from_secs(7 * 86_400)))
///     .open("/var/lib/app/webhooks.db")
///     .await?;
/// # let _ = inbox;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct SqliteInboxBuilder {
    store: SqliteStoreBuilder,
    dedup: Table,
    name: PlainName,
    call_timeout: Duration,
    prune_every: Option<Duration>,
    dead_letters_for: Option<Duration>,
    may_lose: bool,
    /// A wait for the turn to write that is told. Another one in tests.
    pub(super) long_wait: Duration,
    /// How long an ask for work may wait for the turn to write. Another one in tests.
    pub(super) ask_stands: Duration,
}

impl SqliteInboxBuilder {
    pub(crate) fn new() -> Self {
        Self {
            store: SqliteStore::builder(),
            dedup: Table::default(),
            name: PlainName::of_inbox(),
            call_timeout: hookgate_store_kit::limits::CALL_TIMEOUT,
            prune_every: Some(PRUNE_EVERY),
            dead_letters_for: Some(DEAD_LETTERS_FOR),
            may_lose: false,
            long_wait: LONG,
            ask_stands: ASK_STANDS,
        }
    }

    /// The table of keys, as [`SqliteStoreBuilder::table`]. Default: `hookgate_dedup`.
    pub fn table(mut self, table: Table) -> Self {
        self.store = self.store.table(table.clone());
        self.dedup = table;
        self
    }

    /// What the names of the inbox's own tables begin with. Default: `hookgate_inbox`.
    pub fn tables_named(mut self, name: &Table) -> Self {
        self.name = name.plain().clone();
        self
    }

    /// How long a call may take that reads, or claims for an inline handler. Default: 2 s.
    pub fn call_timeout(mut self, limit: Duration) -> Self {
        self.store = self.store.call_timeout(limit);
        self.call_timeout = limit;
        self
    }

    /// How often ended rows are removed in the background. `None` leaves that to [`SqliteInbox::prune`]. Default: every
    /// minute.
    pub fn prune_every(mut self, every: Option<Duration>) -> Self {
        self.store = self.store.prune_every(every);
        self.prune_every = every;
        self
    }

    /// How long dead letters are kept, with what was received. `None` keeps them until somebody discards them. Default: 30
    /// days.
    pub fn dead_letters_for(mut self, age: Option<Duration>) -> Self {
        self.dead_letters_for = age;
        self
    }

    /// Does not wait for the disk at each commit (`synchronous = NORMAL`), and takes a file whose commits are not durable.
    ///
    /// **A crash of the machine then loses deliveries that were answered 200.** Their sender does not repeat them.
    pub fn may_lose_what_was_accepted(mut self) -> Self {
        self.may_lose = true;
        self.store = self.store.fast();
        self
    }

    pub(super) fn tables(&self) -> Tables {
        Tables::new(&self.name, self.dedup.clone())
    }

    /// Opens the file at `path`, and makes it and the tables where they are missing.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or is no database, and when its commits are not durable.
    pub async fn open(self, path: impl AsRef<Path>) -> Result<SqliteInbox, OpenError> {
        let store = self.store.clone().open(path).await?;
        let options = store.options();
        let inbox = self.on(store, &options).await?;
        inbox.migrate().await?;
        Ok(inbox)
    }

    /// Opens the inbox that is in the file at `path`, for tools: it makes neither a file nor tables, and leaves the file's
    /// journal mode as it is.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and when there is no inbox of these tables.
    pub async fn open_existing(self, path: impl AsRef<Path>) -> Result<SqliteInbox, OpenError> {
        // SQLite itself would make a file under a name that was misspelled.
        if !std::fs::exists(&path).unwrap_or(false) {
            return Err(OpenError::NoInbox);
        }
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .busy_timeout(lock_timeout(self.call_timeout));
        let of_both = [self.tables().is_there(), schema::is_there(&self.dedup)];
        let read = async {
            let mut connection =
                SqliteConnection::connect_with(&options.clone().read_only(true)).await?;
            let mut is_there = true;
            for found in of_both {
                let found = sqlx::raw_sql(AssertSqlSafe(found));
                let found = found.fetch_one(&mut connection).await?;
                is_there &= get::<bool>(&found, 0)?;
            }
            connection.close().await?;
            Ok(is_there)
        };
        if !read.await.map_err(store_error)? {
            return Err(OpenError::NoInbox);
        }
        let pool = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(self.call_timeout)
            .test_before_acquire(false)
            .connect_lazy_with(options);
        self.pool(pool).await
    }

    /// Uses the file of the application's own pool, so that a handler's writes and the end of its event commit together:
    /// [`SqliteInbox::settle_in`]. Call [`SqliteInbox::migrate`], or run [`SqliteInbox::schema`] with the application's
    /// migrations. The inbox has connections of its own, with the pool's options. They wait for the disk at each commit.
    ///
    /// The pool may have `synchronous(Normal)`, but not `Off`. A connection of the pool may move the inbox's commits from
    /// the write-ahead log into the file, and the log is overwritten then. With `Off` it does not wait for the disk before.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened, and when its commits are not durable.
    pub async fn pool(self, pool: SqlitePool) -> Result<SqliteInbox, OpenError> {
        if !self.may_lose {
            syncs(&pool).await?;
        }
        let options = pool.connect_options().as_ref().clone();
        let store = self.store.clone().pool(pool);
        self.on(store, &options).await
    }

    async fn on(
        self,
        store: SqliteStore,
        options: &SqliteConnectOptions,
    ) -> Result<SqliteInbox, OpenError> {
        let synchronous = if self.may_lose {
            SqliteSynchronous::Normal
        } else {
            SqliteSynchronous::Full
        };
        let options = options
            .clone()
            .synchronous(synchronous)
            .statement_cache_capacity(STATEMENTS)
            // Only this reaches the disk itself on macOS. It says nothing elsewhere.
            .pragma("fullfsync", if self.may_lose { "OFF" } else { "ON" })
            .pragma("secure_delete", "ON")
            // Nor may a temporary file keep pages of events.
            .pragma("temp_store", "MEMORY");
        if !self.may_lose {
            is_durable(&options).await?;
        }
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(self.call_timeout)
            .test_before_acquire(false)
            .connect_lazy_with(options.clone());
        let tables = self.tables();
        let sql = Arc::new(Sql::new(&tables));
        let (endpoints, due) = (Arc::new(Endpoints::default()), Arc::new(Notify::new()));
        let waits = Arc::new(Waits::longer_than(self.long_wait));
        let writer = Arc::new(Writer {
            options: options
                .clone()
                .busy_timeout(PATIENCE)
                .pragma("cache_size", WRITER_CACHE),
            connection: Mutex::default(),
            sql: sql.clone(),
            endpoints: endpoints.clone(),
            due: due.clone(),
            waits: waits.clone(),
        });
        let committer = Committer::on_thread("hookgate-inbox", writer, Bounds::default());
        let committer = committer.map_err(|error| SQLITE.broken_by(error.kind()))?;
        let upkeep = Upkeep::new(self.dead_letters_for, &options);
        let (call_timeout, prune_every) = (self.call_timeout, self.prune_every);
        Ok(SqliteInbox(Arc::new_cyclic(|inner| Inner {
            store,
            readers,
            tables,
            sql,
            endpoints,
            waits,
            committer,
            due,
            call_timeout,
            ask_stands: self.ask_stands,
            upkeep,
            _pruning: Pruning::spawn(inner, prune_every),
        })))
    }
}

/// SQLite's numbers for `OFF` and `FULL`.
const OFF: i64 = 0;
const FULL: i64 = 2;

/// Reads from a connection of the application's whether it ever waits for the disk.
async fn syncs(pool: &SqlitePool) -> Result<(), OpenError> {
    let read = async {
        let level = sqlx::raw_sql("PRAGMA synchronous").fetch_one(pool).await?;
        get::<i64>(&level, 0)
    };
    if read.await.map_err(store_error)? == OFF {
        return Err(OpenError::NotDurable);
    }
    Ok(())
}

/// Reads from the file itself whether its commits survive a power cut.
async fn is_durable(options: &SqliteConnectOptions) -> Result<(), OpenError> {
    let read = async {
        let mut connection = SqliteConnection::connect_with(options).await?;
        let mode = sqlx::raw_sql("PRAGMA journal_mode")
            .fetch_one(&mut connection)
            .await?;
        let level = sqlx::raw_sql("PRAGMA synchronous")
            .fetch_one(&mut connection)
            .await?;
        connection.close().await?;
        Ok((get::<String>(&mode, 0)?, get::<i64>(&level, 0)?))
    };
    let (mode, level) = read.await.map_err(store_error)?;
    let is_kept = ["wal", "delete", "truncate", "persist"].contains(&&*mode);
    if is_kept && level >= FULL {
        return Ok(());
    }
    Err(OpenError::NotDurable)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn its_connections_wait_for_the_disk_and_leave_nothing_on_it_whatever_the_pools_do() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("file"))
            .create_if_missing(true)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .pragma("secure_delete", "OFF");
        let pool = SqlitePool::connect_lazy_with(options);
        for (builder, level) in [
            (SqliteInbox::builder(), 2),
            (SqliteInbox::builder().may_lose_what_was_accepted(), 1),
        ] {
            let inbox = builder.pool(pool.clone()).await.unwrap();
            for (pragma, expected) in [
                ("synchronous", level),
                ("secure_delete", 1),
                ("temp_store", 2),
            ] {
                let read = sqlx::AssertSqlSafe(format!("PRAGMA {pragma}"));
                let row = sqlx::raw_sql(read)
                    .fetch_one(&inbox.0.readers)
                    .await
                    .unwrap();
                assert_eq!(get::<i64>(&row, 0).unwrap(), expected, "{pragma}");
            }
        }
    }
}
