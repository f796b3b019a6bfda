//! [`SqliteInbox`]: what was accepted and is not handled yet, in the same file as its keys.
//!
//! | file | holds |
//! | --- | --- |
//! | `tables`, `sql` | the tables, and every statement on them |
//! | `op`, `writer` | what the one that writes is asked for, and how it does it |
//! | `turn` | one transaction of its |
//! | `line` | a line of work |
//! | `accept`, `lease`, `ends`, `dead` | what happens to it, in this order |
//! | `view`, `waits` | what an operator sees, and is told |
//! | `settle_in` | an end within an application's transaction |
//! | `builder`, `prune` | how it is opened, and what goes on in the background |

mod accept;
mod builder;
mod dead;
mod ends;
mod lease;
mod line;
mod op;
mod prune;
mod reads;
mod settle_in;
mod sql;
mod tables;
mod turn;
mod view;
mod waits;
mod writer;

use std::{
    fmt,
    path::Path,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use hookgate::{
    EventKey, Finding,
    dedup::{Claim, DedupStore, End, Lease, OwnerToken, Promises, Settled, State, StoreError},
    inbox::{
        Accept, Ask, Batch, Counts, DeadReason, Entry, Filter, Inbox, Kept, OrderKey, Page, Pause,
        Position, Quarantine, QuarantineCap, Totals,
    },
    pack::ContentDigest,
};
use hookgate_store_kit::{Committer, Pruning};
use sqlx::{AssertSqlSafe, Connection, Executor, Row, SqliteConnection, SqlitePool};
use tokio::sync::Notify;

pub use self::builder::SqliteInboxBuilder;
pub(crate) use self::tables::FAR;
use self::{
    lease::outlook,
    op::{Done, Held, Op},
    sql::Sql,
    tables::Tables,
    turn::{Endpoints, get, now},
    waits::Waits,
    writer::Writer,
};
use crate::{OpenError, SqliteStore, start};

/// How long an accept waits for the one that writes, before it looks whether it is a copy. Reading waits for nobody.
const PATIENCE: Duration = Duration::from_millis(100);

/// Deliveries that were accepted and are not handled yet, with their keys, in a SQLite file. Cheap to clone; all clones
/// are one inbox.
///
/// It keeps the keys as a [`SqliteStore`] on the same file does, in the same table. So an endpoint goes from `.dedup` to
/// `.inbox` and back, and no key is forgotten. See the [crate's documentation](crate#the-inbox) for what it promises.
#[derive(Clone)]
pub struct SqliteInbox(Arc<Inner>);

pub(crate) struct Inner {
    /// Claims of inline handlers, and nonces.
    store: SqliteStore,
    readers: SqlitePool,
    tables: Tables,
    sql: Arc<Sql>,
    endpoints: Arc<Endpoints>,
    waits: Arc<Waits>,
    committer: Committer<Writer>,
    due: Arc<Notify>,
    call_timeout: Duration,
    ask_stands: Duration,
    upkeep: prune::Upkeep,
    _pruning: Pruning,
}

impl SqliteInbox {
    /// Opens the file at `path`, with defaults for everything else. Makes it and the tables where they are missing.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or is no database, and when its commits are not durable.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::builder().open(path).await
    }

    /// Uses the file of the application's own pool. See [`SqliteInboxBuilder::pool`].
    ///
    /// # Errors
    ///
    /// When the file cannot be opened, and when its commits are not durable.
    pub async fn with_pool(pool: SqlitePool) -> Result<Self, OpenError> {
        Self::builder().pool(pool).await
    }

    /// Settings: the tables, limits, and how long dead letters are kept.
    pub fn builder() -> SqliteInboxBuilder {
        SqliteInboxBuilder::new()
    }

    /// What [`migrate`](Self::migrate) runs, for tables of the default names.
    pub fn schema() -> String {
        let tables = Self::builder().tables();
        let dedup = SqliteStore::schema_of(&tables.dedup);
        format!("{dedup}\n{}", tables.script())
    }

    /// Creates the tables where they are missing. Several processes may do so at once: each waits for its turn, 10 s at
    /// most, or `call_timeout` where that is longer. Where all is there, it only reads.
    ///
    /// # Errors
    ///
    /// When the database could not do it.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let inner = &*self.0;
        inner.store.migrate().await?;
        let migrate = || async {
            let is_there = AssertSqlSafe(inner.tables.is_there());
            let found = sqlx::raw_sql(is_there).fetch_one(&inner.readers).await?;
            if found.try_get(0)? {
                return Ok(());
            }
            let options = inner.readers.connect_options();
            let mut connection = SqliteConnection::connect_with(&options).await?;
            let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
            let script = AssertSqlSafe(inner.tables.script());
            tx.execute(sqlx::raw_sql(script)).await?;
            tx.commit().await
        };
        start::until_it_has_its_turn(inner.call_timeout, migrate).await
    }

    async fn ask_writer(&self, op: Op) -> Result<Done, StoreError> {
        self.0.committer.submit(op).await
    }

    async fn done(&self, op: Op) -> Result<(), StoreError> {
        self.ask_writer(op).await.map(drop)
    }
}

fn held(lease: &Lease) -> Held {
    Held {
        key: *lease.key(),
        owner: *lease.owner(),
        judged: now(),
    }
}

