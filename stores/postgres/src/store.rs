//! [`PostgresStore`]: claims and marks in one table.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use hookgate::{
    EventKey, Finding,
    dedup::{Claim, DedupStore, End, Lease, OwnerToken, Promises, Settled, State, StoreError},
    pack::ContentDigest,
};
use hookgate_store_kit::{
    Bounds, Committer, Held, Pruning, Write, findings,
    limits::{LOCKED, ROUNDS, mark_timeout},
};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    OpenError, PostgresStoreBuilder, Table,
    migration::{self, Migration},
    row, schema,
    session::{self, Ask},
    statements::Statements,
    together::{Together, Written, alone, call},
};

/// The part of a call's time that it waits for a batch, before it goes by itself.
const TOGETHER_PATIENCE: u32 = 4;
/// The attempt of a key that had no row.
const FIRST_ATTEMPT: u32 = 1;
/// Claims and marks in a PostgreSQL table. Cheap to clone; all clones are one store.
///
/// See the [crate's documentation](crate) for what it promises.
#[derive(Clone)]
pub struct PostgresStore(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) pool: PgPool,
    heartbeats: PgPool,
    /// The pool's options that the heartbeats' have now.
    followed: Mutex<Arc<PgConnectOptions>>,
    pub(crate) statements: Arc<Statements>,
    committer: Committer<Together>,
    pub(crate) call_timeout: Duration,
    /// Whether events of an inbox waited in the same table at the last migration.
    inbox_waits: AtomicBool,
    _pruning: Pruning,
}

impl PostgresStore {
    /// Connects to the server at `url`, with a pool of the store's own and defaults for everything else.
    ///
    /// # Errors
    ///
    /// When the address cannot be read, or the server does not answer or refuses.
    pub async fn connect(url: &str) -> Result<Self, OpenError> {
        Self::builder().connect(url).await
    }

    /// Uses the application's own pool. See [`PostgresStoreBuilder::pool`].
    pub fn with_pool(pool: PgPool) -> Self {
        Self::builder().pool(pool)
    }

    /// Settings: the table, limits, and how often old rows go.
    pub fn builder() -> PostgresStoreBuilder {
        PostgresStoreBuilder::new()
    }

    /// The SQL that [`migrate`](Self::migrate) runs, for a table of the default name. A role that may create
    /// tables can run it. The application's role then needs `SELECT`, `INSERT`, `UPDATE` and `DELETE` on the
    /// table.
    pub fn schema() -> String {
        Self::schema_of(&Table::default())
    }

    /// The same for a table of another name.
    pub fn schema_of(table: &Table) -> String {
        schema::script(table)
    }

