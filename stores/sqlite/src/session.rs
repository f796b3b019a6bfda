//! One statement.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hookgate::{
    EventKey,
    dedup::{OwnerToken, StoreError},
    pack::ContentDigest,
};
use hookgate_store_kit::rounding::{kept_number, millis};
use sqlx::{
    AssertSqlSafe, Executor, Sqlite, SqliteConnection, SqlitePool,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};
use tokio::time::Instant;

use crate::fault::{had_no_turn, store_error};

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
        Self(self.0.bind(kept_number(content)))
    }

    pub(crate) fn number(self, number: i64) -> Self {
        Self(self.0.bind(number))
    }

    pub(crate) fn optional(self, number: Option<i64>) -> Self {
        Self(self.0.bind(number))
    }

    pub(crate) fn bytes(self, bytes: Option<&[u8]>) -> Self {
        Self(self.0.bind(bytes.map(<[u8]>::to_vec)))
    }

    pub(crate) fn text(self, text: Option<&str>) -> Self {
        Self(self.0.bind(text.map(str::to_owned)))
    }

    /// Runs it on a connection of `pool` before `call` ends, the wait for a connection included.
    pub(crate) async fn on(
        self,
        pool: &SqlitePool,
        call: Call,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        let rows = self.in_turn(pool, call).await?;
        rows.ok_or(StoreError::Timeout)
    }

    /// The same. `None` where it had no turn: it has done nothing then, while a call that ended may have.
    pub(crate) async fn in_turn(
        self,
        pool: &SqlitePool,
        call: Call,
    ) -> Result<Option<Vec<SqliteRow>>, StoreError> {
        let run = async {
            let mut connection = pool.acquire().await?;
            connection.fetch_all(self.0).await
        };
        match tokio::time::timeout_at(call.ends, run).await {
            Ok(Ok(rows)) => Ok(Some(rows)),
            Ok(Err(error)) if had_no_turn(&error) => Ok(None),
            Ok(Err(error)) => Err(store_error(error)),
            Err(_) => Err(StoreError::Timeout),
        }
    }

    /// The rows are read to the end: SQLite commits after the last one, and can still fail then.
    pub(crate) async fn run(
        self,
        connection: &mut SqliteConnection,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        self.rows(connection).await.map_err(store_error)
    }

    /// The same, with the engine's own error.
    pub(crate) async fn rows(
        self,
        connection: &mut SqliteConnection,
    ) -> Result<Vec<SqliteRow>, sqlx::Error> {
        connection.fetch_all(self.0).await
    }
}

/// The time of one call of the store, for all of its statements together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    ends: Instant,
    /// The part of it that a commit, and the way back of its answer, may take.
    margin: Duration,
}

impl Call {
    pub(crate) fn within(limit: Duration) -> Self {
        Self {
            ends: Instant::now() + limit,
            margin: limit / 8,
        }
    }

    /// The same call, given up earlier.
    pub(crate) fn at_most(self, limit: Duration) -> Self {
        let ends = self.ends.min(Instant::now() + limit);
        Self { ends, ..self }
    }

    /// What `work` comes to before the call ends.
    pub(crate) async fn limit<T>(
        self,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let done = tokio::time::timeout_at(self.ends, work).await;
        done.unwrap_or(Err(StoreError::Timeout))
    }

    /// The last moment, in milliseconds since 1970, at which a statement may take effect. A statement that its
    /// caller dropped still waits for its turn to write, and nobody would know what it did.
    ///
    /// # Errors
    ///
    /// When that moment has passed. Nothing may run then.
    pub(crate) fn last_moment(self) -> Result<i64, StoreError> {
        let left = self.ends.saturating_duration_since(Instant::now());
        let left = left.checked_sub(self.margin).filter(|left| !left.is_zero());
        let left = left.ok_or(StoreError::Timeout)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Ok(millis(now.unwrap_or_default().saturating_add(left)))
    }
}
