//! The public contract suite on a real server, and the same keys claimed from many processes at once.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::collections::HashMap;

use hookgate::{
    EventKey, TokioTimer,
    dedup::{
        DedupStore,
        contract::{self, RealTime, Terms},
    },
};
use hookgate_redis::{Prefix, RedisStore};
use hookgate_test_support::{LEASE, child_task, key, owner, respawn};
use place::{Place, fresh_prefix, store_under};
use redis::{Client, aio::ConnectionManager};

const PROCESSES: u64 = 8;
const KEYS: u64 = 10_000;

#[tokio::test]
async fn the_store_keeps_the_contract() {
    let Some(place) = Place::find() else { return };
    let time = RealTime::new(TokioTimer, Terms::short());
    contract::run(|| place.store(), &time).await;
}

#[tokio::test]
async fn it_keeps_the_contract_on_the_applications_connection() {
    let Some(place) = Place::find() else { return };
    let client = Client::open(place.url()).expect("an address");
    let connection = ConnectionManager::new(client).await.expect("connect");
    let store = || async {
        RedisStore::builder()
            .prefix(fresh_prefix())
            .connections(connection.clone(), connection.clone())
    };
    let time = RealTime::new(TokioTimer, Terms::short());
    contract::run(store, &time).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_processes_claim_the_same_keys_and_each_has_one_winner() {
    let Some(place) = Place::find() else { return };
    let prefix = fresh_prefix();
    let racers: Vec<_> = (0..PROCESSES)
        .map(|process| {
            let task = format!("{process} {prefix} {}", place.url());
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

#[tokio::test]
async fn one_process_of_many() {
    let Some(task) = child_task() else { return };
    let [process, prefix, url] = task.split(' ').collect::<Vec<_>>()[..] else {
        panic!("a task has three words");
    };
    let store = store_under(Prefix::new(prefix).expect("a prefix"), url).await;
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
    let Some(place) = Place::find() else { return };
    let promises = place.store().await.promises();
    assert!(promises.survives_restart && promises.shared);
    assert_eq!(promises.capacity, None);
}
