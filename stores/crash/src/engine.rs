//! The inbox and the application's table, in one database.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use hookgate::{
    LeaseHandle,
    inbox::{BoxInbox, Filter, Inbox, Listed},
};
use hookgate_postgres::{PostgresInbox, PostgresStore};
use hookgate_sqlite::{SqliteInbox, SqliteStore};
use sqlx::{
    Executor, PgPool, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{
    Result,
    dying::{Death, Mortal},
};

/// So long the rest may take once everything was sent.
const PATIENCE: Duration = Duration::from_secs(180);
const LOOK: Duration = Duration::from_millis(20);
/// Enough to see what they have in common.
const SHOWN: usize = 10;
/// SQLite's own default, in pages.
const CHECKPOINTS: &str = "1000";
const CHECKPOINT_TRIES: usize = 100;
const EFFECTS: &str = "CREATE TABLE IF NOT EXISTS effects (event BIGINT NOT NULL)";
const INSERT: &str = "INSERT INTO effects VALUES ($1)";
const COUNTED: &str = "SELECT event, count(*) FROM effects GROUP BY event";

/// The inbox and the application's pool.
#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite(SqliteInbox, SqlitePool),
    Postgres(PostgresInbox, PgPool),
}

impl Engine {
    /// Makes what is missing.
    pub(crate) async fn create(url: &str) -> Result<Self> {
        let engine = Self::open(url).await?;
        match &engine {
            Self::Sqlite(inbox, pool) => {
                inbox.migrate().await?;
                pool.execute(EFFECTS).await?;
            }
            Self::Postgres(inbox, pool) => {
                inbox.migrate().await?;
                pool.execute(EFFECTS).await?;
            }
        }
        Ok(engine)
    }

    pub(crate) async fn open(url: &str) -> Result<Self> {
        if url.starts_with("sqlite:") {
            return Self::open_sqlite(url, CHECKPOINTS).await;
        }
        let pool = postgres(url).await?;
        let inbox = PostgresInbox::with_pool(pool.clone()).await?;
        Ok(Self::Postgres(inbox, pool))
    }

    /// A file of SQLite's whose commits never move pages from the write-ahead log to the database.
    pub(crate) async fn open_without_checkpoints(url: &str) -> Result<Self> {
        Self::open_sqlite(url, "0").await
    }

    async fn open_sqlite(url: &str, checkpoint_after: &'static str) -> Result<Self> {
        let options: SqliteConnectOptions = url.parse()?;
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("wal_autocheckpoint", checkpoint_after);
        let pool = SqlitePoolOptions::new().max_connections(8);
        let pool = pool.connect_with(options).await?;
        let inbox = SqliteInbox::with_pool(pool.clone()).await?;
        Ok(Self::Sqlite(inbox, pool))
    }

    /// The inbox of a process that dies.
    pub(crate) fn inbox(&self, death: Death) -> BoxInbox {
        match self.clone() {
            Self::Sqlite(inner, _) => BoxInbox::new(Mortal { inner, death }),
            Self::Postgres(inner, _) => BoxInbox::new(Mortal { inner, death }),
        }
    }

