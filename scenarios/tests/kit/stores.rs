//! Stores that promise more than they keep.

use std::time::Duration;

use hookgate::{
    EventKey,
    dedup::{
        Claim, DedupStore, End, Lease, MemoryStore, OwnerToken, Promises, Settled, State,
        StoreError,
    },
    pack::ContentDigest,
};

/// In memory, and says that it is not.
pub(crate) struct Boastful {
    store: MemoryStore,
    forgets: bool,
}

impl Boastful {
    /// Forgets at each restart.
    pub(crate) fn until_restart() -> Self {
        Self {
            store: MemoryStore::with_capacity(100),
            forgets: false,
        }
    }

    /// Forgets each event once it is handled.
    pub(crate) fn at_once() -> Self {
        Self {
            forgets: true,
            ..Self::until_restart()
        }
    }
}

impl DedupStore for Boastful {
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
        let end = if self.forgets { End::Release } else { end };
        self.store.settle(lease, end, retain).await
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        self.store.extend(lease, by).await
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        self.store.look(key).await
    }

    async fn settled(&self, key: &EventKey) {
        self.store.settled(key).await;
    }

    fn promises(&self) -> Promises {
        Promises::durable()
    }
}
