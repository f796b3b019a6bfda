//! A store on a table of its own.
#![allow(dead_code, reason = "each test program needs a part of it")]

mod effects;
mod inbox_effects;
mod rows;
pub(crate) mod scene;
mod served;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

#[allow(unused_imports, reason = "each test program needs a part of it")]
pub(crate) use effects::{PostgresEffects, effects};
use hookgate_postgres::{PostgresStore, PostgresStoreBuilder, Table};
use hookgate_test_support::PostgresServer;
use sqlx::{PgPool, Row};
#[allow(unused_imports, reason = "each test program needs a part of it")]
pub(crate) use {
    inbox_effects::{InboxEffects, fresh_inbox, inbox_effects, patient_inbox},
    rows::PostgresRows,
    served::Served,
};

/// A server to put tables on: the one that the environment names, or one of the tests' own.
pub(crate) struct Place {
    url: String,
    _server: Option<Arc<PostgresServer>>,
}

impl Place {
    /// `None` where there is no server to be had.
    pub(crate) fn find() -> Option<Self> {
        if let Ok(url) = std::env::var("TEST_POSTGRES_URL") {
            return Some(Self { url, _server: None });
        }
        let server = PostgresServer::shared()?;
        Some(Self {
            url: server.url(),
            _server: Some(server),
        })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The application's own pool.
    pub(crate) async fn pool(&self) -> PgPool {
        PgPool::connect(&self.url).await.expect("connect")
    }

    /// A store on a fresh table.
    pub(crate) async fn store(&self) -> PostgresStore {
        fresh(patient(), &self.url).await
    }
}

impl hookgate_test_support::Place for Place {
    type Store = PostgresStore;

    fn find() -> Option<Self> {
        Self::find()
    }

    async fn store(&self) -> PostgresStore {
        self.store().await
    }
}

/// Settings for tests that are not about limits of time, on a machine that may be busy.
pub(crate) fn patient() -> PostgresStoreBuilder {
    PostgresStore::builder().call_timeout(Duration::from_secs(20))
}

/// The name of a table that nobody else has.
pub(crate) fn fresh_table() -> Table {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Table::new(&format!("t{}_{number}", std::process::id())).expect("a table's name")
}

/// A store with these settings on a fresh table.
pub(crate) async fn fresh(settings: PostgresStoreBuilder, url: &str) -> PostgresStore {
    let store = settings
        .table(fresh_table())
        .connect(url)
        .await
        .expect("connect");
    store.migrate().await.expect("migrate");
    store
}

/// Runs one statement.
pub(crate) async fn run(pool: &PgPool, sql: impl Into<String>) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.into()))
        .execute(pool)
        .await
        .expect("run a statement");
}

/// Reads one number.
pub(crate) async fn number(pool: &PgPool, sql: impl Into<String>) -> i64 {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.into()))
        .fetch_one(pool)
        .await
        .expect("read a number")
        .get(0)
}
