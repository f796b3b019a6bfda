//! Stores that cannot, or that tell.

use std::{sync::Arc, time::Duration};

use hookgate::{
    ContentDigest, EventKey, StoreError,
    dedup::{Claim, DedupStore, End, Lease, MemoryStore, OwnerToken, Promises, Settled, State},
    testing::FakeClock,
};
use tokio::sync::watch;

/// Cannot claim, or cannot settle.
pub(crate) struct Failing {
    store: MemoryStore,
    claims: Claims,
}

enum Claims {
    Down,
    /// A claim is never answered.
    Silent,
    Up,
}

impl Failing {
    pub(crate) fn always() -> Self {
        Self::with(Claims::Down)
    }

    pub(crate) fn silently() -> Self {
        Self::with(Claims::Silent)
    }

    pub(crate) fn to_settle() -> Self {
        Self::with(Claims::Up)
    }

    fn with(claims: Claims) -> Self {
        Self {
            store: MemoryStore::with_capacity(10),
            claims,
        }
    }
}

fn down() -> StoreError {
    StoreError::Unavailable("a server's name that must not leak".into())
}

impl DedupStore for Failing {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        match self.claims {
            Claims::Down => Err(down()),
            Claims::Silent => std::future::pending().await,
            Claims::Up => self.store.claim(key, content, owner, lease).await,
        }
    }

    async fn settle(&self, _: &Lease, _: End, _: Duration) -> Result<Settled, StoreError> {
        Err(down())
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        self.store.extend(lease, by).await
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        self.store.look(key).await
    }

    fn promises(&self) -> Promises {
        self.store.promises()
    }
}

/// Counts the heartbeats that it answered.
pub(crate) struct Beating {
    store: MemoryStore,
    beats: Arc<watch::Sender<usize>>,
}

impl Beating {
    pub(crate) fn new(clock: &FakeClock, beats: &Arc<watch::Sender<usize>>) -> Self {
        Self {
            store: MemoryStore::with_clock(10, clock.clone()),
            beats: beats.clone(),
        }
    }
}

impl DedupStore for Beating {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        self.store.claim(key, content, owner, lease).await
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        self.store.settle(lease, end, retain).await
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        // As over a socket: the answer needs some of the task's budget.
        tokio::task::consume_budget().await;
        let extended = self.store.extend(lease, by).await;
        self.beats.send_modify(|beats| *beats += 1);
        extended
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        self.store.look(key).await
    }

    fn promises(&self) -> Promises {
        self.store.promises()
    }
}
