//! The public contract suite on a real server, directly and behind a proxy that pools by transaction. Many
//! processes also claim the same keys at once.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::time::Duration;

use hookgate::{
    dedup::contract::{self, RealTime, Terms},
    time::TokioTimer,
};
use hookgate_postgres::{PostgresStore, PostgresStoreBuilder, Table};
use hookgate_store_kit::Bounds;
use hookgate_test_support::{PgBouncer, PostgresServer, child_task, race, run_race};
use place::{Place, fresh, fresh_table, patient};

hookgate_test_support::test_any_store!(Place);

#[tokio::test]
async fn it_keeps_the_contract_in_plain_text() {
    let Some(place) = Place::find() else { return };
    let time = RealTime::new(TokioTimer, Terms::short());
    let text = || patient().prepared(false);
    contract::run(|| fresh(text(), place.url()), &time).await;
}

/// Several runs at once take longer, and no lease may lapse while copies claim its key.
const LONGER: Terms = Terms::short().lease(Duration::from_secs(6));

/// Each claim and each end waits for a batch.
#[tokio::test]
async fn it_keeps_the_contract_with_batches_of_any_size() {
    let Some(place) = Place::find() else { return };
    let run = async |items, prepared| {
        let settings = || {
            let settings = patient().prepared(prepared);
            settings.together(Bounds::USUAL.at_once(2).items(items))
        };
        let time = RealTime::new(TokioTimer, LONGER);
        contract::run(|| fresh(settings(), place.url()), &time).await;
    };
    tokio::join!(
        run(1, true),
        run(2, true),
        run(64, true),
        run(1000, true),
        run(64, false),
    );
}

#[tokio::test]
async fn it_keeps_the_contract_behind_a_transaction_pool() {
    behind_a_transaction_pool(patient).await;
}

#[tokio::test]
async fn it_keeps_the_contract_in_plain_text_behind_a_transaction_pool() {
    behind_a_transaction_pool(|| patient().prepared(false)).await;
}

async fn behind_a_transaction_pool(settings: impl Fn() -> PostgresStoreBuilder) {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let Some(bouncer) = PgBouncer::start(&server) else {
        return;
    };
    let url = server.url_as("postgres", bouncer.port());
    let time = RealTime::new(TokioTimer, Terms::short());
    contract::run(|| fresh(settings(), &url), &time).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_processes_claim_the_same_keys_and_each_has_one_winner() {
    let Some(place) = Place::find() else { return };
    let table = fresh_table();
    let store = PostgresStore::builder()
        .table(table.clone())
        .connect(place.url())
        .await
        .expect("connect");
    store.migrate().await.expect("migrate");
    let table = table.to_string().replace('"', "");
    race("one_process_of_many", &format!("{table} {}", place.url()));
}

#[tokio::test]
async fn one_process_of_many() {
    let Some(task) = child_task() else { return };
    let [place, number, table, url] = task.split(' ').collect::<Vec<_>>()[..] else {
        panic!("a task has four words");
    };
    let store = PostgresStore::builder()
        .table(Table::new(table).expect("a table's name"))
        .connections(2)
        // A race on a busy machine proves no limits of time.
        .call_timeout(Duration::from_secs(60))
        .connect(url)
        .await
        .expect("connect");
    run_race(store, place, number).await;
}
