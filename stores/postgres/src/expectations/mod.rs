//! [`PostgresExpectations`]: what is awaited, in a table.
//!
//! | file | holds |
//! | --- | --- |
//! | `sql` | the table and the statements |
//! | `builder` | how it is opened |

mod builder;
mod sql;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests;

use std::{fmt, sync::Arc, time::Duration};

use hookgate::{
    dedup::{OwnerToken, Promises, Settled, StoreError},
    polling::{
        AskDue, Due, DueBatch, Expectation, ExpectationKey, Expectations, Expecting, Heard, Rate,
        Turn,
    },
};
use hookgate_store_kit::rounding::{left, micros};
use sqlx::{
    Arguments, AssertSqlSafe, Executor, PgConnection, PgPool,
    error::BoxDynError,
    postgres::{PgArguments, PgRow},
};

pub use self::builder::PostgresExpectationsBuilder;
use self::sql::Sql;
use crate::{
    OpenError, Table,
    fault::{POSTGRES, wordless_failure},
    inbox::bound::Bound,
    lock::LockLimit,
    migration::LIMIT,
    row::{attempt, digest, get},
    session::{self, All},
};

/// What is awaited, in a PostgreSQL table that all instances share. Cheap to clone; all clones are one store.
///
/// A row holds the process's id and the tenant's, until the process has ended. Both travel beside the statements' text.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use hookgate_postgres::PostgresExpectations;
///
/// let expectations = PostgresExpectations::connect("postgres://app@db.internal/app").await?;
/// expectations.migrate().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PostgresExpectations(Arc<Inner>);

struct Inner {
    pool: PgPool,
    table: Table,
    sql: Sql,
    call_timeout: Duration,
}

type Values = Result<PgArguments, BoxDynError>;

impl PostgresExpectations {
    /// Connects to the server at `url`, with a pool of its own and defaults for everything else.
    ///
    /// # Errors
    ///
    /// When the address cannot be read, or the server does not answer or refuses.
    pub async fn connect(url: &str) -> Result<Self, OpenError> {
        Self::builder().connect(url).await
    }

    /// Settings: the table and the limit of a call.
    pub fn builder() -> PostgresExpectationsBuilder {
        PostgresExpectationsBuilder::new()
    }

    /// The SQL that [`migrate`](Self::migrate) runs. The application's role then needs `SELECT`, `INSERT`, `UPDATE` and
    /// `DELETE` on the table.
    pub fn schema(&self) -> String {
        sql::script(&self.0.table)
    }

    /// Creates the table where it is missing. Several instances may do so at once.
    ///
    /// # Errors
    ///
    /// When the role may not create tables, or the server did not answer or refused.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let lock = LockLimit::of_call(LIMIT);
        let is_there = All(lock.ahead_of(sql::is_there(&self.0.table)));
        let found = session::ask(&self.0.pool, LIMIT, &is_there).await?;
        if let Some(row) = found.first()
            && get(row, 0)?
        {
            return Ok(());
        }
        // Sent as one message, the script is one transaction. It may wait for other instances' turns.
        let script = All(lock.ahead_of_script(sql::script(&self.0.table)));
        session::ask(&self.0.pool, LIMIT, &script).await.map(drop)
    }

    /// Awaits a process within `tx`, beside the application's own row: [`Fallback::expectation`] makes the value. Both commit
    /// together, so no process is started that nobody awaits.
    ///
    /// `tx` must be on the database that has the table. It need not come from this store's pool.
    ///
    /// # Errors
    ///
    /// When the server did not answer or refused. Roll `tx` back then.
    ///
    /// [`Fallback::expectation`]: hookgate::polling::Fallback::expectation
    pub async fn expect_in(
        &self,
        tx: &mut PgConnection,
        one: &Expectation,
    ) -> Result<Expecting, StoreError> {
        let values = expect_values(one).map_err(|_| POSTGRES.unexpected())?;
        let query = sqlx::query_with(AssertSqlSafe(self.0.sql.expect.clone()), values);
        // Without a name: a proxy may hand the connection on after the transaction.
        let rows = tx.fetch_all(query.persistent(false)).await;
        let rows = rows.map_err(|error| wordless_failure(error).error)?;
        Ok(expecting(&rows))
    }

    async fn ask(&self, sql: &str, values: Values) -> Result<Vec<PgRow>, StoreError> {
        let Inner {
            pool, call_timeout, ..
        } = &*self.0;
        let bound = Bound {
            sql: sql.to_owned(),
            values: values.map_err(|_| POSTGRES.unexpected())?,
            lock: LockLimit::of_call(*call_timeout),
            before: None,
        };
        let rows = session::ask(pool, *call_timeout, &bound).await?;
        rows.map_err(|refused| refused.error())
    }
}

fn expect_values(one: &Expectation) -> Values {
    let mut values = PgArguments::default();
    values.add(&one.key.as_bytes()[..])?;
    values.add(&*one.endpoint)?;
    values.add(one.tenant.as_deref().map(str::as_bytes))?;
    values.add(one.id.as_bytes())?;
    values.add(micros(one.first_after) as f64)?;
    values.add(micros(one.give_up_after) as f64)?;
    Ok(values)
}

/// A lease, as the first two parameters.
fn held(due: &Due) -> Values {
    let mut values = PgArguments::default();
    values.add(&due.key.as_bytes()[..])?;
    values.add(&due.owner.as_bytes()[..])?;
    Ok(values)
}

/// A rate, and a duration.
fn rate_values(rate: &Rate, lasts: Duration) -> Values {
    let mut values = PgArguments::default();
    values.add(&ExpectationKey::of_rate(rate.name()).as_bytes()[..])?;
    values.add(rate.name().as_bytes())?;
    values.add(micros(lasts) as f64)?;
    Ok(values)
}