    /// In a transaction with the end of its event. `before_commit` is called in it.
    pub(crate) async fn commit_with_end(
        &self,
        event: i64,
        lease: &LeaseHandle,
        before_commit: impl FnOnce(),
    ) -> Result<()> {
        match self {
            Self::Sqlite(inbox, pool) => {
                let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
                sqlx::query(INSERT).bind(event).execute(&mut *tx).await?;
                inbox.settle_in(&mut tx, lease).await?;
                before_commit();
                tx.commit().await?;
            }
            Self::Postgres(inbox, pool) => {
                let mut tx = pool.begin().await?;
                sqlx::query(INSERT).bind(event).execute(&mut *tx).await?;
                inbox.settle_in(&mut tx, lease).await?;
                before_commit();
                tx.commit().await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn commit(&self, event: i64) -> Result<()> {
        match self {
            Self::Sqlite(_, pool) => sqlx::query(INSERT)
                .bind(event)
                .execute(pool)
                .await
                .map(drop)?,
            Self::Postgres(_, pool) => {
                sqlx::query(INSERT)
                    .bind(event)
                    .execute(pool)
                    .await
                    .map(drop)?;
            }
        }
        Ok(())
    }

    /// Moves all pages from SQLite's write-ahead log to the database. The next commit begins the log anew.
    pub(crate) async fn checkpoint(&self) -> Result<()> {
        const CHECKPOINT: &str = "PRAGMA wal_checkpoint(RESTART)";
        let pool = self.sqlite()?;
        for _ in 0..CHECKPOINT_TRIES {
            let (is_busy, pages, moved): (i64, i64, i64) =
                sqlx::query_as(CHECKPOINT).fetch_one(pool).await?;
            if is_busy == 0 && pages == moved {
                return Ok(());
            }
        }
        Err("readers kept the write-ahead log from being moved".into())
    }

    /// Whether SQLite finds nothing wrong with its file.
    pub(crate) async fn is_whole(&self) -> Result<bool> {
        let found: String = sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_one(self.sqlite()?)
            .await?;
        Ok(found == "ok")
    }

    /// The state of each key.
    pub(crate) async fn states(&self) -> Result<HashMap<Vec<u8>, i64>> {
        let states: Vec<(Vec<u8>, i64)> =
            sqlx::query_as("SELECT event_key, state FROM hookgate_dedup")
                .fetch_all(self.sqlite()?)
                .await?;
        Ok(states.into_iter().collect())
    }

    pub(crate) async fn close(self) {
        match self {
            Self::Sqlite(_, pool) => pool.close().await,
            Self::Postgres(_, pool) => pool.close().await,
        }
    }

    fn sqlite(&self) -> Result<&SqlitePool> {
        match self {
            Self::Sqlite(_, pool) => Ok(pool),
            Self::Postgres(..) => Err("this is of SQLite alone".into()),
        }
    }

    /// How often each event had its effect.
    pub(crate) async fn effects(&self) -> Result<BTreeMap<i64, i64>> {
        let rows: Vec<(i64, i64)> = match self {
            Self::Sqlite(_, pool) => sqlx::query_as(COUNTED).fetch_all(pool).await?,
            Self::Postgres(_, pool) => sqlx::query_as(COUNTED).fetch_all(pool).await?,
        };
        Ok(rows.into_iter().collect())
    }

    /// What waits or runs, and what is dead.
    pub(crate) async fn kept(&self) -> Result<(u64, u64)> {
        let totals = match self {
            Self::Sqlite(inbox, _) => inbox.totals().await?,
            Self::Postgres(inbox, _) => inbox.totals().await?,
        };
        let queued = totals.iter().map(|it| it.queued).sum();
        Ok((queued, totals.iter().map(|it| it.dead).sum()))
    }

    /// The first of what waits or runs, and their endpoints.
    pub(crate) async fn waiting(&self) -> Result<String> {
        let (rows, totals) = match self {
            Self::Sqlite(inbox, _) => (first_queued(inbox).await?, inbox.totals().await?),
            Self::Postgres(inbox, _) => (first_queued(inbox).await?, inbox.totals().await?),
        };
        let rows = rows.iter().map(|row| {
            format!(
                "\n  {:?}, attempt {}, {} failures, {} vanished",
                row.stands, row.attempt, row.failures, row.vanished
            )
        });
        Ok(format!("{totals:?}{}", rows.collect::<String>()))
    }
}

async fn first_queued(inbox: &impl Inbox) -> Result<Vec<Listed>> {
    Ok(inbox.list(&Filter::queued(), None, SHOWN).await?.rows)
}

/// Waits until the inbox holds nothing that waits or runs.
pub(crate) async fn drained(engine: &Engine) -> Result<()> {
    let begun = Instant::now();
    loop {
        // The pool may hold connections that broke meanwhile.
        let kept = engine.kept().await;
        if matches!(kept, Ok((0, _))) {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            let waiting = engine.waiting().await?;
            return Err(format!("after three minutes the inbox still holds: {waiting}").into());
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Claims on the same table, as an instance without an inbox makes them.
pub(crate) enum Claims {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

impl Claims {
    pub(crate) async fn open(url: &str) -> Result<(Self, Engine)> {
        let engine = Engine::open(url).await?;
        let claims = match &engine {
            Engine::Sqlite(_, pool) => Self::Sqlite(SqliteStore::with_pool(pool.clone())),
            Engine::Postgres(_, pool) => Self::Postgres(PostgresStore::with_pool(pool.clone())),
        };
        Ok((claims, engine))
    }
}

async fn postgres(url: &str) -> Result<PgPool> {
    let pool = PgPoolOptions::new().max_connections(16);
    Ok(pool.connect(url).await?)
}
