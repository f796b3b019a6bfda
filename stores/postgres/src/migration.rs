//! [`Migration`]: what [`PostgresStore::migrate`](crate::PostgresStore::migrate) does on one connection.

use sqlx::PgConnection;

use crate::{
    fault::Failure,
    introduction::Introduction,
    row, schema,
    session::{self, Ask},
    statements::Statements,
};

/// Creates the table, or brings it up to date, where it is not.
pub(crate) struct Migration<'a>(pub(crate) &'a Statements);

impl Ask for Migration<'_> {
    type Answer = ();

    async fn ask(&self, connection: &mut PgConnection) -> Result<(), Failure> {
        let table = self.0.table();
        let found = session::read(connection, schema::version(table)).await?;
        let up_to_date = found
            .is_some_and(|row| row::text(&row).is_ok_and(|version| version == schema::VERSION));
        if !up_to_date {
            // Sent as one message, the script is one transaction. It may wait for other instances' turns.
            session::write(connection, schema::script(table)).await?;
        }
        // There was no table yet when this connection was opened.
        Introduction(self.0).ask(connection).await
    }
}
