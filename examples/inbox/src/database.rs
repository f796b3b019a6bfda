//! The inbox and the application's own table, in one database.

use std::collections::BTreeMap;

use hookgate::{LeaseHandle, inbox::Inbox};
use hookgate_postgres::PostgresInbox;
use hookgate_sqlite::SqliteInbox;
use sqlx::{
    Executor, PgPool, Row, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::Result;

/// A schema of its own, so that it touches nothing else and can be dropped whole.
const SCHEMA: &str = "hookgate_inbox_example";
const EFFECTS: &str =
    "CREATE TABLE effects (endpoint TEXT NOT NULL, id TEXT NOT NULL, attempt INTEGER NOT NULL)";

/// The inbox, and a pool for the application.
#[derive(Clone)]
pub(crate) enum Database {
    Sqlite {
        inbox: SqliteInbox,
        pool: SqlitePool,
    },
    Postgres {
        inbox: PostgresInbox,
        pool: PgPool,
    },
}

/// What a handler did.
pub(crate) struct Effect {
    pub(crate) endpoint: String,
    pub(crate) id: String,
    pub(crate) attempt: u32,
}

impl Database {
    /// Makes all tables.
    pub(crate) async fn create(url: &str) -> Result<Self> {
        if !is_sqlite(url) {
            let pool = PgPool::connect(url).await?;
            let fresh = format!("DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}");
            pool.execute(sqlx::AssertSqlSafe(fresh)).await?;
        }
        let database = Self::open(url).await?;
        match &database {
            Self::Sqlite { inbox, pool } => {
                inbox.migrate().await?;
                pool.execute(EFFECTS).await?;
            }
            Self::Postgres { inbox, pool } => {
                inbox.migrate().await?;
                pool.execute(EFFECTS).await?;
            }
        }
        Ok(database)
    }

    /// Opens what was made.
    pub(crate) async fn open(url: &str) -> Result<Self> {
        if is_sqlite(url) {
            let options: SqliteConnectOptions = url.parse()?;
            let options = options
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full);
            let pool = SqlitePoolOptions::new().max_connections(8);
            let pool = pool.connect_with(options).await?;
            let inbox = SqliteInbox::with_pool(pool.clone()).await?;
            return Ok(Self::Sqlite { inbox, pool });
        }
        let options: PgConnectOptions = url.parse()?;
        let options = options.options([("search_path", SCHEMA)]);
        let pool = PgPoolOptions::new().max_connections(16);
        let pool = pool.connect_with(options).await?;
        let inbox = PostgresInbox::with_pool(pool.clone()).await?;
        Ok(Self::Postgres { inbox, pool })
    }

    /// Removes what was made. SQLite's folder goes with the program.
    pub(crate) async fn remove(self) -> Result<()> {
        if let Self::Postgres { pool, .. } = self {
            let drop = format!("DROP SCHEMA {SCHEMA} CASCADE");
            pool.execute(sqlx::AssertSqlSafe(drop)).await?;
        }
        Ok(())
    }

    /// The effect and the end of its event, in one commit: either both are there or neither.
    pub(crate) async fn commit_with_end(&self, effect: &Effect, lease: &LeaseHandle) -> Result<()> {
        match self {
            Self::Sqlite { inbox, pool } => {
                let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
                effect.sqlite().execute(&mut *tx).await?;
                inbox.settle_in(&mut tx, lease).await?;
                tx.commit().await?;
            }
            Self::Postgres { inbox, pool } => {
                let mut tx = pool.begin().await?;
                effect.postgres().execute(&mut *tx).await?;
                inbox.settle_in(&mut tx, lease).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    /// The effect alone.
    pub(crate) async fn commit(&self, effect: &Effect) -> Result<()> {
        match self {
            Self::Sqlite { pool, .. } => effect.sqlite().execute(pool).await.map(drop)?,
            Self::Postgres { pool, .. } => effect.postgres().execute(pool).await.map(drop)?,
        }
        Ok(())
    }

    pub(crate) async fn effects(&self) -> Result<Vec<Effect>> {
        const ALL: &str = "SELECT endpoint, id, attempt FROM effects";
        Ok(match self {
            Self::Sqlite { pool, .. } => {
                let rows = sqlx::query(ALL).fetch_all(pool).await?;
                rows.iter().map(|row| effect(row)).collect::<Result<_>>()?
            }
            Self::Postgres { pool, .. } => {
                let rows = sqlx::query(ALL).fetch_all(pool).await?;
                rows.iter().map(|row| effect(row)).collect::<Result<_>>()?
            }
        })
    }

    /// How many events wait or run.
    pub(crate) async fn queued(&self) -> Result<u64> {
        Ok(self.totals().await?.iter().map(|it| it.1).sum())
    }

    /// How many dead letters each endpoint has.
    pub(crate) async fn dead(&self) -> Result<BTreeMap<String, usize>> {
        let totals = self.totals().await?.into_iter();
        totals
            .map(|(endpoint, _, dead)| Ok((endpoint, usize::try_from(dead)?)))
            .collect()
    }

    /// Each endpoint's name, what is queued and what is dead.
    async fn totals(&self) -> Result<Vec<(String, u64, u64)>> {
        let totals = match self {
            Self::Sqlite { inbox, .. } => inbox.totals().await?,
            Self::Postgres { inbox, .. } => inbox.totals().await?,
        };
        let each = totals.into_iter();
        Ok(each
            .map(|it| (it.endpoint.to_string(), it.queued, it.dead))
            .collect())
    }
}

fn is_sqlite(url: &str) -> bool {
    url.starts_with("sqlite:")
}

fn effect<R>(row: &R) -> Result<Effect>
where
    R: Row,
    usize: sqlx::ColumnIndex<R>,
    for<'r> String: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    for<'r> i32: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    Ok(Effect {
        endpoint: row.try_get(0)?,
        id: row.try_get(1)?,
        attempt: u32::try_from(row.try_get::<i32, _>(2)?)?,
    })
}

impl Effect {
    const INSERT: &str = "INSERT INTO effects VALUES ($1, $2, $3)";

    fn sqlite(&self) -> sqlx::query::Query<'_, sqlx::Sqlite, sqlx::sqlite::SqliteArguments> {
        let query = sqlx::query(Self::INSERT).bind(&self.endpoint);
        query.bind(&self.id).bind(i64::from(self.attempt))
    }

    fn postgres(&self) -> sqlx::query::Query<'_, sqlx::Postgres, sqlx::postgres::PgArguments> {
        let query = sqlx::query(Self::INSERT).bind(&self.endpoint);
        query
            .bind(&self.id)
            .bind(i32::try_from(self.attempt).unwrap_or(i32::MAX))
    }
}
