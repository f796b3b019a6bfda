//! The public contract suite on real files. Many processes also claim the same keys at once.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use hookgate::{
    dedup::contract::{self, RealTime, Terms},
    time::TokioTimer,
};
use hookgate_sqlite::{SqliteStore, Table};
use hookgate_store_kit::Bounds;
use hookgate_test_support::{child_task, race, run_race};
use place::{PATIENCE, Place};

hookgate_test_support::test_any_store!(place::Files);

#[tokio::test]
async fn it_keeps_the_contract_on_the_applications_pool() {
    let place = Place::new();
    let pool = place.pool().await;
    let number = AtomicU32::new(0);
    let store = || async {
        let number = number.fetch_add(1, Ordering::Relaxed);
        let table = Table::new(&format!("t{number}")).expect("a name");
        let store = SqliteStore::builder()
            .table(table)
            .call_timeout(PATIENCE)
            .pool(pool.clone());
        store.migrate().await.expect("migrate");
        store
    };
    contract::run(store, &RealTime::new(TokioTimer, Terms::short())).await;
}

/// Several runs at once take longer, and no lease may lapse while copies claim its key.
const LONGER: Terms = Terms::short().lease(Duration::from_secs(6));

/// Each claim and each end waits for a batch.
#[tokio::test]
async fn it_keeps_the_contract_with_batches_of_any_size() {
    let place = Place::new();
    let number = AtomicU32::new(0);
    let run = async |items| {
        let store = || async {
            let number = number.fetch_add(1, Ordering::Relaxed);
            let store = SqliteStore::builder()
                .together(Bounds::USUAL.items(items))
                .call_timeout(PATIENCE)
                .open(place.path(&format!("{number}.sqlite")));
            store.await.expect("open")
        };
        contract::run(store, &RealTime::new(TokioTimer, LONGER)).await;
    };
    tokio::join!(run(1), run(2), run(64), run(1000));
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_processes_claim_the_same_keys_and_each_has_one_winner() {
    let place = Place::new();
    let path = place.path("dedup.sqlite");
    race("one_process_of_many", &path.display().to_string());
}

/// They open the file at once, too.
#[tokio::test]
async fn one_process_of_many() {
    let Some(task) = child_task() else { return };
    let [place, number, path] = task.split(' ').collect::<Vec<_>>()[..] else {
        panic!("a task has three words");
    };
    // The wait for the disk does not decide which process wins, and it makes a turn long.
    let store = SqliteStore::builder()
        .fast()
        .call_timeout(Duration::from_secs(60))
        .open(path)
        .await
        .expect("open");
    run_race(store, place, number).await;
}
