//! An inbox on tables of its own, and an application whose effect is a row of the same database.

use std::{sync::Arc, time::Duration};

use hookgate::{EventKey, LeaseHandle, Nack};
use hookgate_postgres::{PostgresInbox, PostgresInboxBuilder, SettleError, Table};
use hookgate_test_support::{Effects, NotSettled};
use sqlx::{PgPool, Postgres, Transaction, postgres::PgConnectOptions};

use super::{Place, fresh_table, number, run};

/// Settings for tests that are not about limits of time, on a machine that may be busy, with a server that does not wait
/// for its disk.
pub(crate) fn patient_inbox() -> PostgresInboxBuilder {
    PostgresInbox::builder()
        .call_timeout(Duration::from_secs(20))
        .may_lose_what_was_accepted()
}

/// An inbox with these settings on fresh tables.
pub(crate) async fn fresh_inbox(settings: PostgresInboxBuilder, url: &str) -> PostgresInbox {
    let settings = settings.tables_named(&fresh_table()).table(fresh_table());
    let inbox = settings.connect(url).await.expect("connect");
    inbox.migrate().await.expect("migrate");
    inbox
}

#[derive(Clone)]
pub(crate) struct InboxEffects {
    pub(crate) inbox: PostgresInbox,
    pub(crate) pool: PgPool,
    /// Those of the inbox, of claims and marks, and of the effects.
    pub(crate) tables: [Table; 3],
    _place: Option<Arc<Place>>,
}

/// On fresh tables.
pub(crate) async fn inbox_effects() -> Option<InboxEffects> {
    let place = Place::find()?;
    let tables = [fresh_table(), fresh_table(), fresh_table()];
    let mut effects = InboxEffects::at(place.url(), tables).await;
    let create = format!("CREATE TABLE {} (id text)", effects.tables[2]);
    run(&effects.pool, create).await;
    effects._place = Some(Arc::new(place));
    Some(effects)
}

impl InboxEffects {
    /// On these tables. Makes the inbox's.
    pub(crate) async fn at(url: &str, tables: [Table; 3]) -> Self {
        let options: PgConnectOptions = url.parse().expect("an address");
        // Its sessions have a name of their own: `Scene::until_stopped` counts no other test's.
        let options = options.application_name(tables[0].to_string().trim_matches('"'));
        let pool = PgPool::connect_with(options).await.expect("connect");
        let settings = patient_inbox()
            .tables_named(&tables[0])
            .table(tables[1].clone());
        let inbox = settings.pool(pool.clone()).await.expect("an inbox");
        inbox.migrate().await.expect("migrate");
        Self {
            inbox,
            pool,
            tables,
            _place: None,
        }
    }

    /// The inbox's own table of this ending.
    pub(crate) fn table(&self, ending: &str) -> String {
        format!("{}_{ending}", self.tables[0].to_string().trim_matches('"'))
    }
}

impl Effects for InboxEffects {
    type Store = PostgresInbox;
    type Transaction = Transaction<'static, Postgres>;

    fn store(&self) -> &PostgresInbox {
        &self.inbox
    }

    async fn write(&self, event: &EventKey) -> Result<Self::Transaction, Nack> {
        let mut tx = self.pool.begin().await?;
        let insert = format!("INSERT INTO {} VALUES ('{event}')", self.tables[2]);
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
        let count = |what: &str| format!("SELECT count({what}) FROM {}", self.tables[2]);
        (
            number(&self.pool, count("*")).await,
            number(&self.pool, count("DISTINCT id")).await,
        )
    }

    async fn unprocessed(&self) -> i64 {
        let sql = format!("SELECT count(*) FROM {} WHERE state <> 1", self.tables[1]);
        number(&self.pool, sql).await
    }
}
