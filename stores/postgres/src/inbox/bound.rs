//! [`Bound`]: a statement whose values travel beside its text.
//!
//! Whatever came from outside goes this way. It stands in no text, so it reaches neither `pg_stat_activity` nor the
//! server's log. The statement has no name, and runs between `BEGIN` and `COMMIT`: a proxy that pools by transaction
//! leaves the connection alone for as long.

use hookgate_store_kit::Failure;
use sqlx::{
    AssertSqlSafe, Executor, PgConnection,
    postgres::{PgArguments, PgRow},
};

use crate::{
    fault::{POSTGRES, failure},
    lock::LockLimit,
    session::{self, Ask},
};

/// A statement, and how its values are bound each time it is tried.
pub(super) struct Bound<B> {
    pub(super) sql: String,
    pub(super) bind: B,
    pub(super) lock: LockLimit,
    /// What is to run before it, in a statement of its own.
    pub(super) before: Option<String>,
}

impl<B> Ask for Bound<B>
where
    B: Fn() -> Result<PgArguments, sqlx::error::BoxDynError> + Sync,
{
    type Answer = Vec<PgRow>;

    async fn ask(&self, connection: &mut PgConnection) -> Result<Vec<PgRow>, Failure> {
        let before = self.before.as_deref().unwrap_or_default();
        let begin = format!(
            "BEGIN; SET LOCAL lock_timeout = {lock}; SET LOCAL enable_seqscan = off; {before}",
            lock = self.lock
        );
        session::write(connection, begin).await.map_err(failure)?;
        let arguments = (self.bind)().map_err(|_| POSTGRES.unexpected())?;
        let query = sqlx::query_with(AssertSqlSafe(self.sql.clone()), arguments).persistent(false);
        let answer = connection.fetch_all(query).await;
        let end = if answer.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = session::write(connection, end.to_owned()).await;
        let rows = answer.map_err(failure)?;
        ended.map_err(failure)?;
        Ok(rows)
    }
}
