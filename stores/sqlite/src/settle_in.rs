//! Settling inside the application's transaction: its writes and the mark commit together.

use hookgate::{
    LeaseHandle,
    dedup::{End, Settled},
};
use hookgate_store_kit::{SettleError, settle_in};
use sqlx::SqliteConnection;

use crate::{SqliteStore, row};

impl SqliteStore {
    /// Marks the event as processed in `tx`, so that the handler's writes and the mark commit together:
    /// the effect happens exactly once.
    ///
    /// It ends the heartbeat and writes only if nobody has taken the event over. From then on until the end of
    /// `tx` nobody else writes to the file, so nobody can. A lease that lapsed while `tx` waited for its turn to
    /// write is not lost. Call it last, just before the commit.
    ///
    /// After the commit, the middleware's own settle finds the mark and is done. If the transaction is rolled
    /// back, that settle decides by the handler's outcome. Return an error, and the event is released.
    ///
    /// `tx` must be on the file that has the store's table. Begin it with
    /// `pool.begin_with("BEGIN IMMEDIATE")`: a transaction that has only read when this is called may be
    /// refused the turn to write.
    ///
    /// # Errors
    ///
    /// When the lease is lost, or the database could not do it. Roll `tx` back then.
    pub async fn settle_in(
        &self,
        tx: &mut SqliteConnection,
        lease: &LeaseHandle,
    ) -> Result<(), SettleError> {
        let settle = async {
            let mark = self.asked_settle_in(lease.granted(), End::Processed, lease.retain());
            if !mark.run(tx).await?.is_empty() {
                return Ok(Settled::Ok);
            }
            match self.asked_own_end(lease.granted()).run(tx).await?.first() {
                Some(row) if row::is_own_mark(row)? => Ok(Settled::Ok),
                _ => Ok(Settled::LeaseLost),
            }
        };
        settle_in(lease, self.call_timeout(), settle).await
    }
}
