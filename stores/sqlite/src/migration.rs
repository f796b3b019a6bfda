//! What [`SqliteStore::migrate`](crate::SqliteStore::migrate) does.

use sqlx::{AssertSqlSafe, Executor, Row};

use crate::{schema, store::Pools, table::Table};

/// Creates the table, or adds what it lacks, in one transaction.
pub(crate) async fn run(pools: &Pools, table: &Table) -> Result<(), sqlx::Error> {
    let is_there = AssertSqlSafe(schema::is_there(table));
    let found = sqlx::raw_sql(is_there).fetch_one(&pools.readers).await?;
    if found.try_get(0)? {
        return Ok(());
    }
    let mut tx = pools.writer.begin_with("BEGIN IMMEDIATE").await?;
    tx.execute(sqlx::raw_sql(AssertSqlSafe(schema::script(table))))
        .await?;
    let lacks_notes = AssertSqlSafe(schema::lacks_notes(table));
    let lacks_notes = sqlx::raw_sql(lacks_notes).fetch_one(&mut *tx).await?;
    if lacks_notes.try_get(0)? {
        let add = AssertSqlSafe(schema::add_notes(table));
        tx.execute(sqlx::raw_sql(add)).await?;
    }
    tx.commit().await
}
