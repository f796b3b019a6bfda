//! [`Together`]: what several callers write, in one transaction.

use std::{sync::Arc, time::Duration};

use hookgate::dedup::{End, Lease, StoreError};
use hookgate_store_kit::{
    Bounds, Commit, Failed, RowState, Write,
    rounding::{kept_number, millis},
};
use sqlx::{Sqlite, SqlitePool, pool::PoolConnection, sqlite::SqliteRow};

use crate::{
    fault::{had_no_turn, is_of_a_value, store_error},
    json::{self, Hex},
    row,
    session::Asked,
    statements::Statements,
};

/// A file has one writer, so one caller writes by itself, or one batch is written. A batch has the file for a few
/// milliseconds at most, in which all other processes wait.
pub(crate) const BOUNDS: Bounds = Bounds::USUAL.items(256).alone(1);

/// What a call of the store writes, and until when it may take effect: see
/// [`Call::last_moment`](crate::session::Call::last_moment). An end may at any time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InTime {
    pub(crate) write: Write,
    pub(crate) until: i64,
}

/// Writes of one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Claim,
    Mark,
    Release,
}

/// The attempt of the row that was written, if one was.
pub(crate) type Written = Option<u32>;

impl InTime {
    pub(crate) fn settle(lease: &Lease, end: End, retain: Duration) -> Self {
        Self {
            write: Write::settle(lease, end, retain),
            until: i64::MAX,
        }
    }

    /// Its statement, with its values.
    pub(crate) fn asked(&self, statements: &Statements) -> Asked {
        self.asked_as(match self.kind() {
            Kind::Claim => &statements.claim,
            Kind::Mark => &statements.settle,
            Kind::Release => &statements.release,
        })
    }

    /// A claim, with what keeps it from being granted.
    pub(crate) fn asked_or_held(&self, statements: &Statements) -> Asked {
        self.asked_as(&statements.claim_or_held)
    }

    fn asked_as(&self, sql: &Arc<str>) -> Asked {
        let (key, owner) = self.write.holder();
        let asked = Asked::new(sql).key(&key).owner(&owner);
        match &self.write {
            Write::Claim { content, lease, .. } => asked
                .content(content.as_ref())
                .number(millis(*lease))
                .number(self.until),
            Write::Settle {
                end: End::Release, ..
            } => asked,
            Write::Settle { end, retain, .. } => asked
                .number(RowState::of(*end).number().into())
                .number(millis(*retain)),
        }
    }

    fn kind(&self) -> Kind {
        match &self.write {
            Write::Claim { .. } => Kind::Claim,
            Write::Settle {
                end: End::Release, ..
            } => Kind::Release,
            Write::Settle { .. } => Kind::Mark,
        }
    }

    /// The same values, in JSON.
    fn listed(&self) -> String {
        let (key, owner) = self.write.holder();
        let owner = Hex(owner.as_bytes());
        match &self.write {
            Write::Claim { content, lease, .. } => {
                let content = kept_number(content.as_ref()).map(|number| number.to_string());
                let content = content.as_deref().unwrap_or("null");
                let (lease, until) = (millis(*lease), self.until);
                format!("[\"{key}\",\"{owner}\",{content},{lease},{until}]")
            }
            Write::Settle { end, retain, .. } => {
                let (state, retain) = (RowState::of(*end).number(), millis(*retain));
                format!("[\"{key}\",\"{owner}\",{state},{retain}]")
            }
        }
    }
}

/// What the row says that a statement answers.
pub(crate) fn written(rows: &[SqliteRow]) -> Result<Written, StoreError> {
    rows.first().map(|row| row::attempt(row, 0)).transpose()
}

/// Writes batches.
pub(crate) struct Together {
    /// See [`Pools`](crate::store::Pools).
    pub(crate) prompt: SqlitePool,
    pub(crate) writer: SqlitePool,
    pub(crate) statements: Arc<Statements>,
    /// How long a batch may take, the wait for its turn included.
    pub(crate) limit: Duration,
}

impl Commit for Together {
    const STORE: &str = "sqlite";

    type Item = InTime;
    type Answer = Written;

    /// Receivers bound how many events are under way.
    fn bytes(_: &InTime) -> Option<usize> {
        None
    }

    /// A claim that nobody waits for would only have to be given back.
    fn is_for_its_caller(it: &InTime) -> bool {
        matches!(it.write, Write::Claim { .. })
    }

    async fn commit(&self, writes: &[InTime]) -> Result<Vec<Written>, Failed> {
        match tokio::time::timeout(self.limit, self.write(writes)).await {
            Ok(Ok(written)) => Ok(written),
            Ok(Err(error)) if is_of_a_value(&error) => Err(Failed::Item(store_error(error))),
            Ok(Err(error)) => Err(Failed::Engine(store_error(error))),
            Err(_) => Err(Failed::Engine(StoreError::Timeout)),
        }
    }

    async fn refused(&self, _: &InTime, error: StoreError) -> Result<Written, StoreError> {
        Err(error)
    }
}

