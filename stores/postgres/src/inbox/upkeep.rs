//! What goes on in the background: payloads of what is done are erased, and dead letters after their time.

use std::time::Duration;

use hookgate::dedup::StoreError;
use hookgate_store_kit::{Prune, Pruned, prune};

use super::{Inner, PostgresInbox, core::Core};
use crate::row;

/// Rows of counts that a statement puts together. An accept or an end adds one, so a busy minute adds many times as many.
const FOLDED_AT_ONCE: u64 = 20_000;

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
        let marks = self.core().store.prune().await;
        let letters = prune(&*self.0).await;
        Ok(marks?.saturating_add(letters?))
    }
}

impl Prune for Inner {
    const BATCH: u32 = 200;
    const WHOSE: &str = "inbox";

    /// All dead letters are erased at once, since what fails here must not keep the rest waiting for another minute.
    async fn prune_batch(&self) -> Result<Pruned, StoreError> {
        let turned = self.core.turn_the_ring().await;
        let folded = self.core.fold_counts().await;
        let erased = self.erase_old().await;
        let gone = turned.and(folded).and(erased)?;
        Ok(Pruned::of(gone, Self::BATCH))
    }
}

impl Inner {
    async fn erase_old(&self) -> Result<u64, StoreError> {
        let Some(age) = self.upkeep.dead_letters_for else {
            return Ok(0);
        };
        let mut erased = 0_u64;
        loop {
            let gone = self.core.erase(age, Self::BATCH as usize).await?;
            erased = erased.saturating_add(gone);
            if gone < u64::from(Self::BATCH) {
                return Ok(erased);
            }
        }
    }
}

impl Core {
    /// Each batch of accepts and of ends adds a row of its own, so that none waits for another's. They are put together
    /// faster than they come: whoever asks for totals reads all that are left.
    async fn fold_counts(&self) -> Result<(), StoreError> {
        let count = &self.names.count;
        let sql = format!(
            "WITH g AS (DELETE FROM {count} WHERE ctid IN (SELECT ctid FROM {count} LIMIT {FOLDED_AT_ONCE} \
                 FOR UPDATE SKIP LOCKED) RETURNING *), \
             sums AS (INSERT INTO {count} (endpoint, queued, dead, quarantined, quarantined_bytes) \
                 SELECT endpoint, sum(queued), sum(dead), sum(quarantined), sum(quarantined_bytes) FROM g \
                 GROUP BY endpoint RETURNING endpoint) \
             SELECT (SELECT count(*) FROM g), (SELECT count(*) FROM sums)"
        );
        loop {
            let rows = self.text(sql.clone()).await?;
            let row = rows.first().ok_or(StoreError::Timeout)?;
            let (gone, sums) = (row::count(row)?, row::get::<i64>(row, 1)?.unsigned_abs());
            // With as many endpoints there is nothing left to be put together.
            if gone < FOLDED_AT_ONCE || sums >= gone {
                return Ok(());
            }
        }
    }
}
