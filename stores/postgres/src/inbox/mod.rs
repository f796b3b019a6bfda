//! [`PostgresInbox`]: what was accepted is kept until it is handled.
//!
//! | file | holds |
//! | --- | --- |
//! | `names`, `schema` | the tables |
//! | `line` | the columns of a line of work |
//! | `bound` | statements with anybody's values |
//! | `accept`, `accepting` | accepts: the statement, and batches of them |
//! | `lease`, `cursor`, `owned`, `handing` | handing out: the statements, where to read on, what was handed out, one ask |
//! | `ends`, `ending` | how leases end |
//! | `heart` | connections for heartbeats |
//! | `order` | who goes on after whom |
//! | `pauses` | the breaker, holds, and what is looked after |
//! | `tidings` | who is told of new work |
//! | `settle_in` | an end within an application's transaction |
//! | `dead`, `quarantine`, `views` | what an operator does and sees |
//! | `ring`, `upkeep` | payloads of what is done, and what goes on in the background |
//! | `builder`, `durability`, `migration` | how it is opened |

mod accept;
mod accepting;
pub(crate) mod bound;
mod builder;
mod core;
mod cursor;
mod dead;
mod durability;
mod ending;
mod ends;
mod handing;
mod heart;
mod lease;
mod line;
mod migration;
mod names;
mod order;
mod owned;
mod pauses;
mod quarantine;
mod ring;
mod schema;
mod settle_in;
mod sql;
mod tidings;
mod upkeep;
mod views;

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use hookgate::{
    EventKey,
    dedup::{Claim, DedupStore, End, Lease, OwnerToken, Promises, Settled, State, StoreError},
    inbox::{
        Accept, Ask, Batch, Counts, DeadReason, Entry, Filter, Inbox, Kept, OrderKey, Page, Pause,
        Position, Quarantine, QuarantineCap, Totals,
    },
    pack::ContentDigest,
};
use hookgate_store_kit::{Bounds, Committer, Pruning};
use sqlx::PgPool;

pub use self::builder::PostgresInboxBuilder;
pub(crate) use self::line::WITHOUT_END;
use self::{
    accepting::Accepting,
    core::Core,
    ending::{Ended, Ending},
    upkeep::Upkeep,
};
use crate::OpenError;

/// Batches under way at once: while one waits for the disk, the next is written.
const AT_ONCE: usize = 2;

/// A durable inbox in PostgreSQL tables, which is a store of claims too. Cheap to clone; all clones are one inbox.
#[derive(Clone)]
pub struct PostgresInbox(Arc<Inner>);

struct Inner {
    core: Arc<Core>,
    accepts: Committer<Accepting>,
    ends: Committer<Ending>,
    upkeep: Upkeep,
    _pruning: Pruning,
}

impl PostgresInbox {
    /// Connects to the server at `url`, with a pool of the inbox's own and defaults for everything else.
    ///
    /// # Errors
    ///
    /// When the address cannot be read, the server does not answer or refuses, or it is not durable.
    pub async fn connect(url: &str) -> Result<Self, OpenError> {
        Self::builder().connect(url).await
    }

    /// Uses the application's own pool. See [`PostgresInboxBuilder::pool`].
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub async fn with_pool(pool: PgPool) -> Result<Self, OpenError> {
        Self::builder().pool(pool).await
    }

    /// Settings: the tables, limits, and how long dead letters are kept.
    pub fn builder() -> PostgresInboxBuilder {
        PostgresInboxBuilder::new()
    }

    fn new(core: Arc<Core>, upkeep: Upkeep, prune_every: Option<Duration>) -> Self {
        let bounds = Bounds::default().at_once(AT_ONCE);
        Self(Arc::new_cyclic(|inbox| Inner {
            accepts: Committer::new(Arc::new(Accepting(core.clone())), bounds),
            ends: Committer::new(Arc::new(Ending(core.clone())), bounds),
            core,
            upkeep,
            _pruning: Pruning::spawn(inbox, prune_every),
        }))
    }

    fn core(&self) -> &Core {
        &self.0.core
    }
}

impl fmt::Debug for PostgresInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresInbox")
            .field("tables", self.core().names.prefix())
            .field("store", &self.core().store)
            .finish_non_exhaustive()
    }
}

