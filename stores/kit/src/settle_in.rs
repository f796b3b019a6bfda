//! Settling inside the application's transaction: its writes and the mark commit together.

use std::{future::Future, time::Duration};

use hookgate::{
    LeaseHandle,
    dedup::{Settled, StoreError},
};

/// An event could not be settled inside the application's transaction. Roll it back: whatever the reason, its writes
/// and the mark belong together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettleError {
    /// The lease ended before: another handler may run, or has run.
    #[error("the lease is lost: roll the transaction back")]
    LeaseLost,
    /// The database did not answer, refused, or could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Ends the heartbeat, which would wait for the row that `settle` is about to lock. Then settles within `limit`.
///
/// # Errors
///
/// When the lease is lost, the database could not do it, or `limit` has passed.
pub async fn settle_in(
    lease: &LeaseHandle,
    limit: Duration,
    settle: impl Future<Output = Result<Settled, StoreError>>,
) -> Result<(), SettleError> {
    lease.stop_heartbeat();
    match tokio::time::timeout(limit, settle).await {
        Ok(Ok(Settled::Ok)) => Ok(()),
        Ok(Ok(Settled::LeaseLost)) => Err(SettleError::LeaseLost),
        Ok(Err(error)) => Err(SettleError::Store(error)),
        Err(_) => Err(SettleError::Store(StoreError::Timeout)),
    }
}
