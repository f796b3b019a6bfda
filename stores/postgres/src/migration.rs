//! [`Migration`]: what [`PostgresStore::migrate`](crate::PostgresStore::migrate) does on one connection.

use std::time::Duration;

use hookgate_store_kit::Failure;
use sqlx::PgConnection;

use crate::{
    fault::failure,
    introduction::Introduction,
    lock::LockLimit,
    row,
    schema::{self, Age},
    session::{self, Ask},
    statements::Statements,
};

/// A migration happens at start, when nobody waits for an answer.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// Creates the table, or brings it up to date, where it is not.
pub(crate) struct Migration<'a>(pub(crate) &'a Statements);

impl Ask for Migration<'_> {
    type Answer = ();

    async fn ask(&self, connection: &mut PgConnection) -> Result<(), Failure> {
        let table = self.0.table();
        let lock = LockLimit::of_call(LIMIT);
        let found = session::read(connection, lock.ahead_of(schema::found(table))).await;
        match found
            .map_err(failure)?
            .map_or(Ok(Age::Old), |row| row::age(&row))?
        {
            Age::Old => {
                // Sent as one message, the script is one transaction. It may wait for other instances' turns.
                let made =
                    session::write(connection, lock.ahead_of_script(schema::script(table))).await;
                made.map_err(failure)?;
            }
            Age::Newer => mention(),
            Age::Current => {}
        }
        // There was no table yet when this connection was opened.
        Introduction(self.0).ask(connection).await
    }
}

#[cfg(feature = "tracing")]
fn mention() {
    tracing::info!(
        target: "hookgate",
        "the dedup store's table is of a later release: it is left as it is"
    );
}

#[cfg(not(feature = "tracing"))]
fn mention() {}
