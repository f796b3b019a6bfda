//! PostgreSQL, with `fsync` and `synchronous_commit` on.

use hookgate::EventKey;
use hookgate_postgres::{PostgresStore, Table};
use hookgate_test_support::PostgresServer;
use sqlx::{AssertSqlSafe, PgPool, postgres::PgPoolOptions};

use crate::measure::{Side, Store, compare, head};

/// The two statements, prepared, on a table of the same shape.
#[derive(Clone)]
struct Bare(PgPool);

impl Side for Bare {
    async fn handle(&self, key: EventKey) {
        let key = key.as_bytes().as_slice();
        sqlx::query(
            "INSERT INTO bare (event_key, owner, attempt, state, content, expires_at) VALUES \
             ($1, '00000000000000000000000000000000', 1, 0, NULL, now() + interval '30 s') \
             ON CONFLICT DO NOTHING",
        )
        .bind(key)
        .execute(&self.0)
        .await
        .expect("insert");
        sqlx::query(
            "UPDATE bare SET state = 1, expires_at = now() + interval '1 day' WHERE event_key = $1",
        )
        .bind(key)
        .execute(&self.0)
        .await
        .expect("update");
    }
}

pub(crate) async fn run() {
    let Some(server) = PostgresServer::start_durable() else {
        return;
    };
    let pool = PgPoolOptions::new()
        .max_connections(10)
        .test_before_acquire(false)
        .connect(&server.url())
        .await
        .expect("connect");
    let bare = PostgresStore::schema_of(&Table::new("bare").expect("a name"));
    sqlx::raw_sql(AssertSqlSafe(bare))
        .execute(&pool)
        .await
        .expect("create");
    let store = PostgresStore::with_pool(pool.clone());
    store.migrate().await.expect("migrate");
    let version: String =
        sqlx::query_scalar("SELECT split_part(current_setting('server_version'), ' ', 1)")
            .fetch_one(&pool)
            .await
            .expect("its version");
    head("PostgreSQL", &[("version", version)]);
    for under_way in [1, 8, 64] {
        compare(
            "PostgreSQL",
            Store(store.clone()),
            Bare(pool.clone()),
            under_way,
        )
        .await;
    }
}
