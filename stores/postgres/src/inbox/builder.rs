//! [`PostgresInboxBuilder`]: what can be set.

use std::{sync::Arc, time::Duration};

use hookgate_store_kit::{PlainName, limits::PRUNE_EVERY};
use sqlx::PgPool;

use super::{PostgresInbox, core::Core, names::Names, sql::Sql, upkeep::Upkeep};
use crate::{OpenError, PostgresStore, PostgresStoreBuilder, Table};

/// How long dead letters are kept.
const DEAD_LETTERS_FOR: Duration = Duration::from_secs(30 * 86_400);

pub(super) fn default_tables() -> Table {
    Table::from(PlainName::of_inbox())
}

/// Settings of a [`PostgresInbox`]. Every one has a default.
///
/// ```no_run
/// use std::time::Duration;
/// use hookgate_postgres::{PostgresInbox, Table};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let inbox = PostgresInbox::builder()
///     .table(Table::new("webhooks.dedup")?)
///     .tables_named(&Table::new("webhooks.inbox")?)
///     .dead_letters_for(Some(Duration::from_secs(7 * 86_400)))
///     .connect("postgres://app@db.internal/app")
///     .await?;
/// # let _ = inbox;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct PostgresInboxBuilder {
    store: PostgresStoreBuilder,
    dedup: Table,
    tables: Table,
    prune_every: Option<Duration>,
    dead_letters_for: Option<Duration>,
    may_lose: bool,
}

impl PostgresInboxBuilder {
    pub(super) fn new() -> Self {
        Self {
            store: PostgresStore::builder(),
            dedup: Table::default(),
            tables: default_tables(),
            prune_every: Some(PRUNE_EVERY),
            dead_letters_for: Some(DEAD_LETTERS_FOR),
            may_lose: false,
        }
    }

    /// What the names of the inbox's own tables begin with. Default: `hookgate_inbox`, in the first schema of the search
    /// path.
    pub fn tables_named(self, name: &Table) -> Self {
        let tables = name.clone();
        Self { tables, ..self }
    }

    /// The table of claims and marks, which a [`PostgresStore`] may share. Default: `hookgate_dedup`, in the first schema
    /// of the search path.
    pub fn table(self, table: Table) -> Self {
        Self {
            store: self.store.table(table.clone()),
            dedup: table,
            ..self
        }
    }

    /// See [`PostgresStoreBuilder::connections`].
    pub fn connections(self, most: u32) -> Self {
        let store = self.store.connections(most);
        Self { store, ..self }
    }

    /// See [`PostgresStoreBuilder::call_timeout`].
    pub fn call_timeout(self, limit: Duration) -> Self {
        let store = self.store.call_timeout(limit);
        Self { store, ..self }
    }

    /// How often ended rows are removed in the background, and payloads of what is done are erased. `None` leaves that to
    /// [`PostgresInbox::prune`]. Default: every minute.
    pub fn prune_every(self, every: Option<Duration>) -> Self {
        Self {
            store: self.store.prune_every(every),
            prune_every: every,
            ..self
        }
    }

    /// How long dead letters are kept, with what was received. `None` keeps them until somebody discards them. Default: 30
    /// days.
    pub fn dead_letters_for(self, age: Option<Duration>) -> Self {
        Self {
            dead_letters_for: age,
            ..self
        }
    }

    /// Takes a server whose commits are not durable: `synchronous_commit = off`, or `fsync = off`.
    ///
    /// **A crash of the server then loses deliveries that were answered 200.** Their sender does not repeat them.
    pub fn may_lose_what_was_accepted(self) -> Self {
        Self {
            may_lose: true,
            ..self
        }
    }

    /// See [`PostgresStoreBuilder::prepared`].
    pub fn prepared(self, prepared: bool) -> Self {
        let store = self.store.prepared(prepared);
        Self { store, ..self }
    }

    /// Connects to the server at `url`, with a pool of the inbox's own.
    ///
    /// # Errors
    ///
    /// When the address cannot be read, the server does not answer or refuses, or its commits are not durable.
    pub async fn connect(self, url: &str) -> Result<PostgresInbox, OpenError> {
        let (names, sql) = self.statements();
        let store = self.store.clone().introducing(sql.prepare());
        let store = store.connect(url).await?;
        self.open(Core::new(store, names, sql)).await
    }

    /// Uses the application's own pool. See [`PostgresStoreBuilder::pool`].
    ///
    /// # Errors
    ///
    /// When the server does not answer or refuses, or its commits are not durable.
    pub async fn pool(self, pool: PgPool) -> Result<PostgresInbox, OpenError> {
        let (names, sql) = self.statements();
        let store = self.store.clone().introducing(sql.prepare()).pool(pool);
        self.open(Core::new(store, names, sql)).await
    }

    fn statements(&self) -> (Names, Sql) {
        let names = Names::new(self.tables.clone(), &self.dedup);
        let sql = Sql::new(&names);
        (names, sql)
    }

    async fn open(self, core: Arc<Core>) -> Result<PostgresInbox, OpenError> {
        if !self.may_lose && !core.is_durable().await? {
            return Err(OpenError::NotDurable);
        }
        let upkeep = Upkeep {
            dead_letters_for: self.dead_letters_for,
        };
        Ok(PostgresInbox::new(core, upkeep, self.prune_every))
    }
}
