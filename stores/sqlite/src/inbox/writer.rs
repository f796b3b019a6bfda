//! [`Writer`]: the one that writes, batch after batch.

use std::{collections::HashSet, sync::Arc, time::Instant};

use hookgate::{
    dedup::{End, Settled, StoreError},
    inbox::Accept,
};
use hookgate_store_kit::{Commit, Failed, Merge, Pruned};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::{Mutex, Notify};

use super::{
    ends::{Erase, Holder},
    op::{Done, Op},
    sql::Sql,
    turn::{Endpoints, Turn},
    waits::Waits,
};
use crate::{
    fault::{had_no_turn, is_of_a_value, store_error},
    session::Asked,
};

/// The most rows that one turn of tidying removes.
const TIDIED: u32 = 500;

/// The one that writes. A file has one writer at a time, so all that an inbox writes goes through its one connection, many
/// calls in one transaction.
pub(super) struct Writer {
    pub(super) options: SqliteConnectOptions,
    pub(super) connection: Mutex<Option<SqliteConnection>>,
    pub(super) sql: Arc<Sql>,
    pub(super) endpoints: Arc<Endpoints>,
    pub(super) due: Arc<Notify>,
    pub(super) waits: Arc<Waits>,
}

impl Commit for Writer {
    const STORE: &str = "sqlite_inbox";

    type Item = Op;
    type Answer = Done;

    fn bytes(op: &Op) -> Option<usize> {
        op.bytes()
    }

    async fn commit(&self, ops: &[Op]) -> Result<Vec<Done>, Failed> {
        let all = async |turn: &mut Turn<'_>| all(turn, ops).await;
        self.in_turn(all).await.map_err(|error| {
            let of_a_value = is_of_a_value(&error);
            let error = store_error(error);
            if of_a_value {
                Failed::Item(error)
            } else {
                Failed::Engine(error)
            }
        })
    }

    async fn refused(&self, op: &Op, error: StoreError) -> Result<Done, StoreError> {
        let Op::Accept(entry, _) = op else {
            return Err(error);
        };
        let aside = async |turn: &mut Turn<'_>| turn.set_aside(entry).await;
        let accept = self.in_turn(aside).await.map_err(store_error)?;
        Ok(Done::Accept(accept))
    }
}

