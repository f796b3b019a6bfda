//! A fresh file, and the application's own pool on it.

use std::time::Duration;

use hookgate::EventKey;
use hookgate_sqlite::{SqliteStore, Table};
use hookgate_test_support::Rows;
use sqlx::{Sqlite, SqlitePool, pool::PoolConnection, sqlite::SqlitePoolOptions};

use super::{PATIENCE, Place, number, run};

pub(crate) struct SqliteRows {
    pool: SqlitePool,
    table: Table,
    place: Place,
}

impl Rows for SqliteRows {
    type Store = SqliteStore;
    type Connection = PoolConnection<Sqlite>;
    const MORE_THAN_A_BATCH: u64 = 1300;
    const WRITES_BY_ITS_POOL: bool = false;

    async fn make() -> Option<Self> {
        let place = Place::new();
        let table = Table::new("dedup").expect("a name");
        let pool = place.pool().await;
        let rows = Self { pool, table, place };
        rows.store(None).migrate().await.expect("migrate");
        Some(rows)
    }

    fn table(&self) -> String {
        self.table.to_string()
    }

    fn store(&self, prune_every: Option<Duration>) -> SqliteStore {
        SqliteStore::builder()
            .call_timeout(PATIENCE)
            .table(self.table.clone())
            .prune_every(prune_every)
            .pool(self.pool.clone())
    }

    async fn without_connections(&self, call_timeout: Duration) -> (SqliteStore, Self::Connection) {
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(self.place.options())
            .await
            .expect("open");
        let store = SqliteStore::builder()
            .table(self.table.clone())
            .call_timeout(call_timeout)
            .pool(pool.clone());
        (store, pool.acquire().await.expect("the only connection"))
    }

    async fn migrate(store: &SqliteStore) {
        store.migrate().await.expect("migrate");
    }

    async fn prune(store: &SqliteStore) -> u64 {
        store.prune().await.expect("prune")
    }

    async fn run(&self, sql: String) {
        run(&self.pool, sql).await;
    }

    async fn number(&self, sql: String) -> i64 {
        number(&self.pool, sql).await
    }

    fn from_now(seconds: i64) -> String {
        format!("(unixepoch() + {seconds}) * 1000")
    }

    fn literal(key: EventKey) -> String {
        format!("x'{key}'")
    }

    fn add_ended(&self, rows: u64) -> String {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) \
             INSERT INTO {table} SELECT randomblob(32), randomblob(16), 1, 1, NULL, \
             (unixepoch() - 86400) * 1000, NULL FROM n",
            table = self.table
        )
    }
}
