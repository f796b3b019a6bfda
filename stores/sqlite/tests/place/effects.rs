//! An application whose effect is a row of the same file.

use std::{path::Path, sync::Arc, time::Duration};

use hookgate::{EventKey, LeaseHandle, Nack};
use hookgate_sqlite::{SettleError, SqliteStore, SqliteStoreBuilder};
use hookgate_test_support::{Effects, NotSettled};
use sqlx::{Sqlite, SqlitePool, Transaction, sqlite::SqliteConnectOptions};

use super::{Place, number, options, run};

/// A write that waits for its turn while a transaction is open waits in vain. This is how long.
const FOREVER: Duration = Duration::from_secs(3600);

#[derive(Clone)]
pub(crate) struct SqliteEffects {
    store: SqliteStore,
    pool: SqlitePool,
    _place: Option<Arc<Place>>,
}

/// On a file of their own.
pub(crate) async fn effects() -> Option<SqliteEffects> {
    let place = Place::new();
    let options = options(&place.path("app.sqlite")).busy_timeout(FOREVER);
    let settings = SqliteStore::builder().call_timeout(FOREVER);
    let mut effects = SqliteEffects::new(options, settings).await;
    effects._place = Some(Arc::new(place));
    Some(effects)
}

impl SqliteEffects {
    /// On the file at `path`. Makes what is missing.
    pub(crate) async fn at(path: &Path) -> Self {
        Self::new(options(path), SqliteStore::builder()).await
    }

    async fn new(options: SqliteConnectOptions, settings: SqliteStoreBuilder) -> Self {
        let pool = SqlitePool::connect_with(options).await.expect("open");
        run(&pool, "CREATE TABLE IF NOT EXISTS effects (id text)").await;
        let store = settings.pool(pool.clone());
        store.migrate().await.expect("migrate");
        Self {
            store,
            pool,
            _place: None,
        }
    }
}

impl Effects for SqliteEffects {
    type Store = SqliteStore;
    type Transaction = Transaction<'static, Sqlite>;

    fn store(&self) -> &SqliteStore {
        &self.store
    }

    async fn write(&self, event: &EventKey) -> Result<Self::Transaction, Nack> {
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let insert = format!("INSERT INTO effects VALUES ('{event}')");
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
        let count = |what| format!("SELECT count({what}) FROM effects");
        (
            number(&self.pool, count("*")).await,
            number(&self.pool, count("DISTINCT id")).await,
        )
    }

    async fn unprocessed(&self) -> i64 {
        let sql = "SELECT count(*) FROM hookgate_dedup WHERE state <> 1";
        number(&self.pool, sql).await
    }
}