impl Writer {
    /// Does `work` in one transaction, which writes from its start.
    async fn in_turn<T>(
        &self,
        work: impl AsyncFnOnce(&mut Turn<'_>) -> Result<T, sqlx::Error>,
    ) -> Result<T, sqlx::Error> {
        let mut place = self.connection.lock().await;
        let mut connection = match place.take() {
            Some(connection) => connection,
            None => SqliteConnection::connect_with(&self.options).await?,
        };
        let done = self.on(&mut connection, work).await;
        // A full disk ends a transaction by itself, and leaves a connection that believes to be in one. So one that has
        // failed is closed, unless it only had no turn.
        if done.as_ref().err().is_none_or(had_no_turn) {
            *place = Some(connection);
        }
        done
    }

    async fn on<T>(
        &self,
        connection: &mut SqliteConnection,
        work: impl AsyncFnOnce(&mut Turn<'_>) -> Result<T, sqlx::Error>,
    ) -> Result<T, sqlx::Error> {
        let asked = Instant::now();
        let begun = connection.begin_with("BEGIN IMMEDIATE").await;
        let now = Instant::now();
        self.waits.note(now.duration_since(asked), now);
        let mut tx = begun?;
        let mut turn = Turn::new(&mut tx, &self.sql, &self.endpoints);
        let done = work(&mut turn).await?;
        turn.finish().await?;
        let ended = turn.close();
        tx.commit().await?;
        self.endpoints.learn(ended.named);
        if ended.woke {
            self.due.notify_waiters();
        }
        Ok(done)
    }
}

/// Accepts first: they are one statement after the other, for all of them.
async fn all(turn: &mut Turn<'_>, ops: &[Op]) -> Result<Vec<Done>, sqlx::Error> {
    // The first one's time does for all: who waited for less is a moment late.
    turn.judged = ops.iter().filter_map(Op::judged).min().unwrap_or(turn.now);
    let entries = ops.iter().filter_map(|op| match op {
        Op::Accept(entry, _) => Some(entry),
        _ => None,
    });
    let mut merge = Merge::of(entries);
    while let Some(round) = merge.round() {
        let accepted = turn.accept(&round).await?;
        merge.answered(&accepted).map_err(unanswered)?;
    }
    let mut accepted = merge.answers().map_err(unanswered)?.into_iter();
    let mut ended = settle_many(turn, ops).await?;
    let mut done = Vec::with_capacity(ops.len());
    for op in ops {
        done.push(match op {
            Op::Settle(held, end, _)
                if *end != End::Release && ended.remove(&(held.key, held.owner)) =>
            {
                Done::Settled(Settled::Ok)
            }
            op => one(turn, op, &mut accepted).await?,
        });
    }
    Ok(done)
}

/// Ends all lines that leave a mark. Answers those that were held.
async fn settle_many(turn: &mut Turn<'_>, ops: &[Op]) -> Result<HashSet<Holder>, sqlx::Error> {
    let marks = ops.iter().filter_map(|op| match op {
        Op::Settle(held, end, retain) if *end != End::Release => Some((held, *end, *retain)),
        _ => None,
    });
    let marks: Vec<_> = marks.collect();
    // One is as quick by itself.
    if marks.len() < 2 {
        return Ok(HashSet::new());
    }
    turn.settle_many(&marks).await
}

fn unanswered(_: StoreError) -> sqlx::Error {
    sqlx::Error::RowNotFound
}

async fn one(
    turn: &mut Turn<'_>,
    op: &Op,
    accepted: &mut impl Iterator<Item = Accept>,
) -> Result<Done, sqlx::Error> {
    Ok(match op {
        Op::Accept(..) => Done::Accept(accepted.next().ok_or(sqlx::Error::RowNotFound)?),
        Op::Quarantine(entry, cap, _) => Done::Quarantine(turn.quarantine(entry, *cap).await?),
        Op::Lease(ask) => Done::Outlook(turn.lease(ask).await?),
        Op::Extend(held, by) => Done::Settled(turn.extend(held, *by).await?),
        Op::Settle(held, end, retain) => {
            Done::Settled(turn.settle(held, *end, *retain, Erase::Now).await?)
        }
        Op::GiveBack(held, delay, counts, error) => {
            let error = error.as_deref();
            Done::Settled(turn.give_back(held, *delay, *counts, error).await?)
        }
        Op::Bury(held, reason, error) => {
            Done::Settled(turn.bury(held, *reason, error.as_deref()).await?)
        }
        Op::Promote(order) => {
            turn.promote(order).await?;
            turn.woke = true;
            Done::Nothing
        }
        Op::Pause(name, pause) => {
            turn.pause(name, *pause).await?;
            Done::Nothing
        }
        Op::Resume(name) => {
            turn.resume(name).await?;
            Done::Nothing
        }
        Op::Hold(name, is_held) => {
            turn.hold(name, *is_held).await?;
            Done::Nothing
        }
        Op::Replay(key, why) => Done::Bool(turn.replay(key, why).await?),
        Op::Discard(key) => Done::Bool(turn.discard(key).await?),
        Op::Erase(age, limit) => Done::Pruned(turn.erase(*age, *limit).await?),
        Op::Tidy => Done::Pruned(turn.tidy().await?),
    })
}

/// In milliseconds, so long it is known that a line was given back. A worker repeats its call for as long as a lease, which is
/// 30 seconds unless told otherwise. One that comes later is told that its lease is lost, and it is: the line is another's.
const RETURNED_STAY: i64 = 15 * 60_000;

impl Turn<'_> {
    /// Erases what ended in applications' transactions or was too much at once, and notes that nobody asks for any more.
    async fn tidy(&mut self) -> Result<Pruned, sqlx::Error> {
        let [erase, forget] = &self.sql.prune_ended;
        self.run(Asked::new(erase).number(TIDIED.into())).await?;
        let ended = self.run(Asked::new(forget).number(TIDIED.into())).await?;
        let old = Asked::new(&self.sql.prune_returned)
            .number(self.now.saturating_sub(RETURNED_STAY))
            .number(TIDIED.into());
        let old = self.run(old).await?;
        let left = self.run(Asked::new(&self.sql.has_ended)).await?;
        Ok(Pruned {
            rows: ended.len() as u64,
            is_full: !left.is_empty() || old.len() >= TIDIED as usize,
        })
    }
}
