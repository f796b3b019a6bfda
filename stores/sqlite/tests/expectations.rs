//! What is awaited, on real files: the public contract suite, and the application's transaction.
#![allow(clippy::expect_used)]

mod place;

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use hookgate::{
    dedup::contract::{RealTime, Terms},
    polling::{Expectation, ExpectationKey, Expectations, Expecting, Rate, Turn, contract},
    time::TokioTimer,
};
use hookgate_sqlite::{SqliteExpectations, Table};
use place::{PATIENCE, Place};

#[tokio::test]
async fn the_store_keeps_the_contract() {
    let place = Place::new();
    let number = AtomicU32::new(0);
    let store = || async {
        let number = number.fetch_add(1, Ordering::Relaxed);
        let store = SqliteExpectations::builder().call_timeout(PATIENCE);
        let path = place.path(&format!("{number}.sqlite"));
        store.open(path).await.expect("open")
    };
    contract::run(store, &RealTime::new(TokioTimer, Terms::short())).await;
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
    let place = Place::new();
    let pool = place.pool().await;
    let table = Table::new("awaited").expect("a name");
    let store = SqliteExpectations::builder()
        .table(table)
        .call_timeout(PATIENCE);
    let store = store.pool(pool.clone()).expect("a store");
    store.migrate().await.expect("migrate");
    store.migrate().await.expect("migrate again");
    for (number, commits) in [(1, false), (2, true)] {
        let mut tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("begin");
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

#[tokio::test]
async fn what_is_awaited_survives_a_restart() {
    let place = Place::new();
    let path = place.path("awaited.sqlite");
    let store = SqliteExpectations::open(&path).await.expect("open");
    store.expect(&expectation(1)).await.expect("expect");
    drop(store);
    let store = SqliteExpectations::open(&path).await.expect("open");
    assert_eq!(store.open("idcloud").await.expect("open"), 1);
    assert!(store.promises().survives_restart);
}

/// A turn from before is days ahead then. Nobody may wait for it.
#[tokio::test]
async fn a_clock_that_is_set_back_stops_no_questions() {
    let place = Place::new();
    let pool = place.pool().await;
    let store = SqliteExpectations::builder().call_timeout(PATIENCE);
    let store = store.pool(pool.clone()).expect("a store");
    store.migrate().await.expect("migrate");
    let rate = Rate::every("api", Duration::from_millis(100));
    let patience = Duration::from_secs(2);
    for (ahead, is_now) in [(86_400_000, true), (300_000, false)] {
        store.turn(&rate, patience).await.expect("turn");
        sqlx::query("UPDATE hookgate_expectations SET due = due + ?1")
            .bind(ahead)
            .execute(&pool)
            .await
            .expect("set back");
        let turn = store.turn(&rate, patience).await.expect("turn");
        assert_eq!(matches!(turn, Turn::In(_)), is_now, "{turn:?}");
    }
}
