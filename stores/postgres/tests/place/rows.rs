//! A fresh table, and the application's own pool on its database.

use std::time::Duration;

use hookgate::EventKey;
use hookgate_postgres::{PostgresStore, Table};
use hookgate_test_support::Rows;
use sqlx::{PgPool, Postgres, pool::PoolConnection, postgres::PgPoolOptions};

use super::{Place, fresh_table, number, patient, run};

pub(crate) struct PostgresRows {
    pool: PgPool,
    table: Table,
    place: Place,
}

impl Rows for PostgresRows {
    type Store = PostgresStore;
    type Connection = PoolConnection<Postgres>;
    const MORE_THAN_A_BATCH: u64 = 2500;
    const WRITES_BY_ITS_POOL: bool = true;

    async fn make() -> Option<Self> {
        let place = Place::find()?;
        let (table, pool) = (fresh_table(), place.pool().await);
        let rows = Self { pool, table, place };
        rows.store(None).migrate().await.expect("migrate");
        Some(rows)
    }

    fn table(&self) -> String {
        self.table.to_string()
    }

    fn store(&self, prune_every: Option<Duration>) -> PostgresStore {
        patient()
            .table(self.table.clone())
            .prune_every(prune_every)
            .pool(self.pool.clone())
    }

    async fn without_connections(
        &self,
        call_timeout: Duration,
    ) -> (PostgresStore, Self::Connection) {
        let pool = PgPoolOptions::new().max_connections(1);
        let pool = pool.connect(self.place.url()).await.expect("connect");
        let store = PostgresStore::builder()
            .table(self.table.clone())
            .call_timeout(call_timeout)
            .pool(pool.clone());
        (store, pool.acquire().await.expect("the only connection"))
    }

    async fn migrate(store: &PostgresStore) {
        store.migrate().await.expect("migrate");
    }

    async fn prune(store: &PostgresStore) -> u64 {
        store.prune().await.expect("prune")
    }

    async fn run(&self, sql: String) {
        run(&self.pool, sql).await;
    }

    async fn number(&self, sql: String) -> i64 {
        number(&self.pool, sql).await
    }

    fn from_now(seconds: i64) -> String {
        format!("now() + interval '{seconds} s'")
    }

    fn literal(key: EventKey) -> String {
        format!("decode('{key}', 'hex')")
    }

    fn add_ended(&self, rows: u64) -> String {
        format!(
            "INSERT INTO {table} SELECT sha256(n::text::bytea), gen_random_uuid(), 1, 1, NULL, \
             now() - interval '1 day' FROM generate_series(1, {rows}) AS n",
            table = self.table
        )
    }
}