fn one_value<'v>(
    value: impl sqlx::Encode<'v, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
) -> Values {
    let mut values = PgArguments::default();
    values.add(value)?;
    Ok(values)
}

fn silence_values(endpoint: &str) -> Values {
    let mut values = PgArguments::default();
    values.add(&ExpectationKey::of_silence(endpoint).as_bytes()[..])?;
    values.add(endpoint.as_bytes())?;
    Ok(values)
}

fn expecting(rows: &[PgRow]) -> Expecting {
    if rows.is_empty() {
        Expecting::Known
    } else {
        Expecting::New
    }
}

fn settled(rows: &[PgRow]) -> Settled {
    if rows.is_empty() {
        Settled::LeaseLost
    } else {
        Settled::Ok
    }
}

/// One row of what is due, after the time at which it was.
fn due(row: &PgRow, ask: &AskDue<'_>) -> Result<(f64, Due), StoreError> {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| POSTGRES.unexpected());
    let key: Vec<u8> = get(row, 0)?;
    let tenant: Option<Vec<u8>> = get(row, 1)?;
    let due = Due {
        key: ExpectationKey::from_bytes(digest(&key)?),
        owner: ask.owner,
        tenant: tenant.map(text).transpose()?.map(Into::into),
        id: text(get(row, 2)?)?.into(),
        asked: attempt(row, 3)?,
        age: left(get(row, 4)?),
        left: left(get(row, 5)?),
    };
    Ok((get(row, 6)?, due))
}

impl fmt::Debug for PostgresExpectations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresExpectations")
            .field("table", &self.0.table)
            .finish_non_exhaustive()
    }
}

impl Expectations for PostgresExpectations {
    async fn expect(&self, one: &Expectation) -> Result<Expecting, StoreError> {
        let rows = self.ask(&self.0.sql.expect, expect_values(one)).await?;
        Ok(expecting(&rows))
    }

    async fn due(&self, ask: AskDue<'_>) -> Result<DueBatch, StoreError> {
        let values = || {
            let mut values = PgArguments::default();
            values.add(ask.endpoint)?;
            values.add(&ask.owner.as_bytes()[..])?;
            values.add(micros(ask.lasts) as f64)?;
            values.add(i64::try_from(ask.limit).unwrap_or(i64::MAX))?;
            Ok(values)
        };
        let rows = self.ask(&self.0.sql.due, values()).await?;
        let rows = rows.iter().map(|row| due(row, &ask));
        let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
        // An update returns its rows in any order.
        rows.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let next = self.ask(&self.0.sql.next, one_value(ask.endpoint)).await?;
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
        let values = || {
            let mut values = held(due)?;
            values.add(micros(by) as f64)?;
            values.add(was_asked)?;
            Ok(values)
        };
        Ok(settled(&self.ask(&self.0.sql.postpone, values()).await?))
    }

    async fn end(&self, due: &Due) -> Result<Settled, StoreError> {
        Ok(settled(&self.ask(&self.0.sql.end, held(due)).await?))
    }

    async fn turn(&self, rate: &Rate, patience: Duration) -> Result<Turn, StoreError> {
        let values = || {
            let mut values = rate_values(rate, rate.pause())?;
            values.add(micros(patience) as f64)?;
            Ok(values)
        };
        if let Some(row) = self.ask(&self.0.sql.turn, values()).await?.first() {
            return Ok(Turn::In(left(get(row, 0)?)));
        }
        let key = ExpectationKey::of_rate(rate.name());
        let taken = self.ask(&self.0.sql.taken, one_value(&key.as_bytes()[..]));
        let wait = taken.await?.first().map(|row| get(row, 0)).transpose()?;
        Ok(Turn::Later(left(wait.unwrap_or(0))))
    }

    async fn hold(&self, rate: &Rate, lasts: Duration) -> Result<(), StoreError> {
        let values = rate_values(rate, lasts);
        self.ask(&self.0.sql.hold, values).await.map(drop)
    }

    async fn heard(&self, endpoint: &str) -> Result<(), StoreError> {
        let values = silence_values(endpoint);
        self.ask(&self.0.sql.heard, values).await.map(drop)
    }

    async fn last_heard(&self, endpoint: &str) -> Result<Heard, StoreError> {
        let key = ExpectationKey::of_silence(endpoint);
        let last = self.ask(&self.0.sql.last_heard, one_value(&key.as_bytes()[..]));
        if let Some(row) = last.await?.first() {
            return Ok(Heard {
                ago: left(get(row, 0)?),
                is_told: attempt(row, 1)? > 0,
            });
        }
        self.ask(&self.0.sql.watched, silence_values(endpoint))
            .await?;
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
        let sql = if is_silent {
            &sql.silent
        } else {
            &sql.heard_again
        };
        let values = || {
            let mut values = PgArguments::default();
            values.add(&ExpectationKey::of_silence(endpoint).as_bytes()[..])?;
            values.add(micros(after) as f64)?;
            values.add(&owner.as_bytes()[..])?;
            Ok(values)
        };
        Ok(!self.ask(sql, values()).await?.is_empty())
    }

    async fn open(&self, endpoint: &str) -> Result<u64, StoreError> {
        let rows = self.ask(&self.0.sql.open, one_value(endpoint)).await?;
        let count: Option<i64> = rows.first().map(|row| get(row, 0)).transpose()?;
        Ok(count.unwrap_or(0).unsigned_abs())
    }

    fn promises(&self) -> Promises {
        Promises::durable()
    }
}
