//! [`SqliteExpectations`]: what is awaited, in a table.
//!
//! | file | holds |
//! | --- | --- |
//! | `sql` | the table and the statements |

mod sql;

use std::{fmt, path::Path, sync::Arc, time::Duration};

use hookgate::{
    dedup::{OwnerToken, Promises, Settled, StoreError},
    polling::{
        AskDue, Due, DueBatch, Expectation, ExpectationKey, Expectations, Expecting, Heard, Rate,
        Turn,
    },
};
use hookgate_store_kit::{
    limits::{CALL_TIMEOUT, lock_timeout},
    rounding::{left, millis},
};
use sqlx::{
    AssertSqlSafe, Executor, Row, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow},
};

use self::sql::{NAME, Sql};
use crate::{
    OpenError, Table,
    fault::SQLITE,
    row::{attempt, get},
    session::{Asked, Call},
    start,
};

/// What is awaited, in a SQLite file. Cheap to clone; all clones are one store.
///
/// It may be the file of a [`SqliteStore`](crate::SqliteStore), or another one. A row holds the process's id and the
/// tenant's, until the process has ended.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use hookgate_sqlite::SqliteExpectations;
///
/// let expectations = SqliteExpectations::open("/var/lib/app/webhooks.db").await?;
/// # let _ = expectations;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SqliteExpectations(Arc<Inner>);

struct Inner {
    pool: SqlitePool,
    table: Table,
    sql: Sql,
    call_timeout: Duration,
}

/// Settings of a [`SqliteExpectations`]. Every one has a default.
#[derive(Debug, Clone)]
#[must_use]
pub struct SqliteExpectationsBuilder {
    table: Option<Table>,
    call_timeout: Duration,
}

impl SqliteExpectationsBuilder {
    /// The table. Default: `hookgate_expectations`.
    pub fn table(mut self, table: Table) -> Self {
        self.table = Some(table);
        self
    }

    /// How long a call may take, the wait for its turn to write included. Default: 2 s.
    pub fn call_timeout(mut self, limit: Duration) -> Self {
        self.call_timeout = limit;
        self
    }

    /// Opens the file at `path`, and makes it and the table where they are missing.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or is no database.
    pub async fn open(self, path: impl AsRef<Path>) -> Result<SqliteExpectations, OpenError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(lock_timeout(self.call_timeout));
        // One connection: a file has one writer at a time.
        let pool = || {
            let pool = SqlitePoolOptions::new()
                .max_connections(1)
                .acquire_timeout(self.call_timeout)
                .test_before_acquire(false);
            let options = options.clone();
            async move { pool.connect_with(options).await }
        };
        let pool = start::until_it_has_its_turn(self.call_timeout, pool).await?;
        let expectations = self.pool(pool)?;
        expectations.migrate().await?;
        Ok(expectations)
    }

    /// Uses the application's own pool. Call [`SqliteExpectations::migrate`], or run [`SqliteExpectations::schema`] with the
    /// application's migrations.
    ///
    /// # Errors
    ///
    /// Never with a table that was given.
    pub fn pool(self, pool: SqlitePool) -> Result<SqliteExpectations, OpenError> {
        let table = self.table.map_or_else(|| Table::new(NAME), Ok)?;
        Ok(SqliteExpectations(Arc::new(Inner {
            sql: Sql::new(&table),
            pool,
            table,
            call_timeout: self.call_timeout,
        })))
    }
}

