//! One statement on one connection of a pool.

use std::time::Duration;

use hookgate::StoreError;
use sqlx::{
    AssertSqlSafe, Executor, PgConnection, PgPool, Postgres, pool::PoolConnection, postgres::PgRow,
};
use tokio::time::{Instant, timeout_at};

use crate::fault::Failure;

/// Runs `sql` within `limit`, waits for a connection included.
///
/// Repeated on another connection where the first turns out to be broken: after a restart of the server,
/// every connection that the pool kept is. A statement whose answer is lost may have run; all of the
/// store's carry their owner's token and may run again.
pub(crate) async fn ask(
    pool: &PgPool,
    limit: Duration,
    sql: String,
) -> Result<Option<PgRow>, StoreError> {
    let deadline = Instant::now() + limit;
    let mut kept = pool.size();
    loop {
        match once(pool, deadline, sql.clone()).await {
            Ok(row) => return Ok(row),
            Err(failure) if failure.repeat && kept > 0 => kept -= 1,
            Err(failure) => return Err(failure.error),
        }
    }
}

async fn once(pool: &PgPool, deadline: Instant, sql: String) -> Result<Option<PgRow>, Failure> {
    let mut session = timeout_at(deadline, Session::open(pool))
        .await
        .map_err(|_| Failure::timeout())??;
    let answer = timeout_at(deadline, session.run(sql))
        .await
        .map_err(|_| Failure::timeout())?;
    if answer
        .as_ref()
        .map_or_else(|failure| !failure.repeat, |_| true)
    {
        session.keep();
    }
    answer
}

/// Runs `sql` on a connection of the application's. The answer is read to its end: a row may come before
/// the commit fails.
pub(crate) async fn run(
    connection: &mut PgConnection,
    sql: String,
) -> Result<Option<PgRow>, Failure> {
    // Digests, tokens, numbers and a validated name: see `statements`.
    let sql = sqlx::raw_sql(AssertSqlSafe(sql));
    Ok(connection.fetch_optional(sql).await?)
}

/// A connection that goes back to its pool only when its statement ended. Dropped before, because it broke,
/// took too long or was given up, it is closed: the pool would wait for the rest of the answer, and on a
/// connection that has gone silent that can take a quarter of an hour.
struct Session(Option<PoolConnection<Postgres>>);

impl Session {
    async fn open(pool: &PgPool) -> Result<Self, Failure> {
        Ok(Self(Some(pool.acquire().await?)))
    }

    async fn run(&mut self, sql: String) -> Result<Option<PgRow>, Failure> {
        match &mut self.0 {
            Some(connection) => run(connection, sql).await,
            None => Err(Failure::unexpected()),
        }
    }

    fn keep(mut self) {
        self.0.take();
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(connection.detach());
        }
    }
}
