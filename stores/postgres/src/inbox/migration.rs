//! [`Migration`]: what [`PostgresInbox::migrate`] does on one connection.

use hookgate::dedup::StoreError;
use hookgate_store_kit::Failure;
use sqlx::PgConnection;

use super::{PostgresInbox, core::Core, names::Names, schema};
use crate::{
    PostgresStore, Table,
    fault::failure,
    lock::LockLimit,
    migration::LIMIT,
    row,
    session::{self, Ask},
};

struct Migration<'a>(&'a Core);

impl Ask for Migration<'_> {
    type Answer = ();

    async fn ask(&self, connection: &mut PgConnection) -> Result<(), Failure> {
        let lock = LockLimit::of_call(LIMIT);
        let found = session::read(connection, lock.ahead_of(schema::found(&self.0.names))).await;
        let comment: Option<String> = match found.map_err(failure)? {
            Some(row) => Some(row::get(&row, 0)?),
            None => None,
        };
        if comment.as_deref().is_none_or(schema::is_old) {
            // Sent as one message, the script is one transaction. It may wait for other instances' turns.
            let made = session::write(
                connection,
                lock.ahead_of_script(schema::script(&self.0.names)),
            )
            .await;
            made.map_err(failure)?;
            if self.0.store.statements().prepared().is_some() {
                // There were no tables yet when this connection was opened.
                let prepare = self.0.sql.prepare().join("; ");
                let _ = session::write(connection, lock.ahead_of(prepare)).await;
            }
        }
        Ok(())
    }
}

impl PostgresInbox {
    /// The SQL that [`migrate`](Self::migrate) runs, for tables of the default names. A role that may create tables can run
    /// it. The application's role then needs `SELECT`, `INSERT`, `UPDATE`, `DELETE` and `TRUNCATE` on the tables, and
    /// `USAGE` and `SELECT` on the sequence.
    pub fn schema() -> String {
        Self::schema_of(&super::builder::default_tables(), &Table::default())
    }

    /// The same for tables of other names: those of the inbox, and the one of claims and marks.
    pub fn schema_of(tables: &Table, dedup: &Table) -> String {
        let names = Names::new(tables.clone(), dedup);
        format!(
            "{}\n{}",
            PostgresStore::schema_of(dedup),
            schema::script(&names)
        )
    }

    /// Creates the tables, or brings them up to date, those of claims and marks included. Several instances may do so at
    /// once. What is up to date, or of a later release, is left as it is, and the role then only needs to read.
    ///
    /// # Errors
    ///
    /// When the role may not create tables, or the server did not answer or refused.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.core().store.migrate().await?;
        let migration = Migration(self.core());
        session::ask(self.core().pool(), LIMIT, &migration).await
    }
}
