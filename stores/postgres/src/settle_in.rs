//! Settling inside the application's transaction: its writes and the mark commit together.

use hookgate::{
    LeaseHandle,
    dedup::{End, Settled},
};
use hookgate_store_kit::{SettleError, settle_in};
use sqlx::PgConnection;

use crate::{PostgresStore, fault::failure, row, session};

impl PostgresStore {
    /// Marks the event as processed in `tx`, so that the handler's writes and the mark commit together:
    /// the effect happens exactly once.
    ///
    /// It ends the heartbeat and writes only if this run still holds the lease. From then on until the end of
    /// `tx` nobody can take the event over, since its row is locked. Copies are told that the event is in
    /// progress. Call it last, just before the commit.
    ///
    /// After the commit, the middleware's own settle finds the mark and is done. If the transaction is rolled
    /// back, that settle decides by the handler's outcome. Return an error, and the event is released.
    ///
    /// `tx` must be on the database that has the store's table. It need not come from the store's pool. Use the
    /// isolation level `READ COMMITTED`. At higher levels, a heartbeat after the beginning of `tx` makes this
    /// fail, and the event is handled at the sender's next attempt.
    ///
    /// # Errors
    ///
    /// When the lease is lost, or the server did not answer or refused. Roll `tx` back then.
    pub async fn settle_in(
        &self,
        tx: &mut PgConnection,
        lease: &LeaseHandle,
    ) -> Result<(), SettleError> {
        let settle = async {
            let error = |error| failure(error).error;
            let statements = self.statements();
            let (key, owner) = (lease.granted().key(), lease.granted().owner());
            let mark = statements.settle(key, owner, End::Processed, lease.retain());
            // As text: a prepared statement that the connection does not know would fail `tx`.
            let marked = session::write(tx, mark.text()).await;
            if marked.map_err(error)? > 0 {
                return Ok(Settled::Ok);
            }
            let own_end = session::read(tx, statements.own_end(key, owner)).await;
            match own_end.map_err(error)? {
                Some(row) if row::is_own_mark(&row)? => Ok(Settled::Ok),
                _ => Ok(Settled::LeaseLost),
            }
        };
        settle_in(lease, self.call_timeout(), settle).await
    }
}
