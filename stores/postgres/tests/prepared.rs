//! Statements that the server's connections know, forget, and hand around.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use hookgate::dedup::{DedupStore, End, Settled, StoreError};
use hookgate_postgres::{PostgresStore, Table};
use hookgate_test_support::{LEASE, PgBouncer, PostgresServer, Proxy, RETAIN, key, owner, win};
use place::{Place, fresh, fresh_table, number, patient, run};
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::task::JoinSet;

/// A pool of the application's, so small that a test sees the very connection that the store uses.
async fn one_connection(url: &str) -> PgPool {
    PgPoolOptions::new()
        .max_connections(1)
        .connect(url)
        .await
        .expect("connect")
}

/// A fresh table that another program made.
async fn table_for(pool: &PgPool) -> Table {
    let table = fresh_table();
    run(pool, PostgresStore::schema_of(&table)).await;
    table
}

/// A claim and a settle.
async fn handle(store: &PostgresStore, number: u64) {
    let lease = win(store, number).await;
    let settled = store.settle(&lease, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
}

/// How many of hookgate's statements the pool's connection knows.
async fn known(pool: &PgPool) -> i64 {
    let known = "SELECT count(*) FROM pg_prepared_statements WHERE starts_with(name, 'hookgate_')";
    number(pool, known).await
}

#[tokio::test]
async fn a_connection_that_forgets_is_told_again() {
    let Some(place) = Place::find() else { return };
    let pool = one_connection(place.url()).await;
    let table = table_for(&pool).await;
    let store = PostgresStore::builder().table(table).pool(pool.clone());
    assert_eq!(known(&pool).await, 0);
    handle(&store, 1).await;
    assert_eq!(known(&pool).await, 2);
    for (round, forget) in (2..).zip(["DEALLOCATE ALL", "DISCARD ALL"]) {
        run(&pool, forget).await;
        assert_eq!(known(&pool).await, 0);
        handle(&store, round).await;
        assert_eq!(known(&pool).await, 2);
    }
}

#[tokio::test]
async fn switched_off_nothing_stays_on_a_connection() {
    let Some(place) = Place::find() else { return };
    let pool = one_connection(place.url()).await;
    let store = PostgresStore::builder()
        .table(fresh_table())
        .prepared(false)
        .pool(pool.clone());
    store.migrate().await.expect("migrate");
    handle(&store, 1).await;
    assert_eq!(known(&pool).await, 0);
}

#[tokio::test]
async fn what_somebody_else_prepared_under_a_name_is_the_same() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let proxy = Proxy::start(server.port()).await;
    let pool = one_connection(&server.url_as("postgres", proxy.port())).await;
    let table = table_for(&pool).await;
    let store = || {
        PostgresStore::builder()
            .table(table.clone())
            .pool(pool.clone())
    };
    handle(&store(), 1).await;
    let other = store();
    messages(&proxy);
    handle(&other, 2).await;
    assert_eq!(messages(&proxy), 2);
    // Another table's statements have other names, on the same connection.
    let elsewhere = PostgresStore::builder()
        .table(table_for(&pool).await)
        .pool(pool.clone());
    handle(&elsewhere, 1).await;
    handle(&other, 3).await;
    assert_eq!(known(&pool).await, 4);
}

#[tokio::test]
async fn a_table_that_was_dropped_and_made_again_is_used_at_once() {
    let Some(place) = Place::find() else { return };
    let pool = one_connection(place.url()).await;
    let table = table_for(&pool).await;
    let store = PostgresStore::builder()
        .table(table.clone())
        .pool(pool.clone());
    // So often that the server keeps its plan.
    for number in 0..8 {
        handle(&store, number).await;
    }
    run(&pool, format!("DROP TABLE {table}")).await;
    let missing = store.claim(&key(8), None, owner(8), LEASE).await;
    let Err(StoreError::Unavailable(why)) = missing else {
        panic!("no table, no claim: {missing:?}");
    };
    assert!(why.to_string().contains("migrate()"), "{why}");
    store.migrate().await.expect("migrate");
    handle(&store, 0).await;
    // The table changed under the plan. The statement takes it as it is.
    run(
        &pool,
        format!(
            "ALTER TABLE {table} ADD COLUMN note text; \
             ALTER TABLE {table} ALTER expires_at TYPE timestamptz(3)"
        ),
    )
    .await;
    handle(&store, 1).await;
}

#[tokio::test]
async fn a_plan_made_for_a_few_rows_serves_many() {
    let Some(place) = Place::find() else { return };
    let pool = one_connection(place.url()).await;
    for at_once in [1, 8] {
        serves_many(&pool, at_once).await;
    }
}

