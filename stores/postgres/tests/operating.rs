//! The table: who creates it, its name, and how it stays small.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::time::Duration;

use hookgate::dedup::{DedupStore, End, Settled, StoreError};
use hookgate_postgres::{OpenError, PostgresStore, Table};
use hookgate_test_support::{LEASE, RETAIN, key, owner, says_nothing_of, win};
use place::{Place, fresh_table, number, patient, run};
use sqlx::{PgPool, Row, postgres::PgConnectOptions};

hookgate_test_support::test_tables!(place::PostgresRows);

#[tokio::test(flavor = "multi_thread")]
async fn many_instances_migrate_at_once() {
    let Some(place) = Place::find() else { return };
    let table = fresh_table();
    let mut starting = Vec::new();
    for number in 0..8 {
        let (table, url) = (table.clone(), place.url().to_owned());
        starting.push(tokio::spawn(async move {
            let store = PostgresStore::builder().table(table).connect(&url).await?;
            store.migrate().await?;
            win(&store, number).await;
            Ok::<_, OpenError>(())
        }));
    }
    for instance in starting {
        instance.await.expect("no panic").expect("migrated");
    }
}

#[tokio::test]
async fn a_role_that_cannot_create_tables_works_on_what_is_there() {
    let Some(place) = Place::find() else { return };
    let admin = place.pool().await;
    let (table, role) = (fresh_table(), format!("r{}", std::process::id()));
    run(
        &admin,
        format!("DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN"),
    )
    .await;
    let options = PgConnectOptions::clone(&admin.connect_options()).username(&role);
    let pool = PgPool::connect_with(options).await.expect("connect");
    let store = PostgresStore::builder().table(table.clone()).pool(pool);

    let missing = store.claim(&key(0), None, owner(0), LEASE).await;
    let Err(StoreError::Unavailable(why)) = missing else {
        panic!("no table, no claim: {missing:?}");
    };
    assert!(why.to_string().contains("migrate()"), "{why}");
    assert!(
        store.migrate().await.is_err(),
        "the role may not create tables"
    );

    // A role that may create tables runs the printed text.
    run(&admin, PostgresStore::schema_of(&table)).await;
    run(&admin, PostgresStore::schema_of(&table)).await;
    run(
        &admin,
        format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {role}"),
    )
    .await;
    store.migrate().await.expect("nothing is left to do");
    let lease = win(&store, 0).await;
    let settled = store.settle(&lease, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    store.prune().await.expect("prune");
    run(&admin, format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
}

/// What another release's `migrate()` leaves, and what others may write there.
async fn comment(pool: &PgPool, table: &Table) -> String {
    let sql = format!("SELECT coalesce(obj_description('{table}'::regclass, 'pg_class'), '')");
    let row = sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .fetch_one(pool)
        .await;
    row.expect("a comment").get(0)
}

#[tokio::test]
async fn a_version_is_never_lowered_and_nothing_of_a_later_one_is_touched() {
    let Some(place) = Place::find() else { return };
    let (table, pool) = (fresh_table(), place.pool().await);
    let store = PostgresStore::builder()
        .table(table.clone())
        .pool(pool.clone());
    store.migrate().await.expect("migrate");
    let own = comment(&pool, &table).await;

    // A rolling upgrade: this release starts once more, after a later one has migrated.
    let later = "hookgate dedup, schema 2";
    run(
        &pool,
        format!(
            "ALTER TABLE {table} ADD COLUMN tenant text; DROP INDEX {index}; \
             COMMENT ON TABLE {table} IS '{later}'",
            index = index_of(&table),
        ),
    )
    .await;
    store.migrate().await.expect("nothing is to be done");
    assert_eq!(comment(&pool, &table).await, later);
    assert_eq!(
        indexes(&pool, &table).await,
        1,
        "the later release dropped one"
    );
    win(&store, 0).await;
    // The same by hand, or by an instance that looked before the later one had migrated.
    run(&pool, PostgresStore::schema_of(&table)).await;
    assert_eq!(comment(&pool, &table).await, later);

    // Somebody's own words, with the columns there.
    run(
        &pool,
        format!("COMMENT ON TABLE {table} IS 'of the webhooks'"),
    )
    .await;
    store.migrate().await.expect("nothing is to be done");
    run(&pool, PostgresStore::schema_of(&table)).await;
    assert_eq!(comment(&pool, &table).await, "of the webhooks");

    // A lower one is brought up to date.
    run(&pool, format!("DROP TABLE {table}")).await;
    store.migrate().await.expect("migrate");
    assert_eq!(comment(&pool, &table).await, own);
}

/// It is said, and nothing is written on it.
#[tokio::test]
async fn a_table_that_is_not_the_stores_is_refused() {
    let Some(place) = Place::find() else { return };
    let (table, pool) = (fresh_table(), place.pool().await);
    let store = PostgresStore::builder()
        .table(table.clone())
        .pool(pool.clone());
    let strange = "(event_key bytea, expires_at timestamptz)";
    run(&pool, format!("CREATE TABLE {table} {strange}")).await;
    assert!(store.migrate().await.is_err());
    assert_eq!(comment(&pool, &table).await, "");
}

fn index_of(table: &Table) -> String {
    format!("{}_expires_at", table.to_string().replace('"', ""))
}

async fn indexes(pool: &PgPool, table: &Table) -> i64 {
    let sql = format!("SELECT count(*) FROM pg_index WHERE indrelid = '{table}'::regclass");
    number(pool, sql).await
}

#[tokio::test]
async fn a_role_that_cannot_create_tables_starts_beside_a_later_version() {
    let Some(place) = Place::find() else { return };
    let admin = place.pool().await;
    let (table, role) = (fresh_table(), format!("later{}", std::process::id()));
    run(&admin, PostgresStore::schema_of(&table)).await;
    run(
        &admin,
        format!(
            "DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN; \
             GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {role}; \
             COMMENT ON TABLE {table} IS 'hookgate dedup, schema 2'"
        ),
    )
    .await;
    let options = PgConnectOptions::clone(&admin.connect_options()).username(&role);
    let pool = PgPool::connect_with(options).await.expect("connect");
    let store = PostgresStore::builder().table(table).pool(pool);
    store.migrate().await.expect("nothing is to be done");
    win(&store, 0).await;
    drop(store);
    run(&admin, format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
}

#[tokio::test]
async fn a_table_can_stand_in_another_schema_under_any_plain_name() {
    let Some(place) = Place::find() else { return };
    let admin = place.pool().await;
    let schema = format!("s{}", std::process::id());
    run(&admin, format!("CREATE SCHEMA IF NOT EXISTS {schema}")).await;
    let store = PostgresStore::builder()
        .table(Table::new(&format!("{schema}.order")).expect("a plain name"))
        .pool(admin.clone());
    store.migrate().await.expect("migrate");
    win(&store, 0).await;
    let sql = format!("SELECT count(*) FROM {schema}.\"order\"");
    assert_eq!(number(&admin, sql).await, 1);
    run(&admin, format!("DROP SCHEMA {schema} CASCADE")).await;
}

#[tokio::test]
async fn pruning_passes_by_rows_that_somebody_works_on() {
    let Some(place) = Place::find() else { return };
    let (table, pool) = (fresh_table(), place.pool().await);
    let store = patient().table(table.clone()).pool(pool.clone());
    store.migrate().await.expect("migrate");
    for number in [1, 2] {
        win(&store, number).await;
    }
    let old = format!("UPDATE {table} SET expires_at = now() - interval '2 days'");
    run(&pool, old).await;
    let mut tx = pool.begin().await.expect("begin");
    let lock = format!(
        "SELECT FROM {table} WHERE event_key = decode('{}', 'hex') FOR UPDATE",
        key(1)
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(lock))
        .execute(&mut *tx)
        .await
        .expect("lock");
    assert_eq!(store.prune().await.expect("prune"), 1);
    tx.commit().await.expect("commit");
    assert_eq!(store.prune().await.expect("prune"), 1);
}

#[tokio::test]
async fn claims_and_pruning_use_indexes() {
    let Some(place) = Place::find() else { return };
    let (table, pool) = (fresh_table(), place.pool().await);
    run(&pool, PostgresStore::schema_of(&table)).await;
    assert_eq!(indexes(&pool, &table).await, 2);
}

#[tokio::test]
async fn no_error_repeats_an_address() {
    let secret = "hunter2-do-not-log";
    for url in [
        format!("postgres://app:{secret}@[not an address"),
        format!("mysql://app:{secret}@127.0.0.1/app"),
        format!("postgres://app:{secret}@127.0.0.1:1/{secret}"),
    ] {
        let opened = PostgresStore::builder()
            .call_timeout(Duration::from_millis(300))
            .connect(&url)
            .await;
        says_nothing_of(secret, &opened.expect_err("nobody answers there"));
    }
    if let Some(place) = Place::find() {
        let store = place.store().await;
        assert!(!format!("{store:?}").contains("127.0.0.1"));
    }
}
