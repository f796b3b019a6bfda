//! The public contract suite on real files, and the same keys claimed from many processes at once.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU32, Ordering},
};

use hookgate::{
    EventKey, TokioTimer,
    dedup::{
        DedupStore,
        contract::{self, RealTime, Terms},
    },
};
use hookgate_sqlite::{SqliteStore, Table};
use hookgate_test_support::{LEASE, child_task, key, owner, respawn};
use place::Place;

const PROCESSES: u64 = 8;
const KEYS: u64 = 10_000;

#[tokio::test]
async fn the_store_keeps_the_contract() {
    let place = Place::new();
    let number = AtomicU32::new(0);
    let store = || async {
        let number = number.fetch_add(1, Ordering::Relaxed);
        let path = place.path(&format!("{number}.sqlite"));
        SqliteStore::open(path).await.expect("open")
    };
    contract::run(store, &RealTime::new(TokioTimer, Terms::short())).await;
}

#[tokio::test]
async fn it_keeps_the_contract_on_the_applications_pool() {
    let place = Place::new();
    let pool = place.pool().await;
    let number = AtomicU32::new(0);
    let store = || async {
        let number = number.fetch_add(1, Ordering::Relaxed);
        let table = Table::new(&format!("t{number}")).expect("a name");
        let store = SqliteStore::builder().table(table).pool(pool.clone());
        store.migrate().await.expect("migrate");
        store
    };
    contract::run(store, &RealTime::new(TokioTimer, Terms::short())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_processes_claim_the_same_keys_and_each_has_one_winner() {
    let place = Place::new();
    let path = place.path("dedup.sqlite");
    let racers: Vec<_> = (0..PROCESSES)
        .map(|process| {
            let task = format!("{process} {}", path.display());
            respawn("one_process_of_many", &task)
        })
        .collect();
    let won: Vec<Vec<EventKey>> = racers
        .into_iter()
        .map(|racer| read(&racer.output()))
        .collect();
    let winners = won.iter().filter(|keys| !keys.is_empty()).count();
    assert!(winners > 1, "the race was none");
    contract::judge(&keys(), won);
}

/// They open the file at once, too.
#[tokio::test]
async fn one_process_of_many() {
    let Some(task) = child_task() else { return };
    let (process, path) = task.split_once(' ').expect("a task has two words");
    // Waiting for the disk has no part in who wins, and is what makes a turn long.
    let store = SqliteStore::builder()
        .fast()
        .call_limit(std::time::Duration::from_secs(60))
        .open(path)
        .await
        .expect("open");
    let owner = owner(process.parse().expect("a number"));
    for key in contract::race(&store, &keys(), owner, LEASE).await {
        println!("won {key}");
    }
}

fn keys() -> Vec<EventKey> {
    (0..KEYS).map(key).collect()
}

fn read(printed: &str) -> Vec<EventKey> {
    let known: HashMap<String, EventKey> = keys()
        .into_iter()
        .map(|key| (key.to_string(), key))
        .collect();
    let won = printed.lines().filter_map(|line| line.split("won ").nth(1));
    won.map(|hex| known[hex]).collect()
}

#[tokio::test]
async fn it_promises_what_it_is() {
    let place = Place::new();
    let promises = place.store().await.promises();
    assert!(promises.survives_restart && promises.shared);
    assert_eq!(promises.capacity, None);
}
