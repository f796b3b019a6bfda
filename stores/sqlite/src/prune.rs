//! Rows that ended go away in the background.

use hookgate::dedup::StoreError;
use hookgate_store_kit::{Prune, Pruned, prune};

use crate::{
    SqliteStore,
    session::{Asked, Call},
    store::Inner,
};

impl SqliteStore {
    /// Removes the rows that ended, in small batches, and returns how many there were. A task of the
    /// store's does it by itself every minute.
    ///
    /// # Errors
    ///
    /// When the database could not do it. Rows that were removed until then stay removed.
    pub async fn prune(&self) -> Result<u64, StoreError> {
        prune(&*self.0).await
    }
}

impl Prune for Inner {
    /// Claims do not notice its turn to write.
    const BATCH: u32 = 500;
    const WHOSE: &str = "dedup store";

    async fn prune_batch(&self) -> Result<Pruned, StoreError> {
        let prune = Asked::new(&self.statements.prune).number(Self::BATCH.into());
        let call = Call::within(self.call_timeout);
        let gone = prune.on(&self.pools.writer, call).await?;
        Ok(Pruned::of(gone.len() as u64, Self::BATCH))
    }
}
