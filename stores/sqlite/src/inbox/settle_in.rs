//! Ending an event inside the application's transaction: its writes and the mark commit together.

use hookgate::{LeaseHandle, dedup::End};
use hookgate_store_kit::{SettleError, settle_in};
use sqlx::SqliteConnection;

use super::{SqliteInbox, ends::Erase, held, op::Held, turn::Turn};
use crate::fault::store_error;

impl SqliteInbox {
    /// Marks the event as processed in `tx`, so that the handler's writes and the mark commit together: the effect happens
    /// exactly once. The call is the same inline and in a worker.
    ///
    /// It ends the heartbeat and writes only if nobody has taken the event over. From then on until the end of `tx` nobody
    /// else writes to the file, so nobody can. A lease that lapsed while `tx` waited for its turn to write is not lost. Call
    /// it last, just before the commit.
    ///
    /// After the commit, the worker's own settle finds the mark and is done. If the transaction is rolled back, that settle
    /// decides by the handler's outcome.
    ///
    /// `tx` must be on the file of the inbox. Begin it with `pool.begin_with("BEGIN IMMEDIATE")`: a transaction that has
    /// only read when this is called may be refused the turn to write. What was accepted is erased soon after, by the
    /// inbox's own connection, which overwrites what it removes.
    ///
    /// # Errors
    ///
    /// When the lease is lost, or the database could not do it. Roll `tx` back then.
    pub async fn settle_in(
        &self,
        tx: &mut SqliteConnection,
        lease: &LeaseHandle,
    ) -> Result<(), SettleError> {
        let inner = &*self.0;
        if !lease.granted().is_of_work() {
            return inner.store.settle_in(tx, lease).await;
        }
        let settle = async {
            let mut turn = Turn::new(tx, &inner.sql, &inner.endpoints);
            // A takeover would have had to write before `tx` could. So what is there is held, lapsed or not.
            let held = Held {
                judged: i64::MIN,
                ..held(lease.granted())
            };
            let end = End::Processed;
            let settled = turn.settle(&held, end, lease.retain(), Erase::Later).await;
            let settled = settled.map_err(store_error)?;
            turn.finish().await.map_err(store_error)?;
            Ok(settled)
        };
        settle_in(lease, inner.call_timeout, settle).await
    }
}
