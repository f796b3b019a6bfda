//! What goes on in the background: payloads of what is done are erased, and dead letters after their time.

use std::time::Duration;

use hookgate::dedup::StoreError;
use hookgate_store_kit::{Prune, Pruned, prune};

use super::{Inner, PostgresInbox, core::Core};

/// What the background is told.
#[derive(Debug)]
pub(super) struct Upkeep {
    pub(super) dead_letters_for: Option<Duration>,
}

impl PostgresInbox {
    /// Removes rows that ended, erases payloads of what is done, and dead letters after their time. Returns how many marks
    /// and dead letters went. A task of the inbox's does it by itself every minute. Several instances share the work.
    ///
    /// Payloads lie in tables that are emptied whole, each six hours after it was begun. So what is done is erased within
    /// seven hours, unless somebody keeps a table from being emptied by a transaction that has read it.
    ///
    /// # Errors
    ///
    /// When the server did not answer or refused. What was removed until then stays removed.
    pub async fn prune(&self) -> Result<u64, StoreError> {
        let marks = self.core().store.prune().await?;
        Ok(marks.saturating_add(prune(&*self.0).await?))
    }
}

impl Prune for Inner {
    const BATCH: u32 = 200;
    const WHOSE: &str = "inbox";

    async fn prune_batch(&self) -> Result<Pruned, StoreError> {
        self.core.turn_the_ring().await?;
        self.core.fold_counts().await?;
        let batch = Self::BATCH as usize;
        let gone = match self.upkeep.dead_letters_for {
            Some(age) => self.core.erase(age, batch).await?,
            None => 0,
        };
        Ok(Pruned::of(gone, Self::BATCH))
    }
}

impl Core {
    /// Each batch of accepts and of ends adds a row of its own, so that none waits for another's.
    async fn fold_counts(&self) -> Result<(), StoreError> {
        let count = &self.names.count;
        let sql = format!(
            "WITH g AS (DELETE FROM {count} WHERE ctid IN (SELECT ctid FROM {count} LIMIT 20000 FOR UPDATE SKIP LOCKED) \
                 RETURNING *) \
             INSERT INTO {count} (endpoint, queued, dead, quarantined, quarantined_bytes) \
             SELECT endpoint, sum(queued), sum(dead), sum(quarantined), sum(quarantined_bytes) FROM g GROUP BY endpoint"
        );
        self.text(sql).await?;
        Ok(())
    }
}
