//! The table: who creates it, its name, and how it stays small.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::time::Duration;

use hookgate::dedup::{Claim, DedupStore, End, Lease, Settled, StoreError};
use hookgate_postgres::{OpenError, PostgresStore, Table};
use hookgate_test_support::{LEASE, RETAIN, key, owner, win};
use place::{Place, fresh_table, number, patient, run};
use sqlx::{PgPool, Row, postgres::PgConnectOptions};

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

/// A comment may promise columns that are not there: an earlier build's table, or a copied comment.
#[tokio::test]
async fn a_table_without_one_of_its_columns_is_brought_up_to_date() {
    let Some(place) = Place::find() else { return };
    let (table, pool) = (fresh_table(), place.pool().await);
    let store = PostgresStore::builder()
        .table(table.clone())
        .pool(pool.clone());
    store.migrate().await.expect("migrate");
    run(&pool, format!("ALTER TABLE {table} DROP COLUMN given_up")).await;
    store.migrate().await.expect("migrate");
    let unclaimed = Lease::granted(key(1), owner(1), 1);
    let released = store.settle(&unclaimed, End::Release, RETAIN).await;
    assert!(released.is_ok(), "{released:?}");
    win(&store, 2).await;

    // The table is not the store's at all. `migrate()` says so, and writes nothing on it.
    let strange = "(event_key bytea, expires_at timestamptz)";
    run(
        &pool,
        format!("DROP TABLE {table}; CREATE TABLE {table} {strange}"),
    )
    .await;
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
async fn old_rows_go_in_the_background_and_young_ones_stay() {
    let Some(place) = Place::find() else { return };
    let (table, pool) = (fresh_table(), place.pool().await);
    let quiet = PostgresStore::builder()
        .table(table.clone())
        .prune_every(None)
        .pool(pool.clone());
    quiet.migrate().await.expect("migrate");
    for number in 0..6 {
        let lease = win(&quiet, number).await;
        if number != 5 {
            let end = if number == 4 {
                End::Release
            } else {
                End::Processed
            };
            quiet.settle(&lease, end, RETAIN).await.expect("settle");
        }
    }
    let age = |number: u64, by: &'static str| {
        format!(
            "UPDATE {table} SET expires_at = now() - interval '{by}' \
             WHERE event_key = decode('{}', 'hex')",
            key(number)
        )
    };
    run(&pool, age(0, "2 minutes")).await;
    run(&pool, age(1, "10 seconds")).await; // ended, but a copy may be on its way
    run(&pool, age(4, "2 minutes")).await;
    // Lapsed leases count the attempts for a day, and what was given up is remembered for as long.
    run(&pool, age(5, "23 hours 55 minutes")).await;
    quiet
        .settle(&unclaimed(6), End::Release, RETAIN)
        .await
        .expect("release");
    run(&pool, age(6, "23 hours 55 minutes")).await;
    win(&quiet, 7).await;
    run(&pool, age(7, "24 hours 5 minutes")).await;

    // More than a batch.
    run(
        &pool,
        format!(
            "INSERT INTO {table} SELECT sha256(n::text::bytea), gen_random_uuid(), 1, 1, NULL, \
             now() - interval '1 day' FROM generate_series(1, 2500) AS n"
        ),
    )
    .await;
    assert_eq!(quiet.prune().await.expect("prune"), 2503);
    for kept in [1, 2, 3, 5, 6] {
        let sql = format!(
            "SELECT count(*) FROM {table} WHERE event_key = decode('{}', 'hex')",
            key(kept)
        );
        assert_eq!(number(&pool, sql).await, 1, "key {kept} stays");
    }
    let claim = quiet.claim(&key(5), None, owner(9), LEASE).await;
    assert!(
        matches!(&claim, Ok(Claim::Won(lease)) if lease.attempt() == 2),
        "{claim:?}"
    );

    run(&pool, age(2, "2 minutes")).await;
    let by_itself = PostgresStore::builder()
        .table(table.clone())
        .prune_every(Some(Duration::from_millis(20)))
        .pool(pool.clone());
    let left = format!("SELECT count(*) FROM {table}");
    let began = std::time::Instant::now();
    while number(&pool, left.clone()).await > 4 {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "nothing went by itself"
        );
    }
    // Its task ends with the store.
    drop(by_itself);
    run(&pool, age(3, "2 minutes")).await;
    assert_eq!(quiet.prune().await.expect("prune"), 1);
}

/// The lease of a claim that never came.
fn unclaimed(number: u64) -> Lease {
    Lease::granted(key(number), owner(number), 1)
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
            .call_limit(Duration::from_millis(300))
            .connect(&url)
            .await;
        let error = opened.expect_err("nobody answers there");
        let mut text = format!("{error} {error:?}");
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            text.push_str(&format!(" {error} {error:?}"));
            cause = error.source();
        }
        assert!(!text.contains(secret), "{text}");
    }
    if let Some(place) = Place::find() {
        let store = place.store().await;
        assert!(!format!("{store:?}").contains("127.0.0.1"));
    }
}
