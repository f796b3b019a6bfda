//! Stores that cannot.

use std::time::Duration;

use hookgate::{
    ContentDigest, EventKey, StoreError,
    dedup::{Claim, DedupStore, End, Lease, MemoryStore, OwnerToken, Promises, Settled, State},
};

/// Down for every call, or for settling alone.
pub(crate) struct Failing {
    store: MemoryStore,
    claims: bool,
}

impl Failing {
    pub(crate) fn always() -> Self {
        Self {
            store: MemoryStore::with_capacity(10),
            claims: false,
        }
    }

    pub(crate) fn to_settle() -> Self {
        Self {
            store: MemoryStore::with_capacity(10),
            claims: true,
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
        if !self.claims {
            return Err(down());
        }
        self.store.claim(key, content, owner, lease).await
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
