//! What is awaited, on a real server: the public contract suite, also behind a proxy that pools by transaction, and the
//! application's transaction.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::time::Duration;

use hookgate::{
    dedup::contract::{RealTime, Terms},
    polling::{Expectation, ExpectationKey, Expectations, Expecting, Rate, Turn, contract},
    time::TokioTimer,
};
use hookgate_postgres::PostgresExpectations;
use hookgate_test_support::{PgBouncer, PostgresServer};
use place::{Place, fresh_table};

async fn fresh(url: &str) -> PostgresExpectations {
    let store = PostgresExpectations::builder()
        .table(fresh_table())
        .call_timeout(Duration::from_secs(20))
        .connect(url)
        .await
        .expect("connect");
    store.migrate().await.expect("migrate");
    store.migrate().await.expect("migrate again");
    store
}

#[tokio::test]
async fn the_store_keeps_the_contract() {
    let Some(place) = Place::find() else { return };
    let time = RealTime::new(TokioTimer, Terms::short());
    contract::run(|| fresh(place.url()), &time).await;
}

#[tokio::test]
async fn it_keeps_the_contract_behind_a_transaction_pool() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let Some(bouncer) = PgBouncer::start(&server) else {
        return;
    };
    let url = server.url_as("postgres", bouncer.port());
    let time = RealTime::new(TokioTimer, Terms::short());
    contract::run(|| fresh(&url), &time).await;
}

fn expectation(number: u8) -> Expectation {
    Expectation {
        key: ExpectationKey::from_bytes([number; 32]),
        endpoint: "idcloud".into(),
        tenant: None,
        id: "id".into(),
        first_after: Duration::from_secs(10),
        give_up_after: Duration::MAX,
    }
}

#[tokio::test]
async fn a_process_is_awaited_if_the_applications_transaction_commits() {
    let Some(place) = Place::find() else { return };
    let store = fresh(place.url()).await;
    let pool = place.pool().await;
    for (number, commits) in [(1, false), (2, true)] {
        let mut tx = pool.begin().await.expect("begin");
        let expected = store.expect_in(&mut tx, &expectation(number)).await;
        assert_eq!(expected.expect("expect"), Expecting::New);
        if commits {
            tx.commit().await.expect("commit");
        } else {
            tx.rollback().await.expect("roll back");
        }
    }
    assert_eq!(store.open("idcloud").await.expect("open"), 1);
    let again = store.expect(&expectation(2)).await.expect("expect");
    assert_eq!(again, Expecting::Known);
}

/// A turn from before is days ahead then. Nobody may wait for it.
#[tokio::test]
async fn a_clock_that_is_set_back_stops_no_questions() {
    let Some(place) = Place::find() else { return };
    let table = fresh_table();
    let pool = place.pool().await;
    let store = PostgresExpectations::builder()
        .table(table.clone())
        .pool(pool.clone())
        .expect("a store");
    store.migrate().await.expect("migrate");
    let rate = Rate::every("api", Duration::from_millis(100));
    let patience = Duration::from_secs(2);
    for (ahead, is_now) in [("1 day", true), ("5 minutes", false)] {
        store.turn(&rate, patience).await.expect("turn");
        let set_back = format!("UPDATE {table} SET due = due + interval '{ahead}'");
        sqlx::query(sqlx::AssertSqlSafe(set_back))
            .execute(&pool)
            .await
            .expect("set back");
        let turn = store.turn(&rate, patience).await.expect("turn");
        assert_eq!(matches!(turn, Turn::In(_)), is_now, "{turn:?}");
    }
}