impl SqliteExpectations {
    /// Opens the file at `path`, with defaults for everything else.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or is no database.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::builder().open(path).await
    }

    /// Settings: the table and the limit of a call.
    pub fn builder() -> SqliteExpectationsBuilder {
        SqliteExpectationsBuilder {
            table: None,
            call_timeout: CALL_TIMEOUT,
        }
    }

    /// What [`migrate`](Self::migrate) runs.
    pub fn schema(&self) -> String {
        sql::script(&self.0.table)
    }

    /// Creates the table where it is missing.
    ///
    /// # Errors
    ///
    /// When the database could not do it.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let Inner { pool, table, .. } = &*self.0;
        let create = async || {
            let is_there = sqlx::raw_sql(AssertSqlSafe(sql::is_there(table)));
            if is_there.fetch_one(pool).await?.try_get(0)? {
                return Ok(());
            }
            let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
            tx.execute(sqlx::raw_sql(AssertSqlSafe(sql::script(table))))
                .await?;
            tx.commit().await
        };
        start::until_it_has_its_turn(self.0.call_timeout, create).await
    }

    /// Awaits a process within `tx`, beside the application's own row: [`Fallback::expectation`] makes the value. Both commit
    /// together, so no process is started that nobody awaits.
    ///
    /// `tx` must be on the file that has the table. Begin it with `pool.begin_with("BEGIN IMMEDIATE")`.
    ///
    /// # Errors
    ///
    /// When the database could not do it. Roll `tx` back then.
    ///
    /// [`Fallback::expectation`]: hookgate::polling::Fallback::expectation
    pub async fn expect_in(
        &self,
        tx: &mut SqliteConnection,
        one: &Expectation,
    ) -> Result<Expecting, StoreError> {
        Ok(expecting(&self.asked_expect(one).run(tx).await?))
    }

    fn asked_expect(&self, one: &Expectation) -> Asked {
        Asked::new(&self.0.sql.expect)
            .bytes(Some(one.key.as_bytes()))
            .text(Some(&one.endpoint))
            .bytes(one.tenant.as_deref().map(str::as_bytes))
            .bytes(Some(one.id.as_bytes()))
            .number(millis(one.first_after))
            .number(millis(one.give_up_after))
    }

    async fn ask(&self, asked: Asked) -> Result<Vec<SqliteRow>, StoreError> {
        let call = Call::within(self.0.call_timeout);
        asked.on(&self.0.pool, call).await
    }
}

fn expecting(rows: &[SqliteRow]) -> Expecting {
    if rows.is_empty() {
        Expecting::Known
    } else {
        Expecting::New
    }
}

fn settled(rows: &[SqliteRow]) -> Settled {
    if rows.is_empty() {
        Settled::LeaseLost
    } else {
        Settled::Ok
    }
}

/// One row of what is due, after the time at which it was.
fn due(row: &SqliteRow, ask: &AskDue<'_>) -> Result<(i64, Due), StoreError> {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| SQLITE.unexpected());
    let key: Vec<u8> = get(row, 0)?;
    let key = key.try_into().map_err(|_| SQLITE.unexpected())?;
    let tenant: Option<Vec<u8>> = get(row, 1)?;
    let due = Due {
        key: ExpectationKey::from_bytes(key),
        owner: ask.owner,
        tenant: tenant.map(text).transpose()?.map(Into::into),
        id: text(get(row, 2)?)?.into(),
        asked: attempt(row, 3)?,
        age: left(get(row, 4)?),
        left: left(get(row, 5)?),
    };
    Ok((get(row, 6)?, due))
}

impl fmt::Debug for SqliteExpectations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteExpectations")
            .field("table", &self.0.table)
            .finish_non_exhaustive()
    }
}

impl Expectations for SqliteExpectations {
    async fn expect(&self, one: &Expectation) -> Result<Expecting, StoreError> {
        Ok(expecting(&self.ask(self.asked_expect(one)).await?))
    }

    async fn due(&self, ask: AskDue<'_>) -> Result<DueBatch, StoreError> {
        let asked = Asked::new(&self.0.sql.due)
            .text(Some(ask.endpoint))
            .owner(&ask.owner)
            .number(millis(ask.lasts))
            .number(i64::try_from(ask.limit).unwrap_or(i64::MAX));
        let rows = self.ask(asked).await?;
        let rows = rows.iter().map(|row| due(row, &ask));
        let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
        // An update returns its rows in any order.
        rows.sort_by_key(|(was_due, _)| *was_due);
        let next = Asked::new(&self.0.sql.next).text(Some(ask.endpoint));
        let next = self.ask(next).await?;
        let next = next.first().map(|row| get(row, 0)).transpose()?;
        Ok(DueBatch {
            rows: rows.into_iter().map(|(_, due)| due).collect(),
            next_due: next.map(left),
        })
    }

