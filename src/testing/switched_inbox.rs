//! [`SwitchedInbox`]: the kit's inbox, which can be switched off.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;

use super::switch::SERVER;
use crate::{
    dedup::{Claim, DedupStore, End, Lease, OwnerToken, Promises, Settled, State},
    identity::{ContentDigest, EventKey},
    inbox::{
        Accept, Ask, Batch, Counts, DeadReason, Entry, Filter, Inbox, Kept, MemoryInbox, OrderKey,
        Page, Pause, Position, Quarantine, QuarantineCap, Totals,
    },
    verdict::StoreError,
};

/// An inbox in memory that lives as long as a scenario, restarts included.
#[derive(Clone)]
pub(super) struct SwitchedInbox {
    memory: MemoryInbox,
    down: Arc<AtomicBool>,
}

impl SwitchedInbox {
    pub(super) fn new(memory: MemoryInbox, down: Arc<AtomicBool>) -> Self {
        Self { memory, down }
    }

    fn up(&self) -> Result<&MemoryInbox, StoreError> {
        if self.down.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable(SERVER.into()));
        }
        Ok(&self.memory)
    }
}

impl DedupStore for SwitchedInbox {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        self.up()?.claim(key, content, owner, lease).await
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        self.up()?.settle(lease, end, retain).await
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        self.up()?.extend(lease, by).await
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        self.up()?.look(key).await
    }

    fn promises(&self) -> Promises {
        Promises {
            survives_restart: true,
            ..self.memory.promises()
        }
    }

    crate::forward_calls!(memory: settled, held, findings);
}

impl Inbox for SwitchedInbox {
    async fn accept(&self, entries: Vec<Entry>) -> Result<Vec<Accept>, StoreError> {
        self.up()?.accept(entries).await
    }

    async fn quarantine(&self, entry: Entry, cap: QuarantineCap) -> Result<Quarantine, StoreError> {
        self.up()?.quarantine(entry, cap).await
    }

    async fn lease(&self, ask: Ask<'_>) -> Result<Batch, StoreError> {
        self.up()?.lease(ask).await
    }

    async fn keep(&self, leases: &[&Lease], by: Duration) -> Result<Vec<Settled>, StoreError> {
        self.up()?.keep(leases, by).await
    }

    async fn give_back(
        &self,
        lease: &Lease,
        delay: Duration,
        counts: Counts,
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        self.up()?.give_back(lease, delay, counts, error).await
    }

    async fn bury(
        &self,
        lease: &Lease,
        reason: DeadReason,
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        self.up()?.bury(lease, reason, error).await
    }

    async fn pause(&self, endpoint: &str, pause: Pause) -> Result<(), StoreError> {
        self.up()?.pause(endpoint, pause).await
    }

    async fn resume(&self, endpoint: &str) -> Result<(), StoreError> {
        self.up()?.resume(endpoint).await
    }

    async fn promote(&self, order: &OrderKey) -> Result<(), StoreError> {
        self.up()?.promote(order).await
    }

    async fn hold(&self, endpoint: &str, is_held: bool) -> Result<(), StoreError> {
        self.up()?.hold(endpoint, is_held).await
    }

    async fn totals(&self) -> Result<Vec<Totals>, StoreError> {
        self.up()?.totals().await
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.up()?.list(filter, after, limit).await
    }

    async fn read(&self, key: &EventKey) -> Result<Option<Kept>, StoreError> {
        self.up()?.read(key).await
    }

    async fn replay(&self, key: &EventKey, why: &str) -> Result<bool, StoreError> {
        self.up()?.replay(key, why).await
    }

    async fn discard(&self, key: &EventKey) -> Result<bool, StoreError> {
        self.up()?.discard(key).await
    }

    async fn erase(&self, age: Duration, limit: usize) -> Result<u64, StoreError> {
        self.up()?.erase(age, limit).await
    }

    crate::forward_calls!(memory: work_may_wait);
}
