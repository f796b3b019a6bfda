//! [`PostgresInboxBuilder`]: what can be set.

use std::time::Duration;

use sqlx::PgPool;

use super::{PostgresInbox, core::Core, names::Names};
use crate::{OpenError, PostgresStore, PostgresStoreBuilder, Table};

pub(super) fn default_tables() -> Table {
    // It is a plain name.
    Table::new("hookgate_inbox").unwrap_or_default()
}

/// Settings of a [`PostgresInbox`]. Every one has a default.
#[derive(Debug, Clone)]
#[must_use]
pub struct PostgresInboxBuilder {
    store: PostgresStoreBuilder,
    dedup: Table,
    tables: Table,
}

impl PostgresInboxBuilder {
    pub(super) fn new() -> Self {
        Self {
            store: PostgresStore::builder(),
            dedup: Table::default(),
            tables: default_tables(),
        }
    }

    /// What the inbox's tables begin with. Default: `hookgate_inbox`, in the first schema of the search path.
    pub fn tables(self, tables: Table) -> Self {
        Self { tables, ..self }
    }

    /// The table of claims and marks, which a [`PostgresStore`] may share. Default: `hookgate_dedup`, in the first schema
    /// of the search path.
    pub fn dedup_table(self, table: Table) -> Self {
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

    /// See [`PostgresStoreBuilder::prune_every`].
    pub fn prune_every(self, every: Option<Duration>) -> Self {
        let store = self.store.prune_every(every);
        Self { store, ..self }
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
    /// When the address cannot be read, or the server does not answer or refuses.
    pub async fn connect(self, url: &str) -> Result<PostgresInbox, OpenError> {
        let store = self.store.clone().connect(url).await?;
        self.open(store).await
    }

    /// Uses the application's own pool. See [`PostgresStoreBuilder::pool`].
    ///
    /// # Errors
    ///
    /// When the server does not answer or refuses.
    pub async fn pool(self, pool: PgPool) -> Result<PostgresInbox, OpenError> {
        let store = self.store.clone().pool(pool);
        self.open(store).await
    }

    async fn open(self, store: PostgresStore) -> Result<PostgresInbox, OpenError> {
        let names = Names::new(self.tables, &self.dedup);
        Ok(PostgresInbox::new(Core::new(store, names)))
    }
}
