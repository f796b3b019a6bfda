//! An application whose effect is a row of the same database.

use std::sync::Arc;

use hookgate::{EventKey, LeaseHandle, Nack};
use hookgate_postgres::{PostgresStore, SettleError, Table};
use hookgate_test_support::{Effects, NotSettled};
use sqlx::{PgPool, Postgres, Transaction};

use super::{Place, fresh_table, number, patient, run};

#[derive(Clone)]
pub(crate) struct PostgresEffects {
    store: PostgresStore,
    pool: PgPool,
    /// The store's table, and that of the effects.
    tables: [Table; 2],
    _place: Option<Arc<Place>>,
}

/// On fresh tables.
pub(crate) async fn effects() -> Option<PostgresEffects> {
    let place = Place::find()?;
    let mut effects = PostgresEffects::at(place.url(), [fresh_table(), fresh_table()]).await;
    let create = format!("CREATE TABLE {} (id text)", effects.tables[1]);
    run(&effects.pool, create).await;
    effects._place = Some(Arc::new(place));
    Some(effects)
}

impl PostgresEffects {
    /// On these tables. Makes the store's.
    pub(crate) async fn at(url: &str, tables: [Table; 2]) -> Self {
        let pool = PgPool::connect(url).await.expect("connect");
        let store = patient().table(tables[0].clone()).pool(pool.clone());
        store.migrate().await.expect("migrate");
        Self {
            store,
            pool,
            tables,
            _place: None,
        }
    }

    pub(crate) fn tables(&self) -> [&Table; 2] {
        self.tables.each_ref()
    }
}

impl Effects for PostgresEffects {
    type Store = PostgresStore;
    type Transaction = Transaction<'static, Postgres>;

    fn store(&self) -> &PostgresStore {
        &self.store
    }

    async fn write(&self, event: &EventKey) -> Result<Self::Transaction, Nack> {
        let mut tx = self.pool.begin().await?;
        let insert = format!("INSERT INTO {} VALUES ('{event}')", self.tables[1]);
        sqlx::raw_sql(sqlx::AssertSqlSafe(insert))
            .execute(&mut *tx)
            .await?;
        Ok(tx)
    }

    async fn settle_in(
        &self,
        tx: &mut Self::Transaction,
        lease: &LeaseHandle,
    ) -> Result<(), NotSettled> {
        let settled = self.store.settle_in(tx, lease).await;
        settled.map_err(|error| match error {
            SettleError::LeaseLost => NotSettled::LeaseLost,
            other => NotSettled::Failed(other.into()),
        })
    }

    async fn commit(tx: Self::Transaction) -> Result<(), Nack> {
        Ok(tx.commit().await?)
    }

    async fn roll_back(tx: Self::Transaction) -> Result<(), Nack> {
        Ok(tx.rollback().await?)
    }

    async fn written(&self) -> (i64, i64) {
        let count = |what: &str| format!("SELECT count({what}) FROM {}", self.tables[1]);
        (
            number(&self.pool, count("*")).await,
            number(&self.pool, count("DISTINCT id")).await,
        )
    }

    async fn unprocessed(&self) -> i64 {
        let sql = format!("SELECT count(*) FROM {} WHERE state <> 1", self.tables[0]);
        number(&self.pool, sql).await
    }
}