    async fn postpone(
        &self,
        due: &Due,
        by: Duration,
        was_asked: bool,
    ) -> Result<Settled, StoreError> {
        let asked = Asked::new(&self.0.sql.postpone)
            .bytes(Some(due.key.as_bytes()))
            .owner(&due.owner)
            .number(millis(by))
            .number(was_asked.into());
        Ok(settled(&self.ask(asked).await?))
    }

    async fn end(&self, due: &Due) -> Result<Settled, StoreError> {
        let asked = Asked::new(&self.0.sql.end)
            .bytes(Some(due.key.as_bytes()))
            .owner(&due.owner);
        Ok(settled(&self.ask(asked).await?))
    }

    async fn turn(&self, rate: &Rate, patience: Duration) -> Result<Turn, StoreError> {
        let key = ExpectationKey::of_rate(rate.name());
        let asked = Asked::new(&self.0.sql.turn)
            .bytes(Some(key.as_bytes()))
            .bytes(Some(rate.name().as_bytes()))
            .number(millis(rate.pause()))
            .number(millis(patience));
        if let Some(row) = self.ask(asked).await?.first() {
            return Ok(Turn::In(left(get(row, 0)?)));
        }
        let taken = Asked::new(&self.0.sql.taken).bytes(Some(key.as_bytes()));
        let rows = self.ask(taken).await?;
        let wait = rows.first().map(|row| get(row, 0)).transpose()?;
        Ok(Turn::Later(left(wait.unwrap_or(0))))
    }

    async fn hold(&self, rate: &Rate, lasts: Duration) -> Result<(), StoreError> {
        let asked = Asked::new(&self.0.sql.hold)
            .bytes(Some(ExpectationKey::of_rate(rate.name()).as_bytes()))
            .bytes(Some(rate.name().as_bytes()))
            .number(millis(lasts));
        self.ask(asked).await.map(drop)
    }

    async fn heard(&self, endpoint: &str) -> Result<(), StoreError> {
        let asked = Asked::new(&self.0.sql.heard)
            .bytes(Some(ExpectationKey::of_silence(endpoint).as_bytes()))
            .bytes(Some(endpoint.as_bytes()));
        self.ask(asked).await.map(drop)
    }

    async fn last_heard(&self, endpoint: &str) -> Result<Heard, StoreError> {
        let key = ExpectationKey::of_silence(endpoint);
        let last = || Asked::new(&self.0.sql.last_heard).bytes(Some(key.as_bytes()));
        let rows = self.ask(last()).await?;
        if let Some(row) = rows.first() {
            return Ok(Heard {
                ago: left(get(row, 0)?),
                is_told: attempt(row, 1)? > 0,
            });
        }
        let watched = Asked::new(&self.0.sql.watched)
            .bytes(Some(key.as_bytes()))
            .bytes(Some(endpoint.as_bytes()));
        self.ask(watched).await?;
        Ok(Heard {
            ago: Duration::ZERO,
            is_told: false,
        })
    }

    async fn tell(
        &self,
        endpoint: &str,
        is_silent: bool,
        after: Duration,
        owner: OwnerToken,
    ) -> Result<bool, StoreError> {
        let sql = &self.0.sql;
        let asked = Asked::new(if is_silent {
            &sql.silent
        } else {
            &sql.heard_again
        });
        let asked = asked
            .bytes(Some(ExpectationKey::of_silence(endpoint).as_bytes()))
            .number(millis(after))
            .owner(&owner);
        Ok(!self.ask(asked).await?.is_empty())
    }

    async fn open(&self, endpoint: &str) -> Result<u64, StoreError> {
        let asked = Asked::new(&self.0.sql.open).text(Some(endpoint));
        let rows = self.ask(asked).await?;
        let count: Option<i64> = rows.first().map(|row| get(row, 0)).transpose()?;
        Ok(u64::try_from(count.unwrap_or(0)).unwrap_or(0))
    }

    fn promises(&self) -> Promises {
        Promises::durable()
    }
}
