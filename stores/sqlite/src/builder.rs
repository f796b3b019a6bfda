//! [`SqliteStoreBuilder`]: what can be set.

use std::{path::Path, time::Duration};

use hookgate_store_kit::{
    Bounds,
    limits::{CALL_TIMEOUT, PRUNE_EVERY, lock_timeout},
};
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{OpenError, SqliteStore, Table, start, store::Pools, together::BOUNDS};

const READERS: u32 = 2;
/// How long a takeover waits for its turn to write. The writer may be settling that very event, so the takeover
/// does not wait for a transaction. It waits for the commits of others, since under load it would never have
/// its turn.
const TAKEOVER_PATIENCE: Duration = Duration::from_millis(200);

/// Settings of a [`SqliteStore`]. Every one has a default.
///
/// ```no_run
/// use std::time::Duration;
/// use hookgate_sqlite::{SqliteStore, Table};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let store = SqliteStore::builder()
///     .table(Table::new("webhook_dedup")?)
///     .call_timeout(Duration::from_secs(1))
///     .prune_every(None) // a job calls `SqliteStore::prune`
///     .fast()
///     .open("/var/lib/app/webhooks.db")
///     .await?;
/// # let _ = store;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct SqliteStoreBuilder {
    table: Table,
    call_timeout: Duration,
    prune_every: Option<Duration>,
    synchronous: SqliteSynchronous,
    together: Bounds,
}

impl SqliteStoreBuilder {
    pub(crate) fn new() -> Self {
        Self {
            table: Table::default(),
            call_timeout: CALL_TIMEOUT,
            prune_every: Some(PRUNE_EVERY),
            synchronous: SqliteSynchronous::Full,
            together: BOUNDS,
        }
    }

    /// The store's table. Default: `hookgate_dedup`.
    pub fn table(mut self, table: Table) -> Self {
        self.table = table;
        self
    }

    /// How long a call may take, the wait for its turn to write included. Default: 2 s, as the receiver's
    /// `store_timeout`.
    pub fn call_timeout(mut self, limit: Duration) -> Self {
        self.call_timeout = limit;
        self
    }

    /// How often the store removes ended rows in the background. `None` leaves that to [`SqliteStore::prune`].
    /// Default: every minute.
    pub fn prune_every(mut self, every: Option<Duration>) -> Self {
        self.prune_every = every;
        self
    }

    /// Does not wait for the disk at each commit (`synchronous = NORMAL`). A crash of the process still loses
    /// nothing. A crash of the machine may lose the last claims and marks, and their events run again if their
    /// sender repeats them.
    pub fn fast(mut self) -> Self {
        self.synchronous = SqliteSynchronous::Normal;
        self
    }

    /// Opens the file at `path`, and makes it and the table where they are missing. It keeps two
    /// connections that write, one of them for what need not wait, one for heartbeats, one for takeovers of lapsed leases, and
    /// some that read. Several processes may do so at once: each waits for its turn, 10 s at most, or `call_timeout` where that
    /// is longer.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or is no database.
    pub async fn open(self, path: impl AsRef<Path>) -> Result<SqliteStore, OpenError> {
        // Set for each connection: a pragma that is run once counts for one connection of a pool alone.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(self.synchronous)
            .busy_timeout(lock_timeout(self.call_timeout))
            // What a statement of many rows sets aside, to take it back where it fails: a few pages. A file for that is made
            // and removed with each.
            .pragma("temp_store", "MEMORY");
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(self.call_timeout)
                // The file is there, or it is not. There is no connection to lose.
                .test_before_acquire(false)
        };
        // The first connection makes the file and switches it to WAL, before others look at it.
        let first = || {
            let (pool, options) = (pool(1), options.clone());
            async move { pool.connect_with(options).await }
        };
        let writer = start::until_it_has_its_turn(self.call_timeout, first).await?;
        let pools = Pools {
            writer,
            readers: pool(READERS).connect_lazy_with(options.clone()),
            heartbeats: pool(1).connect_lazy_with(options.clone()),
            takeovers: self.takeovers(options.clone()),
            prompt: Self::one(options, self.call_timeout, Duration::ZERO),
        };
        let store = self.store(pools);
        store.migrate().await?;
        Ok(store)
    }

    /// Uses the application's own pool. Call [`SqliteStore::migrate`], or run [`SqliteStore::schema`] with the
    /// application's migrations. Heartbeats, takeovers of lapsed leases and what need not wait get a connection each, with the
    /// same options, opened when the first is due.
    ///
    /// The options are the application's: `journal_mode(Wal)` and a `busy_timeout` below the store's limit
    /// are needed under load, and `synchronous` decides what a power cut may cost.
    ///
    /// ```
    /// use hookgate_sqlite::SqliteStore;
    /// use sqlx::SqlitePool;
    ///
    /// async fn store(pool: SqlitePool) -> Result<SqliteStore, Box<dyn std::error::Error>> {
    ///     let store = SqliteStore::builder().pool(pool);
    ///     store.migrate().await?;
    ///     Ok(store)
    /// }
    /// # let _ = store;
    /// ```
    pub fn pool(self, pool: SqlitePool) -> SqliteStore {
        let options = pool.connect_options().as_ref().clone();
        let heartbeats = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(self.call_timeout)
            .test_before_acquire(false)
            .connect_lazy_with(options.clone());
        let pools = Pools {
            writer: pool.clone(),
            readers: pool,
            heartbeats,
            takeovers: self.takeovers(options.clone()),
            prompt: Self::one(options, self.call_timeout, Duration::ZERO),
        };
        self.store(pools)
    }

    /// What goes into one transaction. For tests.
    #[doc(hidden)]
    pub fn together(mut self, bounds: Bounds) -> Self {
        self.together = bounds;
        self
    }

    fn store(self, pools: Pools) -> SqliteStore {
        let Self {
            table,
            call_timeout,
            prune_every,
            together,
            ..
        } = self;
        SqliteStore::new(pools, table, call_timeout, prune_every, together)
    }

    fn takeovers(&self, options: SqliteConnectOptions) -> SqlitePool {
        let patience = TAKEOVER_PATIENCE.min(self.call_timeout / 4);
        Self::one(options, patience, patience)
    }

    /// One connection. It waits for its place in the pool for `acquire`, and for its turn to write for `turn`.
    fn one(options: SqliteConnectOptions, acquire: Duration, turn: Duration) -> SqlitePool {
        SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(acquire)
            .test_before_acquire(false)
            .connect_lazy_with(options.busy_timeout(turn))
    }
}
