//! [`Turn`]: one transaction of the one that writes.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hookgate::inbox::OrderKey;
use hookgate_store_kit::rounding::millis;
use sqlx::{SqliteConnection, sqlite::SqliteRow};

use super::{line::Line, sql::Sql};
use crate::session::Asked;

/// The machine's time, in milliseconds since 1970.
pub(super) fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    millis(now.unwrap_or_default())
}

/// That moment and so long after it.
pub(super) fn after(moment: i64, by: Duration) -> i64 {
    moment.saturating_add(millis(by))
}

/// One transaction. What it counts is written at its end, once for each endpoint.
pub(super) struct Turn<'t> {
    pub(super) connection: &'t mut SqliteConnection,
    pub(super) sql: &'t Sql,
    pub(super) endpoints: &'t Endpoints,
    pub(super) now: i64,
    /// By which the ends of keys are judged that are to be taken: before the wait for the turn.
    pub(super) judged: i64,
    counts: BTreeMap<i64, Counts>,
    /// Endpoints that are new with this transaction.
    named: HashMap<Arc<str>, i64>,
    /// Work may be due that was not.
    pub(super) woke: bool,
}

/// What changes in an endpoint's counters.
#[derive(Default, Clone, Copy)]
pub(super) struct Counts {
    pub(super) queued: i64,
    pub(super) dead: i64,
    pub(super) quarantined: i64,
    pub(super) quarantined_bytes: i64,
}

impl<'t> Turn<'t> {
    pub(super) fn new(
        connection: &'t mut SqliteConnection,
        sql: &'t Sql,
        endpoints: &'t Endpoints,
    ) -> Self {
        let now = now();
        Self {
            connection,
            sql,
            endpoints,
            now,
            judged: now,
            counts: BTreeMap::new(),
            named: HashMap::new(),
            woke: false,
        }
    }

    pub(super) async fn run(&mut self, asked: Asked) -> Result<Vec<SqliteRow>, sqlx::Error> {
        asked.rows(self.connection).await
    }

    /// The id of an endpoint. It is made where it is not there.
    pub(super) async fn endpoint(&mut self, name: &Arc<str>) -> Result<i64, sqlx::Error> {
        if let Some(id) = self.endpoints.id(name) {
            return Ok(id);
        }
        if let Some(id) = self.named.get(name) {
            return Ok(*id);
        }
        let named = Asked::new(&self.sql.endpoint).text(Some(name));
        let id = first(&self.run(named).await?)?;
        self.named.insert(name.clone(), id);
        Ok(id)
    }

    pub(super) fn count(&mut self, endpoint: i64, counts: Counts) {
        let all = self.counts.entry(endpoint).or_default();
        all.queued += counts.queued;
        all.dead += counts.dead;
        all.quarantined += counts.quarantined;
        all.quarantined_bytes += counts.quarantined_bytes;
    }

    /// So many further numbers: the first of them.
    pub(super) async fn numbers(&mut self, count: usize) -> Result<i64, sqlx::Error> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let numbers = Asked::new(&self.sql.numbers).number(count);
        let last: i64 = first(&self.run(numbers).await?)?;
        Ok(last - count + 1)
    }

    /// Puts a line where it is due at once, or behind the one of its order that is ahead of it.
    pub(super) async fn queue(&mut self, line: &Line) -> Result<(), sqlx::Error> {
        if let Some(order) = &line.order {
            let head = Asked::new(&self.sql.head)
                .bytes(Some(order.as_bytes()))
                .number(line.number);
            if self.run(head).await?.is_empty() {
                let parked = line.bind(Asked::new(&self.sql.park));
                self.run(parked).await?;
                return Ok(());
            }
        }
        self.ready(line).await
    }

    /// Puts a line where it is due at once. It is the first of its order, if it has one.
    pub(super) async fn ready(&mut self, line: &Line) -> Result<(), sqlx::Error> {
        let ready = line.bind(Asked::new(&self.sql.ready)).number(line.lane());
        self.run(ready).await?;
        self.woke = true;
        Ok(())
    }

    /// A line of `order` has ended: the next one goes on.
    pub(super) async fn go_on(&mut self, order: &OrderKey, number: i64) -> Result<(), sqlx::Error> {
        let ended = Asked::new(&self.sql.behead)
            .bytes(Some(order.as_bytes()))
            .number(number);
        self.run(ended).await?;
        self.promote(order).await
    }

    /// Lets the first of `order` go on, where none is ahead of it.
    pub(super) async fn promote(&mut self, order: &OrderKey) -> Result<(), sqlx::Error> {
        let next = Asked::new(&self.sql.next).bytes(Some(order.as_bytes()));
        let Some(row) = self.run(next).await?.pop() else {
            return Ok(());
        };
        let unpark = Asked::new(&self.sql.unpark)
            .bytes(Some(order.as_bytes()))
            .number(get(&row, 0)?);
        if let Some(row) = self.run(unpark).await?.first() {
            self.ready(&Line::read(row)?).await?;
        }
        Ok(())
    }

    /// Writes what was counted.
    pub(super) async fn finish(&mut self) -> Result<(), sqlx::Error> {
        for (endpoint, counts) in std::mem::take(&mut self.counts) {
            let count = Asked::new(&self.sql.count)
                .number(endpoint)
                .number(counts.queued)
                .number(counts.dead)
                .number(counts.quarantined)
                .number(counts.quarantined_bytes);
            self.run(count).await?;
        }
        Ok(())
    }

    /// What is to be told once it is committed.
    pub(super) fn close(self) -> Ended {
        Ended {
            named: self.named,
            woke: self.woke,
        }
    }
}

/// What is to be told once a transaction is committed.
pub(super) struct Ended {
    /// Endpoints that are new.
    pub(super) named: HashMap<Arc<str>, i64>,
    /// Work may be due that was not.
    pub(super) woke: bool,
}

/// The ids of endpoints. They never change.
#[derive(Debug, Default)]
pub(super) struct Endpoints(Mutex<Names>);

#[derive(Debug, Default)]
struct Names {
    ids: HashMap<Arc<str>, i64>,
    names: HashMap<i64, Arc<str>>,
}

impl Endpoints {
    fn lock(&self) -> MutexGuard<'_, Names> {
        // Nothing panics half-way, so what a poisoned lock guards is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn id(&self, name: &str) -> Option<i64> {
        self.lock().ids.get(name).copied()
    }

    pub(super) fn name(&self, id: i64) -> Option<Arc<str>> {
        self.lock().names.get(&id).cloned()
    }

    /// Only what is committed.
    pub(super) fn learn(&self, names: impl IntoIterator<Item = (Arc<str>, i64)>) {
        let mut known = self.lock();
        for (name, id) in names {
            known.names.insert(id, name.clone());
            known.ids.insert(name, id);
        }
    }
}

/// The first column of the first row.
pub(super) fn first<'r, T>(rows: &'r [SqliteRow]) -> Result<T, sqlx::Error>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    get(rows.first().ok_or(sqlx::Error::RowNotFound)?, 0)
}

/// One column.
pub(super) fn get<'r, T>(row: &'r SqliteRow, column: usize) -> Result<T, sqlx::Error>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    sqlx::Row::try_get(row, column)
}
