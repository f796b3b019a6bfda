//! [`Faulty`]: a memory inbox that fails, and has something to say, as a test wants it.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use hookgate::{
    EventKey, Finding,
    dedup::{Claim, DedupStore, End, Lease, OwnerToken, Promises, Settled, State, StoreError},
    inbox::{
        Accept, Ask, Batch, Counts, DeadReason, Entry, Filter, Inbox, Kept, MemoryInbox, OrderKey,
        Page, Pause, Position, Quarantine, QuarantineCap, Totals,
    },
    pack::ContentDigest,
};

/// Clones are one inbox.
#[derive(Clone)]
pub(crate) struct Faulty {
    pub(crate) inbox: MemoryInbox,
    /// How many replays and erasures succeed from now on.
    pub(crate) good: Arc<AtomicUsize>,
    /// How many totals were asked for.
    pub(crate) looks: Arc<AtomicUsize>,
    /// Whether totals cannot be had.
    pub(crate) is_dark: Arc<AtomicBool>,
    /// What it has to say.
    pub(crate) findings: Arc<Mutex<Vec<Finding>>>,
}

impl Faulty {
    pub(crate) fn new(inbox: MemoryInbox, good: usize) -> Self {
        Self {
            inbox,
            good: Arc::new(good.into()),
            looks: Arc::default(),
            is_dark: Arc::default(),
            findings: Arc::default(),
        }
    }

    fn spend(&self) -> Result<(), StoreError> {
        let spent = self
            .good
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        spent.map(drop).map_err(|_| StoreError::Timeout)
    }
}

impl DedupStore for Faulty {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        self.inbox.claim(key, content, owner, lease).await
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        self.inbox.settle(lease, end, retain).await
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        self.inbox.extend(lease, by).await
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        self.inbox.look(key).await
    }

    fn promises(&self) -> Promises {
        self.inbox.promises()
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings.lock().unwrap().clone()
    }
}

impl Inbox for Faulty {
    async fn accept(&self, entries: Vec<Entry>) -> Result<Vec<Accept>, StoreError> {
        self.inbox.accept(entries).await
    }

    async fn quarantine(&self, entry: Entry, cap: QuarantineCap) -> Result<Quarantine, StoreError> {
        self.inbox.quarantine(entry, cap).await
    }

    async fn lease(&self, ask: Ask<'_>) -> Result<Batch, StoreError> {
        self.inbox.lease(ask).await
    }

    async fn keep(&self, leases: &[&Lease], by: Duration) -> Result<Vec<Settled>, StoreError> {
        self.inbox.keep(leases, by).await
    }

    async fn give_back(
        &self,
        lease: &Lease,
        delay: Duration,
        counts: Counts,
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        self.inbox.give_back(lease, delay, counts, error).await
    }

    async fn bury(
        &self,
        lease: &Lease,
        reason: DeadReason,
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        self.inbox.bury(lease, reason, error).await
    }

    async fn pause(&self, endpoint: &str, pause: Pause) -> Result<(), StoreError> {
        self.inbox.pause(endpoint, pause).await
    }

    async fn resume(&self, endpoint: &str) -> Result<(), StoreError> {
        self.inbox.resume(endpoint).await
    }

    async fn promote(&self, order: &OrderKey) -> Result<(), StoreError> {
        self.inbox.promote(order).await
    }

    async fn work_may_wait(&self) {
        self.inbox.work_may_wait().await;
    }

    async fn hold(&self, endpoint: &str, is_held: bool) -> Result<(), StoreError> {
        self.inbox.hold(endpoint, is_held).await
    }

    async fn totals(&self) -> Result<Vec<Totals>, StoreError> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        if self.is_dark.load(Ordering::SeqCst) {
            return Err(StoreError::Timeout);
        }
        self.inbox.totals().await
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.inbox.list(filter, after, limit).await
    }

    async fn read(&self, key: &EventKey) -> Result<Option<Kept>, StoreError> {
        self.inbox.read(key).await
    }

    async fn replay(&self, key: &EventKey, why: &str) -> Result<bool, StoreError> {
        self.spend()?;
        self.inbox.replay(key, why).await
    }

    async fn discard(&self, key: &EventKey) -> Result<bool, StoreError> {
        self.inbox.discard(key).await
    }

    async fn erase(&self, age: Duration, limit: usize) -> Result<u64, StoreError> {
        self.spend()?;
        self.inbox.erase(age, limit).await
    }
}
