//! Makes a new connection know the prepared statements before they are asked for.
//!
//! Asking for an unknown one costs a round trip and a line in the server's log. Nothing depends on this: behind
//! a proxy, the statement may run on another connection than the introduced one.

use hookgate_store_kit::Failure;
use sqlx::PgConnection;

use crate::{
    session::{self, Ask},
    statements::Statements,
};

/// Introduces a connection. A failure changes nothing.
pub(crate) struct Introduction<'a>(pub(crate) &'a Statements);

impl Ask for Introduction<'_> {
    type Answer = ();

    async fn ask(&self, connection: &mut PgConnection) -> Result<(), Failure> {
        let Some(statements) = self.0.prepared() else {
            return Ok(());
        };
        // Where the table is missing or the statements are known, preparing them would be an error.
        let table = self.0.table();
        let [first, ..] = statements.map(|statement| statement.name());
        let useful = format!(
            "SELECT WHERE to_regclass('{table}') IS NOT NULL \
             AND NOT EXISTS (SELECT FROM pg_prepared_statements WHERE name = '{first}')"
        );
        if let Ok(Some(_)) = session::read(connection, self.0.alone(useful)).await {
            let prepare = statements.map(|statement| statement.prepare()).join("; ");
            let _ = session::write(connection, self.0.alone(prepare)).await;
            // Apart, since its tables may be missing where that one is there.
            let more = self.0.more().join("; ");
            if !more.is_empty() {
                let _ = session::write(connection, self.0.alone(more)).await;
            }
        }
        Ok(())
    }
}