    /// Creates the table, or brings it up to date. Several instances may do so at once. Where the table is up
    /// to date, or of a later release, the role only needs to read. A later release's table is left as it is. A
    /// table that has the columns and a comment of somebody else's is left as it is too.
    ///
    /// # Errors
    ///
    /// When the role may not create tables, or the server did not answer or refused.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let migration = Migration(self.statements());
        session::ask(&self.0.pool, migration::LIMIT, &migration).await?;
        // What cannot be looked for is not found: claims need none of it.
        let waits = schema::inbox_waits(self.statements().table());
        if let Ok(Some(row)) = self.ask(&waits).await {
            let waits = row::get(&row, 0).unwrap_or(false);
            self.0.inbox_waits.store(waits, Ordering::Relaxed);
        }
        Ok(())
    }

    pub(crate) fn new(
        pool: PgPool,
        heartbeats: PgPoolOptions,
        statements: Arc<Statements>,
        call_timeout: Duration,
        prune_every: Option<Duration>,
        together: Bounds,
    ) -> Self {
        let options = pool.connect_options();
        let writes = Together {
            pool: pool.clone(),
            statements: statements.clone(),
            limit: call_timeout,
        };
        let connections = pool.options().get_max_connections() as usize;
        let together = together
            .at_once(together.at_once.min(connections))
            .alone(together.alone.min(connections));
        Self(Arc::new_cyclic(|store| Inner {
            pool,
            heartbeats: heartbeats.connect_lazy_with(PgConnectOptions::clone(&options)),
            followed: Mutex::new(options),
            statements,
            committer: Committer::new(Arc::new(writes), together),
            call_timeout,
            inbox_waits: AtomicBool::new(false),
            _pruning: Pruning::spawn(store, prune_every),
        }))
    }

    pub(crate) fn statements(&self) -> &Statements {
        &self.0.statements
    }

    pub(crate) fn call_timeout(&self) -> Duration {
        self.0.call_timeout
    }

    async fn ask<A: Ask>(&self, what: &A) -> Result<A::Answer, StoreError> {
        session::ask(&self.0.pool, self.0.call_timeout, what).await
    }

    /// Writes at once where few do, else together with others, before `limit` ends.
    ///
    /// Batches are written by tasks of the runtime that the store was made on. Where a handler blocks that one, callers of
    /// other runtimes go by themselves after a while. A claim that is granted twice to one owner is granted once.
    async fn write(&self, write: Write, limit: Duration) -> Result<Written, StoreError> {
        let Inner {
            pool,
            statements,
            committer,
            ..
        } = &*self.0;
        let begun = Instant::now();
        if let Some(_alone) = committer.alone() {
            return alone(&write, pool, statements, limit).await;
        }
        let patience = limit / TOGETHER_PATIENCE;
        match tokio::time::timeout(patience, committer.submit(write)).await {
            Ok(Ok(Written::Unknown)) | Err(_) => {
                let left = limit.saturating_sub(begun.elapsed());
                alone(&write, pool, statements, left).await
            }
            Ok(written) => written,
        }
    }

    /// Runs on the connection that no handler can hold: for heartbeats, and for marks that the pool has no room
    /// for.
    async fn ask_aside<A: Ask>(&self, what: &A) -> Result<A::Answer, StoreError> {
        self.follow_the_pool();
        session::ask(&self.0.heartbeats, self.0.call_timeout, what).await
    }

    /// The next connection for heartbeats is opened with whatever the application has told its pool since.
    /// Where credentials rotate, those of the start are of no use after a while.
    fn follow_the_pool(&self) {
        let options = self.0.pool.connect_options();
        let mut followed = self
            .0
            .followed
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&followed, &options) {
            self.0
                .heartbeats
                .set_connect_options(PgConnectOptions::clone(&options));
            *followed = options;
        }
    }

    /// Whether its own owner marked a lease as done that it does not hold any more.
    pub(crate) async fn marked(&self, lease: &Lease) -> Result<Settled, StoreError> {
        let own_end = self.statements().own_end(lease.key(), lease.owner());
        let own_end = self.statements().alone(own_end);
        match self.ask_aside(&own_end).await? {
            Some(row) if row::is_own_mark(&row)? => Ok(Settled::Ok),
            _ => Ok(Settled::LeaseLost),
        }
    }

    /// Makes sure that a claim of this lease that is still on its way is not granted.
    async fn give_up(&self, lease: &Lease) -> Result<Settled, StoreError> {
        let give_up = self.statements().give_up(lease.key(), lease.owner());
        self.ask(&give_up).await?;
        Ok(Settled::Ok)
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("table", self.statements().table())
            .field("call_timeout", &self.0.call_timeout)
            .finish_non_exhaustive()
    }
}

impl DedupStore for PostgresStore {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let won = |attempt| Ok(Claim::Won(Lease::granted(*key, owner, attempt)));
        for _ in 0..ROUNDS {
            let statements = self.statements();
            let claim = Write::Claim {
                key: *key,
                owner,
                content: content.copied(),
                lease,
            };
            if self.write(claim, self.0.call_timeout).await? == Written::Yes {
                return won(FIRST_ATTEMPT);
            }
            // No row: it was removed in between, and the next round may insert it.
            let Some(row) = self.ask(&statements.held(key, content, &owner)).await? else {
                continue;
            };
            match row::found(&row)?.held() {
                Held::Own { attempt } => return won(attempt),
                Held::By(claim) => return Ok(claim),
                Held::Lapsed | Held::Ended => {}
            }
            let take_over = statements.take_over(key, content, &owner, lease);
            if let Some(row) = self.ask(&take_over).await? {
                return won(row::attempt(&row, 0)?);
            }
        }
        Ok(Claim::InProgress {
            retry_after: LOCKED,
        })
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        let settle = Write::settle(lease, end, retain);
        // Releases of claims that were given up, many perhaps, must not stand before the heartbeats.
        if end == End::Release {
            return match self.write(settle, self.0.call_timeout).await? {
                Written::Yes => Ok(Settled::Ok),
                _ => self.give_up(lease).await,
            };
        }
        let patience = mark_timeout(self.0.call_timeout);
        let is_settled = match self.write(settle, patience).await {
            Err(StoreError::Timeout) => {
                let settle = call(&settle, self.statements());
                self.ask_aside(&settle).await? > 0
            }
            written => written? == Written::Yes,
        };
        if is_settled {
            return Ok(Settled::Ok);
        }
        self.marked(lease).await
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        let extend = self.statements().extend(lease.key(), lease.owner(), by);
        if self.ask_aside(&extend).await? > 0 {
            return Ok(Settled::Ok);
        }
        // A heartbeat that met `settle_in` on its way lost nothing.
        self.marked(lease).await
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        match self.ask(&self.statements().look(key)).await? {
            Some(row) => row::looked(&row),
            None => Ok(State::Free),
        }
    }

    fn promises(&self) -> Promises {
        Promises::durable()
    }

    fn findings(&self) -> Vec<Finding> {
        let waits = self.0.inbox_waits.load(Ordering::Relaxed);
        waits.then(findings::left_behind).into_iter().collect()
    }
}
