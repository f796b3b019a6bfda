//! [`Core`]: what the parts of an inbox share, and how statements run.

use std::{
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicI16, Ordering},
    },
    time::{Duration, Instant},
};

use hookgate::{EventKey, dedup::StoreError};
use sqlx::{
    PgPool,
    error::BoxDynError,
    postgres::{PgArguments, PgRow},
};
use tokio::sync::Notify;

use super::{
    bound::{Bound, PLAN, Refused},
    cursor::Cursors,
    heart::Hearts,
    names::Names,
    owned::Owned,
    pauses::{Rounds, Untried},
    sql::Sql,
    tidings::Tidings,
};
use crate::{
    PostgresStore,
    fault::POSTGRES,
    prepared::{Call, Prepared, Query},
    session,
    value::Value,
};

/// How long a slot is written to before the server is asked for it again.
const SLOT_HOLDS: Duration = Duration::from_secs(30);

pub(super) struct Core {
    pub(super) own: Weak<Self>,
    /// Claims and marks. Its pool is the inbox's too.
    pub(super) store: PostgresStore,
    pub(super) names: Names,
    pub(super) sql: Sql,
    pub(super) cursors: Cursors,
    pub(super) owned: Owned,
    pub(super) rounds: Rounds,
    pub(super) untried: Untried,
    /// Where payloads are written to. It may lag behind the server's: what is written there then is moved once more.
    slot: AtomicI16,
    /// When that was last read.
    slot_read: Mutex<Option<Instant>>,
    /// Work may be due that was not.
    pub(super) woken: Notify,
    hearts: Hearts,
    pub(super) tidings: Tidings,
}

impl Core {
    pub(super) fn new(store: PostgresStore, names: Names, sql: Sql) -> Arc<Self> {
        let cursors = Cursors::new(store.call_timeout());
        Arc::new_cyclic(|own| Self {
            own: own.clone(),
            sql,
            store,
            names,
            cursors,
            owned: Owned::default(),
            rounds: Rounds::default(),
            untried: Untried::default(),
            slot: AtomicI16::new(0),
            slot_read: Mutex::default(),
            woken: Notify::new(),
            hearts: Hearts::default(),
            tidings: Tidings::default(),
        })
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.store.0.pool
    }

    pub(super) fn limit(&self) -> Duration {
        self.store.call_timeout()
    }

    pub(super) fn slot(&self) -> i16 {
        self.slot.load(Ordering::Relaxed)
    }

    pub(super) fn set_slot(&self, slot: i16) {
        self.slot.store(slot, Ordering::Relaxed);
        let mut read = self
            .slot_read
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *read = Some(Instant::now());
    }

    /// Whether to ask the server again. One caller is told so at a time.
    pub(super) fn is_slot_old(&self) -> bool {
        let mut read = self
            .slot_read
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let is_old = read.is_none_or(|read| read.elapsed() >= SLOT_HOLDS);
        if is_old {
            *read = Some(Instant::now());
        }
        is_old
    }

    pub(super) fn call<'a>(&'a self, statement: &'a Prepared, values: Vec<Value>) -> Call<'a> {
        let statements = self.store.statements();
        Call {
            statement,
            values,
            preparing: statements.preparing(),
            lock: statements.lock(),
        }
    }

    /// Runs a prepared statement. Its values are digests, tokens, numbers and endpoints' names.
    pub(super) async fn query(
        &self,
        statement: &Prepared,
        values: Vec<Value>,
    ) -> Result<Vec<PgRow>, StoreError> {
        let query = Query(self.call(statement, values));
        session::ask(self.pool(), self.limit(), &query).await
    }

    fn alone(&self, sql: String) -> String {
        self.store.statements().alone(format_args!("{PLAN} {sql}"))
    }

    /// Runs a statement as text. Its values are digests, tokens, numbers and endpoints' names.
    pub(super) async fn text(&self, sql: String) -> Result<Vec<PgRow>, StoreError> {
        let text = session::All(self.alone(sql));
        session::ask(self.pool(), self.limit(), &text).await
    }

    /// A prepared statement as text, for a transaction that must not fail.
    pub(super) fn text_of(&self, statement: &Prepared, values: Vec<Value>) -> String {
        self.call(statement, values).text()
    }

    /// Runs a statement whose values may be anybody's.
    pub(super) async fn bound(
        &self,
        sql: String,
        before: Option<String>,
        values: Result<PgArguments, BoxDynError>,
    ) -> Result<Result<Vec<PgRow>, Refused>, StoreError> {
        let bound = Bound {
            sql,
            values: values.map_err(|_| POSTGRES.unexpected())?,
            lock: self.store.statements().lock(),
            before,
        };
        session::ask(self.pool(), self.limit(), &bound).await
    }

    /// The same where no value can be refused.
    pub(super) async fn bound_rows(
        &self,
        sql: String,
        values: Result<PgArguments, BoxDynError>,
    ) -> Result<Vec<PgRow>, StoreError> {
        let rows = self.bound(sql, None, values).await?;
        rows.map_err(|refused| refused.error())
    }

    /// Runs a prepared statement on the connection that no handler can hold.
    pub(super) async fn query_aside(
        &self,
        statement: &Prepared,
        values: Vec<Value>,
    ) -> Result<Vec<PgRow>, StoreError> {
        let query = Query(self.call(statement, values));
        session::ask(&self.heart(), self.limit(), &query).await
    }

    pub(super) async fn text_aside(&self, sql: String) -> Result<Vec<PgRow>, StoreError> {
        let text = session::All(self.alone(sql));
        session::ask(&self.heart(), self.limit(), &text).await
    }

    fn heart(&self) -> PgPool {
        self.hearts.of(&self.pool().connect_options(), self.limit())
    }

    /// Tells the workers of this process.
    pub(super) fn wake(&self) {
        self.woken.notify_waiters();
    }
}

/// A key as a value.
pub(super) fn key(key: &EventKey) -> Value {
    key.into()
}

/// Keys as a value.
pub(super) fn keys<'a>(keys: impl IntoIterator<Item = &'a [u8; 32]>) -> Value {
    Value::many(keys.into_iter().map(|key| Value::Bytes(*key)))
}

/// Names as a value.
pub(super) fn names<'a>(names: impl IntoIterator<Item = &'a Arc<str>>) -> Value {
    Value::many(names)
}
