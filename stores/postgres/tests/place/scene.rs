//! An inbox, the application's pool on its database, and what tests do with both.

use std::{future::Future, sync::Arc, time::Duration};

use hookgate::{
    EventKey,
    dedup::{DedupStore, End, Lease, Settled},
    inbox::{Accept, Ask, Batch, DeadReason, Entry, FORMAT, Inbox, OrderKey},
    pack::ContentDigest,
};
use hookgate_postgres::{PostgresInbox, PostgresInboxBuilder};
use hookgate_test_support::{LEASE, RETAIN, key, owner};
use sqlx::{PgConnection, PgPool, Postgres, Row, Transaction};

use super::{InboxEffects, inbox_effects, run};

pub(crate) const ENDPOINT: &str = "endpoint";
/// Longer than any of this takes, on the busiest machine.
const STUCK: Duration = Duration::from_secs(60);

pub(crate) struct Scene {
    pub(crate) at: InboxEffects,
}

/// On fresh tables.
pub(crate) async fn scene() -> Option<Scene> {
    let at = inbox_effects().await?;
    Some(Scene { at })
}

impl Scene {
    pub(crate) fn inbox(&self) -> &PostgresInbox {
        &self.at.inbox
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.at.pool
    }

    /// Another instance, on the same tables.
    pub(crate) async fn another(&self) -> PostgresInbox {
        let settings = self.settings().pool(self.at.pool.clone());
        settings.await.expect("another instance")
    }

    /// Of an instance on the same tables.
    pub(crate) fn settings(&self) -> PostgresInboxBuilder {
        let [tables, dedup, _] = &self.at.tables;
        super::patient_inbox()
            .tables_named(tables)
            .table(dedup.clone())
    }

    pub(crate) async fn accept(&self, entry: Entry) -> Accept {
        let accepted = self.inbox().accept(vec![entry]).await.expect("accept");
        accepted[0]
    }

    pub(crate) async fn queue(&self, entries: impl IntoIterator<Item = Entry>) {
        for entry in entries {
            assert_eq!(self.accept(entry).await, Accept::Queued);
        }
    }

    pub(crate) async fn ask(&self, by: u64) -> Batch {
        ask(self.inbox(), by, LEASE).await
    }

    pub(crate) async fn settle(&self, lease: &Lease) -> Settled {
        let settled = self.inbox().settle(lease, End::Processed, RETAIN).await;
        settled.expect("settle")
    }

    pub(crate) async fn bury(&self, lease: &Lease) {
        let buried = self.inbox().bury(lease, DeadReason::Failed, None).await;
        assert!(matches!(buried, Ok(Settled::Ok)), "{buried:?}");
    }

    /// A statement on the inbox's tables: `{work}` and so on name them, `{dedup}` that of claims and marks.
    pub(crate) fn sql(&self, sql: &str) -> String {
        let mut sql = sql.replace("{dedup}", &self.at.tables[1].to_string());
        for table in [
            "work",
            "later",
            "parked",
            "dead",
            "endpoint",
            "count",
            "ring",
            "number",
            "payload_0",
            "payload_1",
        ] {
            sql = sql.replace(&format!("{{{table}}}"), &self.at.table(table));
        }
        sql
    }

    /// Whether somebody waits for the transaction of that process of the server's.
    pub(crate) async fn waits_for(&self, pid: i32) -> bool {
        let waiting = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE {pid} = ANY (pg_blocking_pids(pid))"
        );
        self.number(&waiting).await > 0
    }

    pub(crate) async fn run(&self, sql: &str) {
        run(self.pool(), self.sql(sql)).await;
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        super::number(self.pool(), self.sql(sql)).await
    }

    /// A transaction of the application's that has run `sql` and goes on.
    pub(crate) async fn open(&self, sql: &str) -> Transaction<'static, Postgres> {
        let mut tx = self.pool().begin().await.expect("begin");
        sqlx::raw_sql(sqlx::AssertSqlSafe(self.sql(sql)))
            .execute(&mut *tx)
            .await
            .expect("run a statement");
        tx
    }

    /// From now on each transaction that writes to `table` stops at its commit, until what is answered here ends.
    pub(crate) async fn stop_commits_of(&self, table: &str) -> Transaction<'static, Postgres> {
        let name = self.at.table(table);
        self.run(&format!(
            "CREATE FUNCTION {name}_stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 PERFORM pg_advisory_xact_lock_shared(hashtext('{name}')); RETURN NULL; END $$; \
             CREATE CONSTRAINT TRIGGER stop AFTER INSERT OR UPDATE ON {name} DEFERRABLE INITIALLY DEFERRED \
                 FOR EACH ROW EXECUTE FUNCTION {name}_stop()"
        ))
        .await;
        self.open(&format!("SELECT pg_advisory_xact_lock(hashtext('{name}'))"))
            .await
    }

    /// Waits until so many sessions of this scene wait for a lock like that.
    pub(crate) async fn until_stopped(&self, sessions: i64) {
        let waiting = "SELECT count(*) FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) \
             WHERE l.locktype = 'advisory' AND NOT l.granted \
             AND a.application_name = current_setting('application_name')";
        until("a session stops", async || {
            super::number(self.pool(), waiting).await >= sessions
        })
        .await;
    }
}

pub(crate) fn entry(number: u64) -> Entry {
    Entry {
        key: key(number),
        token: owner(1000 + number),
        content: None,
        endpoint: ENDPOINT.into(),
        event_type: "known",
        key_id: "key".into(),
        order: None,
        retain: RETAIN,
        format: FORMAT,
        payload: format!("payload {number}").into(),
    }
}

pub(crate) fn copy(number: u64) -> Entry {
    Entry {
        token: owner(2000 + number),
        ..entry(number)
    }
}

/// Of an order.
pub(crate) fn ordered(order: &str, number: u64) -> Entry {
    Entry {
        order: Some(self::order(order)),
        ..entry(number)
    }
}

pub(crate) fn order(name: &str) -> OrderKey {
    OrderKey::from_bytes(*ContentDigest::of(name.as_bytes()).as_bytes())
}

pub(crate) async fn ask(inbox: &impl Inbox, by: u64, lasts: Duration) -> Batch {
    ask_for(inbox, 1000, by, lasts).await
}

/// Asks for so many lines at most.
pub(crate) async fn ask_for(inbox: &impl Inbox, limit: usize, by: u64, lasts: Duration) -> Batch {
    let endpoints: [Arc<str>; 1] = [ENDPOINT.into()];
    let ask = Ask {
        endpoints: &endpoints,
        format: FORMAT,
        limit,
        lasts,
        owner: owner(by),
        suspects: false,
    };
    inbox.lease(ask).await.expect("lease")
}

/// The keys of what was handed out.
pub(crate) fn keys(batch: &Batch) -> Vec<EventKey> {
    batch.rows.iter().map(|row| *row.lease.key()).collect()
}

/// The server's process of a transaction.
pub(crate) async fn pid(tx: &mut PgConnection) -> i32 {
    let row = sqlx::raw_sql("SELECT pg_backend_pid()").fetch_one(tx).await;
    row.expect("a process").get(0)
}

/// As it stands in a statement.
pub(crate) fn literal(number: u64) -> String {
    format!("decode('{}', 'hex')", key(number))
}

/// Runs until `holds`, with a deadline.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(STUCK, waiting)
        .await
        .unwrap_or_else(|_| panic!("waited in vain: {what}"));
}
