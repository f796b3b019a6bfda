//! [`PostgresExpectationsBuilder`]: what can be set.

use std::{sync::Arc, time::Duration};

use hookgate_store_kit::limits::CALL_TIMEOUT;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{
    Inner, PostgresExpectations,
    sql::{NAME, Sql},
};
use crate::{OpenError, Table, fault::failure};

/// Its calls are few: the API's rate bounds them.
const CONNECTIONS: u32 = 4;

/// Settings of a [`PostgresExpectations`]. Every one has a default.
#[derive(Debug, Clone)]
#[must_use]
pub struct PostgresExpectationsBuilder {
    table: Option<Table>,
    call_timeout: Duration,
}

impl PostgresExpectationsBuilder {
    pub(super) fn new() -> Self {
        Self {
            table: None,
            call_timeout: CALL_TIMEOUT,
        }
    }

    /// The table. Default: `hookgate_expectations`, in the first schema of the search path.
    pub fn table(mut self, table: Table) -> Self {
        self.table = Some(table);
        self
    }

    /// How long a call may take, the wait for a connection included. Default: 2 s.
    pub fn call_timeout(mut self, limit: Duration) -> Self {
        self.call_timeout = limit;
        self
    }

    /// Connects to the server at `url`, with a pool of the store's own.
    ///
    /// # Errors
    ///
    /// When the address cannot be read, or the server does not answer or refuses.
    pub async fn connect(self, url: &str) -> Result<PostgresExpectations, OpenError> {
        let options: PgConnectOptions = url.parse().map_err(|_| OpenError::Address)?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(self.call_timeout)
            .connect_with(options)
            .await
            .map_err(|error| failure(error).error)?;
        self.pool(pool)
    }

    /// Uses the application's own pool.
    ///
    /// # Errors
    ///
    /// Never with a table that was given.
    pub fn pool(self, pool: PgPool) -> Result<PostgresExpectations, OpenError> {
        let table = self.table.map_or_else(|| Table::new(NAME), Ok)?;
        Ok(PostgresExpectations(Arc::new(Inner {
            sql: Sql::new(&table),
            pool,
            table,
            call_timeout: self.call_timeout,
        })))
    }
}