impl Together {
    async fn write(&self, writes: &[InTime]) -> Result<Vec<Written>, sqlx::Error> {
        match self.write_in(&self.prompt, writes).await {
            Err(error) if had_no_turn(&error) => self.write_in(&self.writer, writes).await,
            written => written,
        }
    }

    async fn write_in(
        &self,
        pool: &SqlitePool,
        writes: &[InTime],
    ) -> Result<Vec<Written>, sqlx::Error> {
        let mut session = Session(Some(pool.acquire().await?));
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
        writes: &[InTime],
    ) -> Result<Vec<Written>, sqlx::Error> {
        // A statement is a transaction by itself.
        if let [alone] = writes {
            let rows = alone.asked(&self.statements).rows(connection).await?;
            return Ok(vec![written(&rows).map_err(unread)?]);
        }
        let of = |kind| {
            let those = writes.iter().enumerate();
            those.filter(move |(_, it)| it.kind() == kind)
        };
        let listed = |kind| json::list(of(kind).map(|(_, it)| it.listed()));
        let rows = Asked::new(&self.statements.together)
            .text(Some(&listed(Kind::Release)))
            .text(Some(&listed(Kind::Mark)))
            .text(Some(&listed(Kind::Claim)))
            .rows(connection)
            .await?;
        let mut all = vec![None; writes.len()];
        for (kind, row) in [Kind::Mark, Kind::Claim].into_iter().zip(&rows) {
            let those: Vec<_> = of(kind).map(|(at, _)| at).collect();
            for (place, attempt) in row::written(row).map_err(unread)? {
                if let Some(written) = those.get(place).and_then(|at| all.get_mut(*at)) {
                    *written = Some(attempt);
                }
            }
        }
        Ok(all)
    }
}

/// A row that cannot be read.
fn unread(error: StoreError) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}

/// A connection that goes back to its pool only when its transaction ended as it should, or had no turn, which SQLite says
/// before it begins and never after that. Nobody knows whether one that failed, or that nobody waits for any more, is in a
/// transaction still. So it is closed.
struct Session(Option<PoolConnection<Sqlite>>);

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(connection.detach());
        }
    }
}

#[cfg(test)]
#[allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]
mod tests {
    use std::time::Duration;

    use hookgate::{
        EventKey,
        dedup::{Claim, DedupStore, OwnerToken, Settled, State},
    };

    use super::*;
    use crate::{SqliteStore, Table};

    const LEASE: Duration = Duration::from_secs(30);

    fn key(number: u8) -> EventKey {
        EventKey::from_bytes([number; 32])
    }

    fn owner(number: u8) -> OwnerToken {
        OwnerToken::from_bytes([number; 16])
    }

    async fn claim(store: &SqliteStore, number: u8, by: u8) -> Lease {
        match store.claim(&key(number), None, owner(by), LEASE).await {
            Ok(Claim::Won(lease)) => lease,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn each_of_a_batch_has_its_own_answer() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path().join("file")).await.unwrap();
        let [held, released] = [claim(&store, 1, 1).await, claim(&store, 2, 1).await];
        let others = claim(&store, 3, 1).await;
        let lost = Lease::granted(*others.key(), owner(2), 1);
        let absent = Lease::granted(key(4), owner(2), 1);
        let not_held = Lease::granted(key(5), owner(2), 1);

        let asks = |number, by, until| InTime {
            write: Write::Claim {
                key: key(number),
                owner: owner(by),
                content: None,
                lease: LEASE,
            },
            until,
        };
        let ends = |lease: &Lease, end| InTime::settle(lease, end, LEASE);
        let batch = [
            asks(6, 2, i64::MAX),
            asks(6, 3, i64::MAX),
            asks(3, 3, i64::MAX),
            asks(7, 2, 0),
            asks(2, 3, i64::MAX),
            asks(5, 2, i64::MAX),
            ends(&held, End::Processed),
            ends(&lost, End::Processed),
            ends(&absent, End::Processed),
            ends(&released, End::Release),
            ends(&not_held, End::Release),
        ];
        let together = Together {
            prompt: store.0.pools.prompt.clone(),
            writer: store.0.pools.writer.clone(),
            statements: Arc::new(Statements::new(Table::default())),
            limit: LEASE,
        };
        let written = together.commit(&batch).await.unwrap();
        let claims = [Some(1), None, None, None, Some(2), None];
        let marks = [Some(1), None, None];
        assert_eq!(written[..9], [claims.as_slice(), &marks].concat());

        let state = async |number| store.look(&key(number)).await.unwrap();
        assert!(matches!(state(1).await, State::Done));
        for taken in [2, 3, 6] {
            assert!(
                matches!(state(taken).await, State::InProgress { .. }),
                "{taken}"
            );
        }
        for free in [4, 5, 7] {
            assert_eq!(state(free).await, State::Free, "{free}");
        }
        // The one that others hold is still theirs.
        let settled = store.settle(&others, End::Processed, LEASE).await;
        assert_eq!(settled.unwrap(), Settled::Ok);
    }
}
