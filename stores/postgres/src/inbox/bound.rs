//! [`Bound`]: a statement whose values travel beside its text.
//!
//! Whatever came from outside goes this way. It stands in no text, so it reaches neither `pg_stat_activity` nor the
//! server's log. The statement has no name, and runs between `BEGIN` and `COMMIT`: a proxy that pools by transaction
//! leaves the connection alone for as long.

use hookgate::dedup::StoreError;
use hookgate_store_kit::Failure;
use sqlx::{
    AssertSqlSafe, Executor, PgConnection,
    postgres::{PgArguments, PgRow},
};

use crate::{
    fault::{POSTGRES, failure, wordless_failure},
    lock::LockLimit,
    session::{self, Ask},
};

/// Nothing here reads a whole table, and no plan is worth compiling to machine code.
pub(super) const PLAN: &str = "SET LOCAL enable_seqscan = off; SET LOCAL jit = off;";

/// Classes of codes: data exceptions, violated constraints, limits of the program.
const REFUSALS: [&str; 3] = ["22", "23", "54"];
const NOT_NULL: &str = "23502";

/// A statement with its values.
pub(crate) struct Bound {
    pub(crate) sql: String,
    pub(crate) values: PgArguments,
    pub(crate) lock: LockLimit,
    /// What is to run before it, in a statement of its own.
    pub(crate) before: Option<String>,
}

impl Ask for Bound {
    type Answer = Result<Vec<PgRow>, Refused>;

    async fn ask(&self, connection: &mut PgConnection) -> Result<Self::Answer, Failure> {
        let before = self.before.as_deref().unwrap_or_default();
        let begin = format!("{} {PLAN} {before}", self.lock.begin());
        session::write(connection, begin).await.map_err(failure)?;
        let query = sqlx::query_with(AssertSqlSafe(self.sql.clone()), self.values.clone());
        let query = query.persistent(false);
        let rows = match connection.fetch_all(query).await {
            Ok(rows) => rows,
            Err(error) => return end(connection, error).await.map_err(wordless_failure),
        };
        let committed = session::write(connection, "COMMIT".to_owned()).await;
        committed.map_err(failure)?;
        Ok(Ok(rows))
    }
}

/// Ends a transaction that has failed. Its connection is of use again.
pub(super) async fn end<T>(
    connection: &mut PgConnection,
    error: sqlx::Error,
) -> Result<Result<T, Refused>, sqlx::Error> {
    session::write(connection, "ROLLBACK".to_owned()).await?;
    match Refused::read(&error) {
        Some(refused) => Ok(Err(refused)),
        None => Err(error),
    }
}

/// The server refuses what a value holds.
#[derive(Debug)]
pub(crate) struct Refused {
    code: String,
}

impl Refused {
    fn read(error: &sqlx::Error) -> Option<Self> {
        let code = error.as_database_error()?.code()?.into_owned();
        REFUSALS
            .iter()
            .any(|class| code.starts_with(class))
            .then_some(Self { code })
    }

    /// A column that must not be empty would have been.
    pub(super) fn is_about_nothing(&self) -> bool {
        self.code == NOT_NULL
    }

    /// Without the server's words: they may show a row.
    pub(crate) fn error(&self) -> StoreError {
        POSTGRES.refused_with(&self.code)
    }
}