impl fmt::Debug for SqliteInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteInbox")
            .field("store", &self.0.store)
            .finish_non_exhaustive()
    }
}

impl DedupStore for SqliteInbox {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        self.0.store.claim(key, content, owner, lease).await
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        if !lease.is_of_work() {
            return self.0.store.settle(lease, end, retain).await;
        }
        let settle = Op::Settle(held(lease), end, retain);
        self.ask_writer(settle).await?.settled()
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        if !lease.is_of_work() {
            return self.0.store.extend(lease, by).await;
        }
        self.ask_writer(Op::Extend(held(lease), by))
            .await?
            .settled()
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        self.0.store.look(key).await
    }

    async fn settled(&self, key: &EventKey) {
        self.0.store.settled(key).await;
    }

    fn promises(&self) -> Promises {
        self.0.store.promises()
    }

    fn findings(&self) -> Vec<Finding> {
        self.0.waits.findings(Instant::now())
    }
}

impl Inbox for SqliteInbox {
    async fn accept(&self, entries: Vec<Entry>) -> Result<Vec<Accept>, StoreError> {
        let judged = now();
        let ops = entries
            .iter()
            .cloned()
            .map(|entry| Op::Accept(entry, judged));
        let mut written = pin!(self.0.committer.submit_all(ops));
        let done = match tokio::time::timeout(PATIENCE, written.as_mut()).await {
            Ok(done) => done?,
            Err(_) => match self.0.known(&entries).await? {
                Some(known) => return Ok(known),
                None => written.await?,
            },
        };
        done.into_iter().map(Done::accept).collect()
    }

    async fn quarantine(&self, entry: Entry, cap: QuarantineCap) -> Result<Quarantine, StoreError> {
        self.ask_writer(Op::Quarantine(entry, cap, now()))
            .await?
            .quarantine()
    }

    async fn lease(&self, ask: Ask<'_>) -> Result<Batch, StoreError> {
        let inner = &*self.0;
        let (judged, until) = (now(), Instant::now() + inner.ask_stands);
        // Reading waits for nobody, and most asks of an idle worker have nothing to write.
        let surveyed = inner.survey(&ask).await?;
        let times = (judged, now());
        let idle = surveyed.filter(|all| !all.iter().any(|it| it.concerns(ask.suspects, times)));
        let outlook = match idle {
            Some(surveyed) => outlook(&surveyed, ask.suspects, times.1),
            None => {
                let lease = Op::Lease(op::Ask {
                    endpoints: ask.endpoints.to_vec(),
                    format: ask.format,
                    limit: ask.limit,
                    lasts: ask.lasts,
                    owner: ask.owner,
                    suspects: ask.suspects,
                    judged,
                    until,
                });
                let outlook = self.ask_writer(lease).await?.outlook()?;
                outlook.ok_or(StoreError::Timeout)?
            }
        };
        Ok(Batch {
            // Of this ask, or of the one that it repeats.
            rows: inner.held(&ask).await?,
            suspects_wait: outlook.suspects_wait,
            next_due: outlook.next_due,
        })
    }

    async fn keep(&self, leases: &[&Lease], by: Duration) -> Result<Vec<Settled>, StoreError> {
        let ops = leases.iter().map(|lease| Op::Extend(held(lease), by));
        let kept = self.0.committer.submit_all(ops).await?;
        kept.into_iter().map(Done::settled).collect()
    }

    async fn give_back(
        &self,
        lease: &Lease,
        delay: Duration,
        counts: Counts,
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        let give_back = Op::GiveBack(held(lease), delay, counts, error);
        self.ask_writer(give_back).await?.settled()
    }

    async fn bury(
        &self,
        lease: &Lease,
        reason: DeadReason,
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        let bury = Op::Bury(held(lease), reason, error);
        self.ask_writer(bury).await?.settled()
    }

    async fn pause(&self, endpoint: &str, pause: Pause) -> Result<(), StoreError> {
        self.done(Op::Pause(endpoint.into(), pause)).await
    }

    async fn resume(&self, endpoint: &str) -> Result<(), StoreError> {
        self.done(Op::Resume(endpoint.into())).await
    }

    async fn promote(&self, order: &OrderKey) -> Result<(), StoreError> {
        self.done(Op::Promote(*order)).await
    }

    async fn work_may_wait(&self) {
        self.0.due.notified().await;
    }

    async fn hold(&self, endpoint: &str, is_held: bool) -> Result<(), StoreError> {
        self.done(Op::Hold(endpoint.into(), is_held)).await
    }

    async fn totals(&self) -> Result<Vec<Totals>, StoreError> {
        self.0.totals().await
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.0.list(filter, after, limit).await
    }

    async fn read(&self, key: &EventKey) -> Result<Option<Kept>, StoreError> {
        self.0.kept(key).await
    }

    async fn replay(&self, key: &EventKey, why: &str) -> Result<bool, StoreError> {
        self.ask_writer(Op::Replay(*key, why.into())).await?.bool()
    }

    async fn discard(&self, key: &EventKey) -> Result<bool, StoreError> {
        self.ask_writer(Op::Discard(*key)).await?.bool()
    }

    async fn erase(&self, age: Duration, limit: usize) -> Result<u64, StoreError> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let erased = self.ask_writer(Op::Erase(age, limit)).await?.pruned()?;
        Ok(erased.rows)
    }
}
