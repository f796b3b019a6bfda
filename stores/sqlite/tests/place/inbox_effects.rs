//! An application whose effect is a row of its inbox's file.

use std::{path::Path, sync::Arc};

use hookgate::{EventKey, LeaseHandle, Nack};
use hookgate_sqlite::{SettleError, SqliteInbox};
use hookgate_test_support::{Effects, NotSettled};
use sqlx::{Sqlite, SqlitePool, Transaction};

use super::{PATIENCE, Place, number, options, run};

#[derive(Clone)]
pub(crate) struct InboxEffects {
    pub(crate) inbox: SqliteInbox,
    pub(crate) pool: SqlitePool,
    _place: Option<Arc<Place>>,
}

/// On a file of their own.
pub(crate) async fn inbox_effects() -> Option<InboxEffects> {
    let place = Place::new();
    let mut effects = InboxEffects::at(&place.path("app.sqlite")).await;
    effects._place = Some(Arc::new(place));
    Some(effects)
}

impl InboxEffects {
    /// On the file at `path`. Makes what is missing.
    pub(crate) async fn at(path: &Path) -> Self {
        let options = options(path).busy_timeout(PATIENCE);
        let pool = SqlitePool::connect_with(options).await.expect("open");
        run(&pool, "CREATE TABLE IF NOT EXISTS effects (id text)").await;
        let inbox = SqliteInbox::builder().call_timeout(PATIENCE);
        let inbox = inbox.pool(pool.clone()).await.expect("an inbox");
        inbox.migrate().await.expect("migrate");
        Self {
            inbox,
            pool,
            _place: None,
        }
    }
}

impl Effects for InboxEffects {
    type Store = SqliteInbox;
    type Transaction = Transaction<'static, Sqlite>;

    fn store(&self) -> &SqliteInbox {
        &self.inbox
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
        let settled = self.inbox.settle_in(tx, lease).await;
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
