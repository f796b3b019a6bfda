//! What goes on in the background: what has ended is erased, and dead letters after their time.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use hookgate::dedup::StoreError;
use hookgate_store_kit::{Prune, prune};
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

    async fn prune_batch(&self) -> Result<u64, StoreError> {
        let tidied = self.committer.submit(Op::Tidy).await?.count()?;
        let erased = match self.upkeep.dead_letters_for {
            Some(age) => {
                let erase = Op::Erase(age, Self::BATCH);
                self.committer.submit(erase).await?.count()?
            }
            None => 0,
        };
        if self.upkeep.is_due() {
            self.upkeep.empty().await.map_err(store_error)?;
        }
        Ok(tidied.max(erased))
    }
}
