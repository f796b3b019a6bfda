//! [`Durable`]: the promises of a store that is shared and survives restarts.

use std::time::Duration;

use hookgate::{
    EventKey,
    dedup::{Claim, DedupStore, End, Lease, OwnerToken, Promises, Settled, State, StoreError},
    pack::ContentDigest,
};

/// Never called: for what is decided at start.
pub(crate) struct Durable;

impl DedupStore for Durable {
    async fn claim(
        &self,
        _: &EventKey,
        _: Option<&ContentDigest>,
        _: OwnerToken,
        _: Duration,
    ) -> Result<Claim, StoreError> {
        Err(StoreError::Full)
    }

    async fn settle(&self, _: &Lease, _: End, _: Duration) -> Result<Settled, StoreError> {
        Err(StoreError::Full)
    }

    async fn extend(&self, _: &Lease, _: Duration) -> Result<Settled, StoreError> {
        Err(StoreError::Full)
    }

    async fn look(&self, _: &EventKey) -> Result<State, StoreError> {
        Err(StoreError::Full)
    }

    fn promises(&self) -> Promises {
        Promises::durable()
    }
}
