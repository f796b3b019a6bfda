//! [`SqliteStore`]: claims and marks in one table.

use std::{
    fmt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use hookgate::{
    EventKey, Finding,
    dedup::{Claim, DedupStore, End, Lease, OwnerToken, Promises, Settled, State, StoreError},
    pack::ContentDigest,
};
use hookgate_store_kit::{
    Bounds, Committer, Held, Pruning, RowState, Write, findings,
    limits::{LOCKED, ROUNDS, mark_timeout},
    rounding::millis,
};
use sqlx::{Row, SqlitePool};

use crate::{
    OpenError, SqliteStoreBuilder, Table, migration, row, schema,
    session::{Asked, Call},
    start,
    statements::Statements,
    together::{InTime, Together, Written, written},
};

/// Its batches are written on a thread of this name.
const THREAD: &str = "hookgate-sqlite";

/// Claims and marks in a SQLite file. Cheap to clone; all clones are one store.
///
/// See the [crate's documentation](crate) for what it promises.
#[derive(Clone)]
pub struct SqliteStore(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) pools: Pools,
    pub(crate) statements: Arc<Statements>,
    committer: Committer<Together>,
    pub(crate) call_timeout: Duration,
    /// Whether events of an inbox waited in the same file at the last migration.
    inbox_waits: AtomicBool,
    _pruning: Pruning,
}

/// A file has one writer at a time. A pool of one connection makes a process's own writers queue, where several
/// would each sleep and try again.
pub(crate) struct Pools {
    /// For what is written now or not at all: mostly nobody else has the file. Its pages stay in this connection's memory until
    /// another one writes, so it goes first wherever one may wait.
    pub(crate) prompt: SqlitePool,
    pub(crate) writer: SqlitePool,
    pub(crate) readers: SqlitePool,
    pub(crate) heartbeats: SqlitePool,
    /// For leases that lapsed. It does not wait long for its turn.
    pub(crate) takeovers: SqlitePool,
}

impl SqliteStore {
    /// Opens the file at `path`, with defaults for everything else. Makes it and the table where they are
    /// missing.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or is no database.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::builder().open(path).await
    }

    /// Uses the application's own pool. See [`SqliteStoreBuilder::pool`].
    pub fn with_pool(pool: SqlitePool) -> Self {
        Self::builder().pool(pool)
    }

    /// Settings: the table, limits, durability, and how often old rows go.
    pub fn builder() -> SqliteStoreBuilder {
        SqliteStoreBuilder::new()
    }

    /// What [`migrate`](Self::migrate) runs, for a table of the default name.
    pub fn schema() -> String {
        Self::schema_of(&Table::default())
    }

    /// The same for a table of another name.
    pub fn schema_of(table: &Table) -> String {
        schema::script(table)
    }

    /// Creates the table where it is missing, and adds what a table of an earlier build lacks. Several processes may do so at once: each waits for its turn,
    /// 10 s at most, or `call_timeout` where that is longer. Where all is there, it only reads.
    ///
    /// # Errors
    ///
    /// When the database could not do it.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let Inner {
            pools, statements, ..
        } = &*self.0;
        let create = || migration::run(pools, &statements.table);
        start::until_it_has_its_turn(self.0.call_timeout, create).await?;
        // What cannot be looked for is not found: claims need none of it.
        let waits = Asked::new(&schema::inbox_waits(&statements.table).into());
        if let Ok(rows) = waits.on(&pools.readers, self.call()).await {
            let waits = rows
                .first()
                .is_some_and(|row| row.try_get(0).unwrap_or(false));
            self.0.inbox_waits.store(waits, Ordering::Relaxed);
        }
        Ok(())
    }

    pub(crate) fn new(
        pools: Pools,
        table: Table,
        call_timeout: Duration,
        prune_every: Option<Duration>,
        together: Bounds,
    ) -> Self {
        let statements = Arc::new(Statements::new(table));
        let writes = Together {
            prompt: pools.prompt.clone(),
            writer: pools.writer.clone(),
            statements: statements.clone(),
            limit: call_timeout,
        };
        let committer = Committer::on_later_thread(THREAD, Arc::new(writes), together);
        Self(Arc::new_cyclic(|store| Inner {
            pools,
            statements,
            committer,
            call_timeout,
            inbox_waits: AtomicBool::new(false),
            _pruning: Pruning::spawn(store, prune_every),
        }))
    }

    /// Of its connections.
    pub(crate) fn options(&self) -> sqlx::sqlite::SqliteConnectOptions {
        self.0.pools.writer.connect_options().as_ref().clone()
    }

    pub(crate) fn call_timeout(&self) -> Duration {
        self.0.call_timeout
    }

    fn call(&self) -> Call {
        Call::within(self.0.call_timeout)
    }

    /// Writes at once where nobody else does, else together with others. `None` where it had no turn.
    async fn write(&self, write: InTime, call: Call) -> Result<Option<Written>, StoreError> {
        let Inner {
            pools,
            statements,
            committer,
            ..
        } = &*self.0;
        if let Some(_alone) = committer.alone() {
            let asked = || write.asked(statements);
            let rows = match asked().in_turn(&pools.prompt, call).await? {
                None => asked().in_turn(&pools.writer, call).await?,
                rows => rows,
            };
            return rows.map(|rows| written(&rows)).transpose();
        }
        call.limit(committer.submit(write)).await.map(Some)
    }

    pub(crate) fn asked_settle_in(&self, lease: &Lease, end: End, retain: Duration) -> Asked {
        asked_mark(&self.0.statements.settle_in, lease, end, retain)
    }

    pub(crate) fn asked_own_end(&self, lease: &Lease) -> Asked {
        Asked::new(&self.0.statements.own_end)
            .key(lease.key())
            .owner(lease.owner())
    }

    /// What kept a claim from being granted; `None` when nothing is there.
    async fn held(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: &OwnerToken,
        call: Call,
    ) -> Result<Option<Held>, StoreError> {
        let held = Asked::new(&self.0.statements.held)
            .key(key)
            .owner(owner)
            .content(content);
        let rows = held.on(&self.0.pools.readers, call).await?;
        rows.first().map(row::held).transpose()
    }

    /// Claims where nobody else writes, in this process or in another: granted, or what kept it from that. `None` where
    /// somebody does, or where it failed, which says nothing of what can be read.
    async fn claim_at_once(&self, claim: InTime, call: Call) -> Option<Result<u32, Held>> {
        let Inner {
            pools,
            statements,
            committer,
            ..
        } = &*self.0;
        let _alone = committer.alone()?;
        let asked = claim.asked_or_held(statements);
        let rows = asked.in_turn(&pools.prompt, call).await.ok()??;
        match rows.as_slice() {
            [granted, _held_now] => row::attempt(granted, 0).ok().map(Ok),
            [found] => row::held(found).ok().map(Err),
            _ => None,
        }
    }

    /// Whether its own owner marked a lease as done that it does not hold any more.
    async fn marked(&self, lease: &Lease, call: Call) -> Result<Settled, StoreError> {
        let own_end = self.asked_own_end(lease);
        let rows = own_end.on(&self.0.pools.readers, call).await?;
        match rows.first() {
            Some(row) if row::is_own_mark(row)? => Ok(Settled::Ok),
            _ => Ok(Settled::LeaseLost),
        }
    }
}

