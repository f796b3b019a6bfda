//! [`PostgresStoreBuilder`]: what can be set.

use std::{sync::Arc, time::Duration};

use hookgate_store_kit::{
    Bounds,
    limits::{CALL_TIMEOUT, PRUNE_EVERY},
};
use sqlx::{
    Connection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    OpenError, PostgresStore, Table, fault::failure, introduction::Introduction, lock::LockLimit,
    session::Ask, statements::Statements, together::BOUNDS,
};

const CONNECTIONS: u32 = 10;
/// A connection that lay idle for longer is tried before it is used: a firewall may have dropped it.
const TRUSTED_FOR: Duration = Duration::from_secs(10);

/// Settings of a [`PostgresStore`]. Every one has a default.
///
/// ```no_run
/// use std::time::Duration;
/// use hookgate_postgres::{PostgresStore, Table};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let store = PostgresStore::builder()
///     .table(Table::new("webhooks.dedup")?)
///     .connections(20)
///     .call_timeout(Duration::from_secs(1))
///     .prune_every(None) // a job calls `PostgresStore::prune`
///     .prepared(false) // behind Amazon RDS Proxy
///     .connect("postgres://app@db.internal/app")
///     .await?;
/// # let _ = store;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct PostgresStoreBuilder {
    table: Table,
    connections: u32,
    call_timeout: Duration,
    prune_every: Option<Duration>,
    prepared: bool,
    more: Vec<String>,
    together: Bounds,
}

impl PostgresStoreBuilder {
    pub(crate) fn new() -> Self {
        Self {
            table: Table::default(),
            connections: CONNECTIONS,
            call_timeout: CALL_TIMEOUT,
            prune_every: Some(PRUNE_EVERY),
            prepared: true,
            more: Vec::new(),
            together: BOUNDS,
        }
    }

    /// New connections are to know the statements of an inbox too.
    pub(crate) fn introducing(self, more: Vec<String>) -> Self {
        Self { more, ..self }
    }

    /// The store's table. Default: `hookgate_dedup`, in the first schema of the search path.
    pub fn table(mut self, table: Table) -> Self {
        self.table = table;
        self
    }

    /// The most connections of a pool that the store opens itself, not counting the one for heartbeats.
    /// Default: 10.
    pub fn connections(mut self, most: u32) -> Self {
        self.connections = most.max(1);
        self
    }

    /// How long a call may take, the wait for a connection included. Default: 2 s, as the receiver's
    /// `store_timeout`. The server waits for a lock for three quarters of it at most.
    pub fn call_timeout(mut self, limit: Duration) -> Self {
        self.call_timeout = limit;
        self
    }

    /// How often the store removes ended rows in the background. `None` leaves that to
    /// [`PostgresStore::prune`]. Default: every minute.
    pub fn prune_every(mut self, every: Option<Duration>) -> Self {
        self.prune_every = every;
        self
    }

    /// Whether the server may keep what it parsed and planned for the statements of each delivery
    /// (`PREPARE` and `EXECUTE`). Default: yes, which saves it about a third of its work.
    ///
    /// That is fine behind a proxy that pools by transaction, such as PgBouncer: the store prepares a statement
    /// again on a connection that does not know it. Each such miss is an `ERROR` line in the server's log,
    /// `prepared statement "hookgate_…" does not exist`. The store prepares the statements on connections that
    /// it opens itself, so only those of the application's pool or of a proxy cause a few.
    ///
    /// Say no for a proxy that keeps a connection for a client from its first `PREPARE` on (Amazon RDS Proxy),
    /// or that cleans a connection after each transaction (`DISCARD ALL`). The store notices the latter after a
    /// thousand misses in a row, and goes on without prepared statements.
    pub fn prepared(mut self, prepared: bool) -> Self {
        self.prepared = prepared;
        self
    }

    /// Connects to the server at `url`, with a pool of the store's own.
    ///
    /// # Errors
    ///
    /// When the address cannot be read, or the server does not answer or refuses.
    pub async fn connect(self, url: &str) -> Result<PostgresStore, OpenError> {
        let options: PgConnectOptions = url.parse().map_err(|_| OpenError::Address)?;
        let statements = self.statements();
        let pool = self
            .own_pool(self.connections, &statements)
            .before_acquire(|connection, kept| {
                Box::pin(async move {
                    if kept.idle_for > TRUSTED_FOR {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options)
            .await
            .map_err(|error| failure(error).error)?;
        Ok(self.store(pool, statements))
    }

    /// Uses the application's own pool for claims. Heartbeats get a connection of their own, opened when the
    /// first is due, with the options that the pool has then. Whatever `set_connect_options` tells the pool,
    /// such as credentials that rotate, counts for them too.
    ///
    /// sqlx pools ping a connection before each use, unless they were built with `test_before_acquire(false)`.
    /// The ping costs each call a round trip more.
    ///
    /// ```
    /// use hookgate_postgres::PostgresStore;
    /// use sqlx::PgPool;
    ///
    /// fn store(pool: PgPool) -> PostgresStore {
    ///     PostgresStore::builder().prepared(false).pool(pool)
    /// }
    /// # let _ = store;
    /// ```
    pub fn pool(self, pool: PgPool) -> PostgresStore {
        let statements = self.statements();
        self.store(pool, statements)
    }

    /// What goes into one statement. For tests.
    #[doc(hidden)]
    pub fn together(mut self, bounds: Bounds) -> Self {
        self.together = bounds;
        self
    }

    fn store(self, pool: PgPool, statements: Arc<Statements>) -> PostgresStore {
        let heartbeats = self.own_pool(1, &statements);
        PostgresStore::new(
            pool,
            heartbeats,
            statements,
            self.call_timeout,
            self.prune_every,
            self.together,
        )
    }

    fn statements(&self) -> Arc<Statements> {
        let lock = LockLimit::of_call(self.call_timeout);
        let statements = Statements::new(self.table.clone(), self.prepared, lock);
        Arc::new(statements.with_more(self.more.clone()))
    }

    fn own_pool(&self, connections: u32, statements: &Arc<Statements>) -> PgPoolOptions {
        let statements = statements.clone();
        PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(self.call_timeout)
            // A ping ahead of each call would be a round trip more for each.
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                let statements = statements.clone();
                Box::pin(async move {
                    // The connection is of use even if this failed.
                    let _ = Introduction(&statements).ask(connection).await;
                    Ok(())
                })
            })
    }
}