/// Events that come at once go together.
async fn serves_many(pool: &PgPool, at_once: u64) {
    let table = table_for(pool).await;
    let store = PostgresStore::builder()
        .table(table.clone())
        .pool(pool.clone());
    let scans = |column: &str| {
        let of = format!("FROM pg_stat_user_tables WHERE relid = '{table}'::regclass");
        number(pool, format!("SELECT {column} {of}"))
    };
    let mut events = 0..100_000;
    // Handles events until the server counts reads of an index, which it does with a delay.
    let mut handle_some = async || {
        let before = scans("idx_scan").await;
        while scans("idx_scan").await < before + 100 {
            let mut handled = JoinSet::new();
            for _ in 0..at_once {
                let (store, event) = (store.clone(), events.next().expect("scans are counted"));
                handled.spawn(async move { handle(&store, event).await });
            }
            handled.join_all().await;
        }
    };
    handle_some().await;
    // Statistics by which reading the whole table is the cheapest way to find a row.
    run(pool, format!("TRUNCATE {table}; ANALYZE {table}")).await;
    handle_some().await;
    let whole = scans("seq_scan").await;
    handle_some().await;
    assert_eq!(scans("seq_scan").await, whole);
}

#[tokio::test]
async fn a_plan_follows_the_search_path() {
    let Some(place) = Place::find() else { return };
    let pool = one_connection(place.url()).await;
    let name = format!("path{}", std::process::id());
    let table = Table::new(&name).expect("a plain name");
    let store = PostgresStore::builder().table(table).pool(pool.clone());
    let schemas = ["a", "b"].map(|letter| format!("{letter}{name}"));
    for schema in &schemas {
        run(
            &pool,
            format!("CREATE SCHEMA {schema}; SET search_path TO {schema}"),
        )
        .await;
        store.migrate().await.expect("migrate");
    }
    for round in 0..8 {
        for schema in &schemas {
            run(&pool, format!("SET search_path TO {schema}")).await;
            // The same key: each table has its own.
            handle(&store, round).await;
        }
    }
    for schema in &schemas {
        let rows = number(&pool, format!("SELECT count(*) FROM {schema}.{name}")).await;
        assert_eq!(rows, 8, "{schema}");
    }
    let [a, b] = schemas;
    run(&pool, format!("DROP SCHEMA {a}, {b} CASCADE")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_of_a_transaction_pool_share_its_connections() {
    const CLIENTS: u64 = 8;
    const EVENTS: u64 = 100;
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let Some(bouncer) = PgBouncer::start(&server) else {
        return;
    };
    let url = server.url_as("postgres", bouncer.port());
    let pool = one_connection(&url).await;
    let table = table_for(&pool).await;
    let busy = Arc::new(AtomicBool::new(true));
    // Somebody makes the connections forget, at whatever moment. So a client that misses a statement on one
    // is often moved to one that knows it, and the other way round.
    let forgetting = tokio::spawn({
        let (pool, busy) = (pool.clone(), busy.clone());
        async move {
            while busy.load(Ordering::Relaxed) {
                run(&pool, "DEALLOCATE ALL").await;
            }
        }
    });
    let mut clients = Vec::new();
    for client in 0..CLIENTS {
        let store = patient().table(table.clone()).connect(&url);
        let store = store.await.expect("connect");
        clients.push(tokio::spawn(async move {
            for event in 0..EVENTS {
                handle(&store, client * EVENTS + event).await;
            }
        }));
    }
    for client in clients {
        client.await.expect("every event is handled");
    }
    busy.store(false, Ordering::Relaxed);
    forgetting.await.expect("they forgot");
    let done = number(
        &pool,
        format!("SELECT count(*) FROM {table} WHERE state = 1 AND attempt = 1"),
    );
    assert_eq!(done.await, 800);
}

#[tokio::test]
async fn where_connections_always_forget_the_store_goes_on_without() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let Some(bouncer) = PgBouncer::start_forgetful(&server) else {
        return;
    };
    let proxy = Proxy::start(bouncer.port()).await;
    let url = server.url_as("postgres", proxy.port());
    let store = fresh(patient().connections(1), &url).await;
    messages(&proxy);
    handle(&store, 0).await;
    assert_eq!(messages(&proxy), 4);
    let mut events = 1;
    loop {
        handle(&store, events).await;
        if messages(&proxy) == 2 {
            break;
        }
        events += 1;
        assert!(events < 600, "a thousand misses are 500 events");
    }
    // A few misses do not switch it off: a restart of the server must not end it.
    assert!(events > 100, "given up after {events} events");
    handle(&store, events + 1).await;
    assert_eq!(messages(&proxy), 2);
}

/// Statements sent since it was last asked. A pool's pings are not among them.
fn messages(proxy: &Proxy) -> usize {
    let requests = proxy.requests();
    requests.iter().filter(|first| **first == b'Q').count()
}