fn asked_mark(statement: &Arc<str>, lease: &Lease, end: End, retain: Duration) -> Asked {
    Asked::new(statement)
        .key(lease.key())
        .owner(lease.owner())
        .number(RowState::of(end).number().into())
        .number(millis(retain))
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("table", &self.0.statements.table)
            .field("call_timeout", &self.0.call_timeout)
            .finish_non_exhaustive()
    }
}

impl DedupStore for SqliteStore {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let call = self.call();
        let won = |attempt| Ok(Claim::Won(Lease::granted(*key, owner, attempt)));
        let write = Write::Claim {
            key: *key,
            owner,
            content: content.copied(),
            lease,
        };
        let until = call.last_moment()?;
        let claim = InTime { write, until };
        match self.claim_at_once(claim, call).await {
            Some(Ok(attempt) | Err(Held::Own { attempt })) => return won(attempt),
            Some(Err(Held::By(claim))) => return Ok(claim),
            Some(Err(Held::Lapsed | Held::Ended)) | None => {}
        }
        for _ in 0..ROUNDS {
            // Only turns away: the write decides what is free. Readers do not wait for a writer, so copies are
            // answered at once while a handler's transaction has its turn.
            let lapsed = match self.held(key, content, &owner, call).await? {
                Some(Held::Own { attempt }) => return won(attempt),
                Some(Held::By(claim)) => return Ok(claim),
                Some(Held::Lapsed) => true,
                Some(Held::Ended) | None => false,
            };
            let granted = match lapsed {
                true => {
                    let claim = claim.asked(&self.0.statements);
                    let rows = claim.in_turn(&self.0.pools.takeovers, call).await?;
                    rows.map(|rows| written(&rows)).transpose()?
                }
                false => self.write(claim, call).await?,
            };
            match granted {
                Some(Some(attempt)) => return won(attempt),
                Some(None) => {}
                // The transaction in the way may be the one that settles this event.
                None if lapsed => {
                    return Ok(Claim::InProgress {
                        retry_after: LOCKED,
                    });
                }
                None => return Err(StoreError::Timeout),
            }
        }
        Err(StoreError::Timeout)
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        let Inner {
            pools,
            statements,
            call_timeout,
            ..
        } = &*self.0;
        let call = self.call();
        let settle = InTime::settle(lease, end, retain);
        // Releases of claims that were given up, many perhaps, must not stand before the heartbeats.
        if end == End::Release {
            let released = self.write(settle, call).await?;
            return released.map(|_| Settled::Ok).ok_or(StoreError::Timeout);
        }
        let sooner = call.at_most(mark_timeout(*call_timeout));
        let settled = match self.write(settle, sooner).await {
            Ok(Some(settled)) => settled,
            Ok(None) | Err(StoreError::Timeout) => {
                let settle = settle.asked(statements);
                written(&settle.on(&pools.heartbeats, call).await?)?
            }
            Err(error) => return Err(error),
        };
        if settled.is_some() {
            return Ok(Settled::Ok);
        }
        self.marked(lease, call).await
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        let extend = Asked::new(&self.0.statements.extend)
            .key(lease.key())
            .owner(lease.owner())
            .number(millis(by));
        let call = self.call();
        let extended = extend.on(&self.0.pools.heartbeats, call).await?;
        if !extended.is_empty() {
            return Ok(Settled::Ok);
        }
        // A heartbeat that met `settle_in` on its way lost nothing.
        self.marked(lease, call).await
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        let look = Asked::new(&self.0.statements.look).key(key);
        let rows = look.on(&self.0.pools.readers, self.call()).await?;
        rows.first().map_or(Ok(State::Free), row::looked)
    }

    fn promises(&self) -> Promises {
        Promises::durable()
    }

    fn findings(&self) -> Vec<Finding> {
        let waits = self.0.inbox_waits.load(Ordering::Relaxed);
        waits.then(findings::left_behind).into_iter().collect()
    }
}

#[cfg(test)]
#[allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]
mod tests;
