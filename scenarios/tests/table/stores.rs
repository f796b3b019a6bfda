//! Stores that cannot.

use std::time::Duration;

use hookgate::{
    ContentDigest, EventKey, StoreError,
    dedup::{Claim, DedupStore, End, Lease, MemoryStore, OwnerToken, Promises, Settled, State},
};

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
