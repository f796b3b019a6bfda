//! [`Switched`]: a dedup store that can be switched off.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::{
    dedup::{BoxDedupStore, Claim, DedupStore, End, Lease, OwnerToken, Promises, Settled, State},
    identity::{ContentDigest, EventKey},
    verdict::StoreError,
};

/// What no answer may show. The log has it: a store writes its causes for that.
pub(super) const SERVER: &str = "canary-of-a-store";

pub(super) struct Switched {
    pub(super) store: BoxDedupStore,
    pub(super) down: Arc<AtomicBool>,
    /// The kit's own store lives as long as a scenario, restarts included.
    pub(super) survives_restart: bool,
}

impl Switched {
    fn is_up(&self) -> Result<(), StoreError> {
        if self.down.load(Ordering::SeqCst) {
            Err(StoreError::Unavailable(SERVER.into()))
        } else {
            Ok(())
        }
    }
}

impl DedupStore for Switched {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        self.is_up()?;
        DedupStore::claim(&self.store, key, content, owner, lease).await
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        self.is_up()?;
        DedupStore::settle(&self.store, lease, end, retain).await
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        self.is_up()?;
        DedupStore::extend(&self.store, lease, by).await
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        self.is_up()?;
        DedupStore::look(&self.store, key).await
    }

    fn promises(&self) -> Promises {
        let promises = DedupStore::promises(&self.store);
        Promises {
            survives_restart: promises.survives_restart || self.survives_restart,
            ..promises
        }
    }

    crate::forward_calls!(store: settled, held, findings);
}
