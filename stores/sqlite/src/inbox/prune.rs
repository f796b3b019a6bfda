//! What goes on in the background: what has ended is erased, and dead letters after their time.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use hookgate::dedup::StoreError;
use hookgate_store_kit::{Prune, Pruned, prune};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{Inner, SqliteInbox, op::Op};
use crate::fault::store_error;

/// How often the write-ahead log is emptied. What was erased from the tables may stand in it until then.
const EMPTIED_EVERY: Duration = Duration::from_secs(3600);
/// How long that waits for others. They wait for it meanwhile.
const EMPTYING_WAITS: Duration = Duration::from_millis(50);

/// What the background keeps in mind.
#[derive(Debug)]
pub(super) struct Upkeep {
    pub(super) dead_letters_for: Option<Duration>,
    pub(super) options: SqliteConnectOptions,
    pub(super) emptied: Mutex<Instant>,
}

impl Upkeep {
    pub(super) fn new(dead_letters_for: Option<Duration>, options: &SqliteConnectOptions) -> Self {
        Self {
            dead_letters_for,
            options: options.clone().busy_timeout(EMPTYING_WAITS),
            emptied: Mutex::new(Instant::now()),
        }
    }

    fn is_due(&self) -> bool {
        let emptied = self.emptied.lock().unwrap_or_else(PoisonError::into_inner);
        emptied.elapsed() >= EMPTIED_EVERY
    }

    /// Empties the write-ahead log, where no reader needs it. `false` where one does.
    async fn empty(&self) -> Result<bool, sqlx::Error> {
        let mut connection = SqliteConnection::connect_with(&self.options).await?;
        let row = sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&mut connection)
            .await?;
        connection.close().await?;
        let is_busy: bool = super::get(&row, 0)?;
        if !is_busy {
            let mut emptied = self.emptied.lock().unwrap_or_else(PoisonError::into_inner);
            *emptied = Instant::now();
        }
        Ok(!is_busy)
    }
}

impl SqliteInbox {
    /// Erases what has ended and dead letters after their time, and returns how much that was. A task of the inbox's does
    /// it by itself every minute.
    ///
    /// Erased bytes are overwritten, and the write-ahead log is emptied. `false` says that a reader kept it from that:
    /// erased data may stand in it until a later call.
    ///
    /// # Errors
    ///
    /// When the database could not do it. What was erased until then stays erased.
    pub async fn prune(&self) -> Result<(u64, bool), StoreError> {
        let erased = prune(&*self.0).await?;
        let is_empty = self.0.upkeep.empty().await.map_err(store_error)?;
        Ok((erased, is_empty))
    }
}

impl Prune for Inner {
    const BATCH: u32 = 500;
    const WHOSE: &str = "inbox";

    async fn prune_batch(&self) -> Result<Pruned, StoreError> {
        let mut pruned = self.committer.submit(Op::Tidy).await?.pruned()?;
        if let Some(age) = self.upkeep.dead_letters_for {
            let erase = Op::Erase(age, Self::BATCH);
            let dead = self.committer.submit(erase).await?.pruned()?;
            pruned.rows = pruned.rows.saturating_add(dead.rows);
            pruned.is_full |= dead.is_full;
        }
        if self.upkeep.is_due() {
            self.upkeep.empty().await.map_err(store_error)?;
        }
        Ok(pruned)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use sqlx::AssertSqlSafe;

    use super::*;

    /// Events that ended in applications' transactions, with a payload of 1 MiB each.
    async fn ended(inbox: &SqliteInbox, count: u32) {
        let mut connection = SqliteConnection::connect_with(&inbox.0.upkeep.options)
            .await
            .unwrap();
        let sql = format!(
            "WITH RECURSIVE n AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM n WHERE n < {count}) \
             INSERT INTO hookgate_inbox_event SELECT n, x'', 1, '', '', NULL, 1, 0, 0, zeroblob(1048576), NULL, NULL FROM n; \
             INSERT INTO hookgate_inbox_ended SELECT number FROM hookgate_inbox_event"
        );
        let run = sqlx::raw_sql(AssertSqlSafe(sql));
        run.execute(&mut connection).await.unwrap();
    }

    /// Each run that fails leaves one.
    #[tokio::test]
    async fn what_was_given_back_is_known_for_a_while_and_then_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let inbox = SqliteInbox::open(folder.path().join("file")).await.unwrap();
        let mut connection = SqliteConnection::connect_with(&inbox.0.upkeep.options)
            .await
            .unwrap();
        let notes = "INSERT INTO hookgate_inbox_returned \
             SELECT randomblob(16), randomblob(32), (unixepoch('subsec') - column1) * 1000 \
             FROM (VALUES (0), (600), (1000), (90000))";
        sqlx::raw_sql(notes).execute(&mut connection).await.unwrap();
        inbox.prune().await.unwrap();
        let left = sqlx::query_scalar("SELECT count(*) FROM hookgate_inbox_returned");
        let left: i64 = left.fetch_one(&mut connection).await.unwrap();
        assert_eq!(left, 2);
    }

    #[tokio::test]
    async fn a_turn_erases_few_bytes_and_pruning_takes_as_many_as_it_needs() {
        let folder = tempfile::tempdir().unwrap();
        let inbox = SqliteInbox::open(folder.path().join("file")).await.unwrap();
        let tidy = async || {
            let pruned = inbox.ask_writer(Op::Tidy).await.unwrap().pruned().unwrap();
            (pruned.rows, pruned.is_full)
        };
        ended(&inbox, 9).await;
        for expected in [(4, true), (4, true), (1, false), (0, false)] {
            assert_eq!(tidy().await, expected);
        }
        ended(&inbox, 9).await;
        let (erased, _) = inbox.prune().await.unwrap();
        assert_eq!((erased, tidy().await), (9, (0, false)));
    }
}
