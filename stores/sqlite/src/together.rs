//! [`Together`]: what several callers write, in one transaction.

use std::{sync::Arc, time::Duration};

use hookgate::{
    EventKey,
    dedup::{End, Lease, OwnerToken, StoreError},
    pack::ContentDigest,
};
use hookgate_store_kit::{Bounds, Commit, Failed, RowState, rounding::millis};
use sqlx::{Connection, Sqlite, SqlitePool, pool::PoolConnection, sqlite::SqliteRow};

use crate::{
    fault::{had_no_turn, is_of_a_value, store_error},
    session::Asked,
    statements::Statements,
};

/// A file has one writer, so one caller writes by itself, or one batch is written. A batch has the file for as long as its
/// statements take, some tens of microseconds each, and all other processes wait.
pub(crate) const BOUNDS: Bounds = Bounds::USUAL.items(256).alone(1);

/// What a call of the store writes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Write {
    Claim {
        key: EventKey,
        owner: OwnerToken,
        content: Option<ContentDigest>,
        lease: Duration,
        /// See [`Call::last_moment`](crate::session::Call::last_moment).
        until: i64,
    },
    Settle {
        key: EventKey,
        owner: OwnerToken,
        end: End,
        retain: Duration,
    },
}

impl Write {
    pub(crate) fn settle(lease: &Lease, end: End, retain: Duration) -> Self {
        Self::Settle {
            key: *lease.key(),
            owner: *lease.owner(),
            end,
            retain,
        }
    }

    /// Its statement, with its values.
    pub(crate) fn asked(&self, statements: &Statements) -> Asked {
        match self {
            Self::Claim {
                key,
                owner,
                content,
                lease,
                until,
            } => Asked::new(&statements.claim)
                .key(key)
                .owner(owner)
                .content(content.as_ref())
                .number(millis(*lease))
                .number(*until),
            Self::Settle {
                key,
                owner,
                end: End::Release,
                ..
            } => Asked::new(&statements.release).key(key).owner(owner),
            Self::Settle {
                key,
                owner,
                end,
                retain,
            } => Asked::new(&statements.settle)
                .key(key)
                .owner(owner)
                .number(RowState::of(*end).number().into())
                .number(millis(*retain)),
        }
    }
}

/// Writes batches. The rows that a statement answers are its caller's.
pub(crate) struct Together {
    pub(crate) pool: SqlitePool,
    pub(crate) statements: Arc<Statements>,
    /// How long a batch may take, the wait for its turn included.
    pub(crate) limit: Duration,
}

impl Commit for Together {
    const STORE: &str = "sqlite";

    type Item = Write;
    type Answer = Vec<SqliteRow>;

    /// Receivers bound how many events are under way.
    fn bytes(_: &Write) -> Option<usize> {
        None
    }

    /// A claim that nobody waits for would only have to be given back.
    fn is_for_its_caller(write: &Write) -> bool {
        matches!(write, Write::Claim { .. })
    }

    async fn commit(&self, writes: &[Write]) -> Result<Vec<Vec<SqliteRow>>, Failed> {
        match tokio::time::timeout(self.limit, self.write(writes)).await {
            Ok(Ok(rows)) => Ok(rows),
            Ok(Err(error)) if is_of_a_value(&error) => Err(Failed::Item(store_error(error))),
            Ok(Err(error)) => Err(Failed::Engine(store_error(error))),
            Err(_) => Err(Failed::Engine(StoreError::Timeout)),
        }
    }

    async fn refused(&self, _: &Write, error: StoreError) -> Result<Vec<SqliteRow>, StoreError> {
        Err(error)
    }
}

impl Together {
    async fn write(&self, writes: &[Write]) -> Result<Vec<Vec<SqliteRow>>, sqlx::Error> {
        let mut session = Session(Some(self.pool.acquire().await?));
        let Some(connection) = &mut session.0 else {
            return Err(sqlx::Error::WorkerCrashed);
        };
        let written = self.write_on(connection, writes).await;
        if written.as_ref().err().is_none_or(had_no_turn) {
            session.0.take();
        }
        written
    }

    async fn write_on(
        &self,
        connection: &mut PoolConnection<Sqlite>,
        writes: &[Write],
    ) -> Result<Vec<Vec<SqliteRow>>, sqlx::Error> {
        // A statement is a transaction by itself.
        if let [alone] = writes {
            let rows = alone.asked(&self.statements).rows(connection).await?;
            return Ok(vec![rows]);
        }
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
        let mut all = Vec::with_capacity(writes.len());
        for write in writes {
            all.push(write.asked(&self.statements).rows(&mut tx).await?);
        }
        tx.commit().await?;
        Ok(all)
    }
}

/// A connection that goes back to its pool only when its transaction ended as it should. A full disk ends a transaction by
/// itself, and leaves a connection that believes to be in one. So one that has failed is closed.
struct Session(Option<PoolConnection<Sqlite>>);

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(connection.detach());
        }
    }
}
