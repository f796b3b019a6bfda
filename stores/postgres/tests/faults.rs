//! What goes wrong, with a real server: each fault ends in an error or in the right answer, and service
//! resumes without a restart.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::time::Duration;

use hookgate::{
    Ack,
    dedup::{DedupStore, End, Lease, Settled, StoreError},
};
use hookgate_postgres::{PostgresStore, Table};
use hookgate_store_kit::Bounds;
use hookgate_test_support::{
    App, LEASE, PostgresServer, Proxy, RETAIN, key, owner, send, send_until_done, win,
};
use place::{Place, fresh, fresh_table, number, run};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

hookgate_test_support::test_faults!(place::Served);

/// A handler's transaction that settled has the row. A release of a copy's claim does not wait for it, and is
/// repeated.
#[tokio::test]
async fn a_release_does_not_wait_for_a_transaction_that_has_the_row() {
    let Some(place) = Place::find() else { return };
    let pool = sqlx::PgPool::connect(place.url()).await.expect("connect");
    let table = fresh_table();
    let store = place::patient().table(table.clone()).pool(pool.clone());
    store.migrate().await.expect("migrate");
    let running = win(&store, 1).await;
    let mut tx = pool.begin().await.expect("begin");
    let lock = format!("SELECT FROM {table} FOR UPDATE");
    sqlx::raw_sql(sqlx::AssertSqlSafe(lock))
        .execute(&mut *tx)
        .await
        .expect("lock");
    let unclaimed = Lease::granted(key(1), owner(2), 1);
    let released = store.settle(&unclaimed, End::Release, RETAIN).await;
    assert!(matches!(released, Err(StoreError::Timeout)), "{released:?}");
    tx.commit().await.expect("commit");
    let released = store.settle(&unclaimed, End::Release, RETAIN).await;
    assert!(matches!(released, Ok(Settled::Ok)), "{released:?}");
    let settled = store.settle(&running, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
}

/// A handler's transaction that settled and goes on has the row of its mark. The marks that go with that one do not wait.
#[tokio::test(flavor = "multi_thread")]
async fn a_mark_whose_row_is_locked_holds_up_none_of_its_batch() {
    let Some(place) = Place::find() else { return };
    let (pool, table) = (place.pool().await, fresh_table());
    let settings = PostgresStore::builder().table(table.clone());
    let settings = settings
        .call_timeout(Duration::from_secs(60))
        .together(Bounds::USUAL);
    let store = settings.connect(place.url()).await.expect("connect");
    store.migrate().await.expect("migrate");
    let mut leases = Vec::new();
    for number in 1..=20 {
        leases.push(win(&store, number).await);
    }
    let mut tx = pool.begin().await.expect("begin");
    let lock = format!(
        "SELECT FROM {table} WHERE owner = '{}' FOR UPDATE",
        uuid(10)
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(lock))
        .execute(&mut *tx)
        .await
        .expect("lock");
    let settling = leases.into_iter().map(|lease| {
        let store = store.clone();
        tokio::spawn(async move { store.settle(&lease, End::Processed, RETAIN).await })
    });
    let mut settling: Vec<_> = settling.collect();
    let locked = settling.remove(9);
    // As long as the row is locked.
    for settling in settling {
        let settled = settling.await.expect("no panic");
        assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    }
    assert!(!locked.is_finished());
    tx.rollback().await.expect("rollback");
    let settled = locked.await.expect("no panic");
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
}

/// Credentials that rotate (tokens of a cloud's, a vault's): the application tells its pool.
#[tokio::test]
async fn heartbeats_follow_the_credentials_of_the_pool() {
    let Some(place) = Place::find() else { return };
    let admin = sqlx::PgPool::connect(place.url()).await.expect("connect");
    let table = fresh_table();
    run(&admin, PostgresStore::schema_of(&table)).await;
    let roles = ["first", "second"].map(|word| format!("{word}{}", std::process::id()));
    for role in &roles {
        run(
            &admin,
            format!(
                "CREATE ROLE {role} LOGIN; \
                 GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {role}"
            ),
        )
        .await;
    }
    let [first, second] = &roles;
    let as_role = |role: &str| PgConnectOptions::clone(&admin.connect_options()).username(role);
    let pool = PgPoolOptions::new()
        .max_connections(2)
        .connect_with(as_role(first))
        .await
        .expect("connect");
    let store = PostgresStore::builder().table(table).pool(pool.clone());
    let lease = win(&store, 1).await;
    let extended = store.extend(&lease, LEASE).await;
    assert!(matches!(extended, Ok(Settled::Ok)), "{extended:?}");

    pool.set_connect_options(as_role(second));
    run(&admin, format!("ALTER ROLE {first} NOLOGIN")).await;
    // In time all connections are made anew.
    run(
        &admin,
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{first}'"),
    )
    .await;
    win(&store, 2).await;
    let extended = store.extend(&lease, LEASE).await;
    assert!(matches!(extended, Ok(Settled::Ok)), "{extended:?}");
    pool.close().await;
    drop(store);
    for role in &roles {
        run(&admin, format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
    }
}

#[tokio::test]
async fn a_read_only_server_refuses_and_is_found_again() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let store = fresh(PostgresStore::builder(), &server.url()).await;
    let app = App::start(store.clone(), |_| async { Ok(Ack::processed()) }).await;
    let lease = win(&store, 1).await;
    let admin = sqlx::PgPool::connect(&server.url()).await.expect("connect");

    let switch =
        |to: &str| format!("ALTER DATABASE postgres SET default_transaction_read_only = {to}");
    run(&admin, switch("on")).await;
    // Existing connections go on. New ones, as after a failover to a replica, are read-only.
    server.crash();
    server.resume();
    let claim = store.claim(&key(2), None, owner(2), LEASE).await;
    assert!(
        matches!(claim, Err(StoreError::Unavailable(_))),
        "{claim:?}"
    );
    let settled = store.settle(&lease, End::Processed, RETAIN).await;
    assert!(
        matches!(settled, Err(StoreError::Unavailable(_))),
        "{settled:?}"
    );
    assert_eq!(send(app.address(), "one").await, Some(503));

    let writing = sqlx::postgres::PgConnectOptions::clone(&admin.connect_options())
        .options([("default_transaction_read_only", "off")]);
    let admin = sqlx::PgPool::connect_with(writing).await.expect("connect");
    run(&admin, switch("off")).await;
    win(&store, 2).await;
    let settled = store.settle(&lease, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    assert_eq!(send(app.address(), "one").await, Some(200));
}

#[tokio::test]
async fn a_server_in_recovery_refuses_and_a_promoted_one_serves() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let store = fresh(PostgresStore::builder(), &server.url()).await;
    let app = App::start(store.clone(), |_| async { Ok(Ack::processed()) }).await;
    assert_eq!(send(app.address(), "before").await, Some(200));
    let lease = win(&store, 1).await;

    server.crash();
    server.resume_in_recovery();
    for number in [1, 2] {
        let claim = store.claim(&key(number), None, owner(9), LEASE).await;
        assert!(
            matches!(claim, Err(StoreError::Unavailable(_))),
            "{claim:?}"
        );
    }
    let settled = store.settle(&lease, End::Processed, RETAIN).await;
    assert!(
        matches!(settled, Err(StoreError::Unavailable(_))),
        "{settled:?}"
    );
    assert_eq!(send(app.address(), "one").await, Some(503));

    let admin = sqlx::PgPool::connect(&server.url()).await.expect("connect");
    run(&admin, "SELECT pg_promote()").await;
    send_until_done(|| app.address(), "one").await;
    assert_eq!(send(app.address(), "before").await, Some(200));
    let settled = store.settle(&lease, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
}

/// Those of the store's own are introduced to them.
#[tokio::test]
async fn only_a_connection_of_the_applications_has_to_learn_a_statement() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let proxy = Proxy::start(server.port()).await;
    let url = server.url_as("postgres", proxy.port());
    // One connection, since messages to those that the pool opens meanwhile are no delivery's.
    let own = fresh(PostgresStore::builder().connections(1), &url).await;
    for event in 0..3 {
        assert_eq!(messages_of_a_delivery(&own, event, &proxy).await, 2);
    }
    let text = fresh(
        PostgresStore::builder().connections(1).prepared(false),
        &url,
    );
    assert_eq!(messages_of_a_delivery(&text.await, 0, &proxy).await, 2);

    // A connection of the application's learns each statement when it is first asked for it.
    let admin = sqlx::PgPool::connect(&server.url()).await.expect("connect");
    let table = fresh_table();
    run(&admin, PostgresStore::schema_of(&table)).await;
    let pool = PgPoolOptions::new().max_connections(1).connect(&url).await;
    let theirs = PostgresStore::builder()
        .table(table)
        .pool(pool.expect("connect"));
    for (event, messages) in (0..).zip([4, 2, 2]) {
        assert_eq!(
            messages_of_a_delivery(&theirs, event, &proxy).await,
            messages
        );
    }
}

async fn messages_of_a_delivery(store: &PostgresStore, event: u64, proxy: &Proxy) -> usize {
    proxy.requests();
    let lease = win(store, event).await;
    let settled = store.settle(&lease, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    // The pool's pings of connections given back wait for nobody.
    let requests = proxy.requests();
    requests.iter().filter(|first| **first == b'Q').count()
}

/// Each release waits a while for the row of a handler's transaction.
#[tokio::test(flavor = "multi_thread")]
async fn a_heartbeat_does_not_queue_behind_releases() {
    let Some(place) = Place::find() else { return };
    let (pool, table) = (place.pool().await, fresh_table());
    let store = PostgresStore::builder()
        .table(table.clone())
        .call_timeout(Duration::from_secs(5))
        .connect(place.url())
        .await
        .expect("connect");
    store.migrate().await.expect("migrate");
    let running = win(&store, 1).await;
    win(&store, 2).await;
    let mut tx = pool.begin().await.expect("begin");
    let lock = format!(
        "SELECT FROM {table} WHERE owner <> '{}' FOR UPDATE",
        uuid(1)
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(lock))
        .execute(&mut *tx)
        .await
        .expect("lock");
    let releases = (100..200).map(|by| {
        let store = store.clone();
        tokio::spawn(async move {
            let unclaimed = Lease::granted(key(2), owner(by), 1);
            store.settle(&unclaimed, End::Release, RETAIN).await
        })
    });
    let releases: Vec<_> = releases.collect();
    while waiting(&pool, &table).await == 0 {}
    let extended = store.extend(&running, LEASE).await;
    assert!(matches!(extended, Ok(Settled::Ok)), "{extended:?}");
    for release in releases {
        let released = release.await.expect("no panic");
        assert!(matches!(released, Err(StoreError::Timeout)), "{released:?}");
    }
}

fn uuid(number: u64) -> String {
    let bytes = owner(number).as_bytes().map(|byte| format!("{byte:02x}"));
    bytes.concat()
}

/// How many of the server's processes wait for a lock with a statement about the table.
async fn waiting(pool: &sqlx::PgPool, table: &Table) -> i64 {
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
         AND pid IN (SELECT pid FROM pg_locks WHERE relation = to_regclass('{table}'))"
    );
    number(pool, sql).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_waited_for_a_lock_in_vain_leaves_nobody_waiting() {
    let Some(place) = Place::find() else { return };
    let (pool, table) = (place.pool().await, fresh_table());
    let settings = |prepared| {
        PostgresStore::builder()
            .table(table.clone())
            .prepared(prepared)
            .call_timeout(Duration::from_millis(600))
    };
    let theirs = settings(true).pool(pool.clone());
    theirs.migrate().await.expect("migrate");
    let own = settings(true).connect(place.url()).await.expect("connect");
    let text = settings(false).connect(place.url()).await;
    let lease = win(&theirs, 1).await;

    let mut tx = pool.begin().await.expect("begin");
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("LOCK TABLE {table}")))
        .execute(&mut *tx)
        .await
        .expect("lock");
    for store in [theirs, own, text.expect("connect")] {
        let refused = [
            store.claim(&key(2), None, owner(2), LEASE).await.err(),
            store.settle(&lease, End::Processed, RETAIN).await.err(),
            store.settle(&lease, End::Release, RETAIN).await.err(),
            store.extend(&lease, LEASE).await.err(),
            store.look(&key(1)).await.err(),
            store.prune().await.err(),
        ];
        for error in refused {
            assert!(matches!(error, Some(StoreError::Timeout)), "{error:?}");
        }
    }
    // The lock is still held, so only a statement that gave up waits no more.
    let nobody = async { while waiting(&pool, &table).await > 0 {} };
    let nobody = tokio::time::timeout(Duration::from_secs(20), nobody).await;
    assert!(nobody.is_ok(), "a process of the server waits on");
    tx.rollback().await.expect("rollback");
    win(&own_again(&place, &table).await, 2).await;
}

async fn own_again(place: &Place, table: &Table) -> PostgresStore {
    let settings = place::patient().table(table.clone());
    settings.connect(place.url()).await.expect("connect")
}