impl DedupStore for PostgresInbox {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        self.core().store.claim(key, content, owner, lease).await
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        if !lease.is_of_work() {
            return self.core().store.settle(lease, end, retain).await;
        }
        if end == End::Release {
            let again = Duration::ZERO;
            self.core()
                .give_back(lease, again, Counts::Nothing, None)
                .await?;
            return Ok(Settled::Ok);
        }
        let ended = Ended {
            key: *lease.key(),
            owner: *lease.owner(),
            end,
            retain,
        };
        self.0.ends.submit(ended).await
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        if !lease.is_of_work() {
            return self.core().store.extend(lease, by).await;
        }
        let kept = self.core().keep(&[lease], by).await?;
        kept.first().copied().ok_or(StoreError::Timeout)
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        self.core().store.look(key).await
    }

    fn promises(&self) -> Promises {
        Promises::durable()
    }
}

impl Inbox for PostgresInbox {
    async fn accept(&self, entries: Vec<Entry>) -> Result<Vec<Accept>, StoreError> {
        self.0.accepts.submit_all(entries).await
    }

    async fn quarantine(&self, entry: Entry, cap: QuarantineCap) -> Result<Quarantine, StoreError> {
        quarantine::keep(self.core(), &entry, cap).await
    }

    async fn lease(&self, ask: Ask<'_>) -> Result<Batch, StoreError> {
        self.core().lease(ask).await
    }

    async fn keep(&self, leases: &[&Lease], by: Duration) -> Result<Vec<Settled>, StoreError> {
        self.core().keep(leases, by).await
    }

    async fn give_back(
        &self,
        lease: &Lease,
        delay: Duration,
        counts: Counts,
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        self.core()
            .give_back(lease, delay, counts, error.as_ref())
            .await
    }

    async fn bury(
        &self,
        lease: &Lease,
        reason: DeadReason,
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        self.core().bury(lease, reason, error.as_ref()).await
    }

    async fn pause(&self, endpoint: &str, pause: Pause) -> Result<(), StoreError> {
        self.core().pause(endpoint, pause).await
    }

    async fn resume(&self, endpoint: &str) -> Result<(), StoreError> {
        self.core().resume(endpoint).await
    }

    async fn promote(&self, order: &OrderKey) -> Result<(), StoreError> {
        self.core().try_promote(&[*order.as_bytes()]).await
    }

    async fn work_may_wait(&self) {
        self.core().listen();
        self.core().woken.notified().await;
    }

    async fn hold(&self, endpoint: &str, is_held: bool) -> Result<(), StoreError> {
        self.core().hold(endpoint, is_held).await
    }

    async fn totals(&self) -> Result<Vec<Totals>, StoreError> {
        self.core().totals().await
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.core().list(filter, after, limit).await
    }

    async fn read(&self, key: &EventKey) -> Result<Option<Kept>, StoreError> {
        self.core().read(key).await
    }

    async fn replay(&self, key: &EventKey, why: &str) -> Result<bool, StoreError> {
        self.core().replay(key, why).await
    }

    async fn discard(&self, key: &EventKey) -> Result<bool, StoreError> {
        self.core().discard(key).await
    }

    async fn erase(&self, age: Duration, limit: usize) -> Result<u64, StoreError> {
        self.core().erase(age, limit).await
    }
}

/// What the unit tests share.
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use std::{sync::Arc, time::Duration};

    use hookgate::inbox::{FORMAT, Leased};
    use hookgate_test_support::{PostgresServer, RETAIN, key, owner};

    use super::*;
    use crate::Table;

    /// An inbox on tables of this name. `None` where there is no server to be had.
    pub(super) async fn inbox(name: &str) -> Option<(PostgresInbox, Arc<PostgresServer>)> {
        let server = PostgresServer::shared()?;
        let inbox = PostgresInbox::builder()
            .tables_named(&Table::new(name).unwrap())
            .table(Table::new(&format!("{name}_dedup")).unwrap())
            .may_lose_what_was_accepted()
            .call_timeout(Duration::from_secs(20))
            .connect(&server.url())
            .await
            .unwrap();
        inbox.migrate().await.unwrap();
        Some((inbox, server))
    }

    pub(super) fn entry(number: u64) -> Entry {
        Entry {
            key: key(number),
            token: owner(number),
            content: Some(ContentDigest::of(b"")),
            endpoint: "first".into(),
            event_type: "known",
            key_id: "key".into(),
            order: None,
            retain: RETAIN,
            format: FORMAT,
            payload: Bytes::from_static(b"payload"),
        }
    }

    pub(super) async fn ask(
        inbox: &PostgresInbox,
        owner: OwnerToken,
        lasts: Duration,
    ) -> Vec<Leased> {
        let ask = Ask {
            endpoints: &["first".into()],
            format: FORMAT,
            limit: 100,
            lasts,
            owner,
            suspects: false,
        };
        inbox.lease(ask).await.unwrap().rows
    }
}
