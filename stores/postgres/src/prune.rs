//! Rows that ended go away in the background.

use hookgate::dedup::StoreError;
use hookgate_store_kit::{Prune, Pruned, prune};

use crate::{PostgresStore, row, session, store::Inner};

impl PostgresStore {
    /// Removes the rows that ended, in small batches, and returns how many there were. A task of the store's
    /// does it by itself every minute. Several instances share the work.
    ///
    /// # Errors
    ///
    /// When the server did not answer or refused. Rows that were removed until then stay removed.
    pub async fn prune(&self) -> Result<u64, StoreError> {
        prune(&*self.0).await
    }
}

impl Prune for Inner {
    /// It is over in milliseconds.
    const BATCH: u32 = 1000;
    const WHOSE: &str = "dedup store";

    async fn prune_batch(&self) -> Result<Pruned, StoreError> {
        let prune = self.statements.prune(Self::BATCH);
        let gone = match session::ask(&self.pool, self.call_timeout, &prune).await? {
            Some(row) => row::count(&row)?,
            None => 0,
        };
        Ok(Pruned::of(gone, Self::BATCH))
    }
}
