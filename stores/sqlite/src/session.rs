//! One statement.

use std::{sync::Arc, time::Duration};

use hookgate::{ContentDigest, EventKey, StoreError, dedup::OwnerToken};
use sqlx::{
    AssertSqlSafe, Executor, Sqlite, SqliteConnection, SqlitePool,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};

use crate::{fault::store_error, statements::kept};

/// A statement with its values.
pub(crate) struct Asked(Query<'static, Sqlite, SqliteArguments>);

impl Asked {
    /// `sql` is one of the store's own: constant text and a validated name.
    pub(crate) fn new(sql: &Arc<str>) -> Self {
        Self(sqlx::query(AssertSqlSafe(sql.clone())))
    }

    pub(crate) fn key(self, key: &EventKey) -> Self {
        Self(self.0.bind(key.as_bytes().to_vec()))
    }

    pub(crate) fn owner(self, owner: &OwnerToken) -> Self {
        Self(self.0.bind(owner.as_bytes().to_vec()))
    }

    pub(crate) fn content(self, content: Option<&ContentDigest>) -> Self {
        Self(self.0.bind(kept(content)))
    }

    pub(crate) fn number(self, number: i64) -> Self {
        Self(self.0.bind(number))
    }

    /// Runs it on a connection of `pool`, within `limit`, the wait for a connection included.
    pub(crate) async fn on(
        self,
        pool: &SqlitePool,
        limit: Duration,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        let run = async {
            let mut connection = pool.acquire().await.map_err(store_error)?;
            self.run(&mut connection).await
        };
        tokio::time::timeout(limit, run)
            .await
            .unwrap_or(Err(StoreError::Timeout))
    }

    /// The rows are read to the end: SQLite commits after the last one, and can still fail then.
    pub(crate) async fn run(
        self,
        connection: &mut SqliteConnection,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        connection.fetch_all(self.0).await.map_err(store_error)
    }
}
