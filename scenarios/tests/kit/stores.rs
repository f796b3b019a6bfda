//! Stores that promise more than they keep.

use std::time::Duration;

use hookgate::dedup::{DedupStore, End, Lease, MemoryStore, Promises, Settled, StoreError};

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
    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        let end = if self.forgets { End::Release } else { end };
        self.store.settle(lease, end, retain).await
    }

    fn promises(&self) -> Promises {
        Promises::durable()
    }

    hookgate::forward_calls!(store: claim, extend, look, settled, held, findings);
}
