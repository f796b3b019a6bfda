//! Ending an event inside the application's transaction: its writes and the mark commit together.

use hookgate::{
    LeaseHandle,
    dedup::{End, Settled},
};
use hookgate_store_kit::{SettleError, settle_in};
use sqlx::PgConnection;

use super::{
    PostgresInbox,
    ending::{self, Ended},
};
use crate::{fault::failure, row, session};

impl PostgresInbox {
    /// Marks the event as processed in `tx`, so that the handler's writes and the mark commit together: the effect happens
    /// exactly once. The call is the same inline and in a worker.
    ///
    /// It ends the heartbeat and writes only if this run still holds the lease. From then on until the end of `tx` nobody
    /// can take the event over, since its rows are locked. Accepts do not wait for them. Call it last, just before the
    /// commit.
    ///
    /// After the commit, the worker's own settle finds the mark and is done. If the transaction is rolled back, that settle
    /// decides by the handler's outcome.
    ///
    /// `tx` must be on the database that has the inbox's tables. It need not come from the inbox's pool. Use the isolation
    /// level `READ COMMITTED`, as for [`PostgresStore::settle_in`](crate::PostgresStore::settle_in).
    ///
    /// # Errors
    ///
    /// When the lease is lost, or the server did not answer or refused. Roll `tx` back then.
    pub async fn settle_in(
        &self,
        tx: &mut PgConnection,
        lease: &LeaseHandle,
    ) -> Result<(), SettleError> {
        let core = self.core();
        let granted = lease.granted();
        if !granted.is_of_work() {
            return core.store.settle_in(tx, lease).await;
        }
        let settle = async {
            let error = |error| failure(error).error;
            let ended = Ended {
                key: *granted.key(),
                owner: *granted.owner(),
                end: End::Processed,
                retain: lease.retain(),
            };
            // As text: a prepared statement that the connection does not know would fail `tx`.
            let end = core.text_of(&core.sql.settle, ending::values(&[ended]));
            let gone = session::read_all(tx, end).await.map_err(error)?;
            if !gone.is_empty() {
                return Ok(Settled::Ok);
            }
            let own_end = core
                .store
                .statements()
                .own_end(granted.key(), granted.owner());
            let own_end = session::read(tx, own_end).await;
            match own_end.map_err(error)? {
                Some(row) if row::is_own_mark(&row)? => Ok(Settled::Ok),
                _ => Ok(Settled::LeaseLost),
            }
        };
        settle_in(lease, core.limit(), settle).await
    }
}
