//! Rows that ended go away in the background.

use std::{sync::Weak, time::Duration};

use hookgate::dedup::StoreError;
use tokio::{runtime::Handle, task::AbortHandle};

use crate::{PostgresStore, row, store::Inner};

/// Rows a statement: few enough that it is over in milliseconds.
const BATCH: u32 = 1000;

impl PostgresStore {
    /// Removes the rows that ended, in small batches, and returns how many there were. A task of the store's
    /// does it by itself every minute. Several instances share the work.
    ///
    /// # Errors
    ///
    /// When the server did not answer or refused. Rows that were removed until then stay removed.
    pub async fn prune(&self) -> Result<u64, StoreError> {
        let mut removed = 0_u64;
        loop {
            let gone = match self.ask(&self.statements().prune(BATCH)).await? {
                Some(row) => row::count(&row)?,
                None => 0,
            };
            removed = removed.saturating_add(gone);
            if gone < u64::from(BATCH) {
                return Ok(removed);
            }
        }
    }
}

/// Prunes at this interval, as long as the store is there. Does nothing without a runtime.
pub(crate) fn spawn(store: Weak<Inner>, every: Duration) -> Option<AbortHandle> {
    let runtime = Handle::try_current().ok()?;
    let task = runtime.spawn(async move {
        loop {
            tokio::time::sleep(every).await;
            let Some(store) = PostgresStore::upgrade(&store) else {
                return;
            };
            if let Err(error) = store.prune().await {
                complain(&error);
            }
        }
    });
    Some(task.abort_handle())
}

#[cfg(feature = "tracing")]
fn complain(error: &StoreError) {
    let cause = std::error::Error::source(error).map(tracing::field::display);
    tracing::warn!(target: "hookgate", %error, cause, "old rows of the dedup store could not be removed");
}

#[cfg(not(feature = "tracing"))]
fn complain(_: &StoreError) {}
