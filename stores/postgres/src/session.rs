//! One statement on one connection of a pool.

use std::{future::Future, time::Duration};

use hookgate::dedup::StoreError;
use hookgate_store_kit::Failure;
use sqlx::{
    AssertSqlSafe, Executor, PgConnection, PgPool, Postgres, RawSql, pool::PoolConnection,
    postgres::PgRow,
};

use crate::fault::{POSTGRES, failure};

/// A request that can be made on one connection, and repeated on another.
pub(crate) trait Ask: Sync {
    type Answer: Send;

    fn ask(
        &self,
        connection: &mut PgConnection,
    ) -> impl Future<Output = Result<Self::Answer, Failure>> + Send;
}

/// A statement as plain text. Answers its first row.
impl Ask for String {
    type Answer = Option<PgRow>;

    async fn ask(&self, connection: &mut PgConnection) -> Result<Option<PgRow>, Failure> {
        read(connection, self.clone()).await.map_err(failure)
    }
}

/// A statement as plain text. Answers all of its rows.
pub(crate) struct All(pub(crate) String);

impl Ask for All {
    type Answer = Vec<PgRow>;

    async fn ask(&self, connection: &mut PgConnection) -> Result<Vec<PgRow>, Failure> {
        read_all(connection, self.0.clone()).await.map_err(failure)
    }
}

/// Asks `what` within `limit`, the wait for a connection included.
///
/// It is repeated on another connection where the first turns out to be broken: after a restart of the server,
/// every connection that the pool kept is. A statement whose answer is lost may have run. All of the store's
/// carry their owner's token and may run again.
pub(crate) async fn ask<A: Ask>(
    pool: &PgPool,
    limit: Duration,
    what: &A,
) -> Result<A::Answer, StoreError> {
    let asking = async {
        let mut kept = pool.size();
        loop {
            match once(pool, what).await {
                Err(failure) if failure.repeat && kept > 0 => kept -= 1,
                answer => return answer.map_err(|failure| failure.error),
            }
        }
    };
    tokio::time::timeout(limit, asking)
        .await
        .unwrap_or(Err(StoreError::Timeout))
}

async fn once<A: Ask>(pool: &PgPool, what: &A) -> Result<A::Answer, Failure> {
    let mut session = Session::open(pool).await?;
    let answer = session.ask(what).await;
    if !matches!(&answer, Err(failure) if failure.repeat) {
        session.keep();
    }
    answer
}

/// Runs `sql` and returns its first row. The answer is read to its end: a row may come before the commit
/// fails.
pub(crate) async fn read(
    connection: &mut PgConnection,
    sql: String,
) -> Result<Option<PgRow>, sqlx::Error> {
    connection.fetch_optional(raw(sql)).await
}

/// Runs `sql` and returns all of its rows.
pub(crate) async fn read_all(
    connection: &mut PgConnection,
    sql: String,
) -> Result<Vec<PgRow>, sqlx::Error> {
    connection.fetch_all(raw(sql)).await
}

/// Runs `sql` and returns how many rows it wrote.
pub(crate) async fn write(connection: &mut PgConnection, sql: String) -> Result<u64, sqlx::Error> {
    Ok(connection.execute(raw(sql)).await?.rows_affected())
}

/// Digests, tokens, numbers and a validated name: see `statements`.
fn raw(sql: String) -> RawSql {
    sqlx::raw_sql(AssertSqlSafe(sql))
}

/// A connection that goes back to its pool only when its statement ended. A connection that is dropped before
/// is closed, since it broke, took too long or was given up. The pool would wait for the rest of the answer. On
/// a connection that has gone silent that can take a quarter of an hour.
struct Session(Option<PoolConnection<Postgres>>);

impl Session {
    async fn open(pool: &PgPool) -> Result<Self, Failure> {
        let connection = pool.acquire().await.map_err(failure)?;
        Ok(Self(Some(connection)))
    }

    async fn ask<A: Ask>(&mut self, what: &A) -> Result<A::Answer, Failure> {
        match &mut self.0 {
            Some(connection) => what.ask(connection).await,
            None => Err(POSTGRES.unexpected().into()),
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
