//! The public contract suite on a real server. Many processes also claim the same keys at once.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::time::Duration;

use hookgate::{
    dedup::contract::{self, RealTime, Terms},
    time::TokioTimer,
};
use hookgate_redis::{Prefix, RedisStore};
use hookgate_test_support::{child_task, race, run_race};
use place::{Place, fresh_prefix};
use redis::{Client, aio::ConnectionManager};

hookgate_test_support::test_any_store!(Place);

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
    let task = format!("{} {}", fresh_prefix(), place.url());
    race("one_process_of_many", &task);
}

#[tokio::test]
async fn one_process_of_many() {
    let Some(task) = child_task() else { return };
    let [place, number, prefix, url] = task.split(' ').collect::<Vec<_>>()[..] else {
        panic!("a task has four words");
    };
    // A race on a busy machine proves no limits of time.
    let patience = Duration::from_secs(60);
    let store = RedisStore::builder()
        .prefix(Prefix::new(prefix).expect("a prefix"))
        .call_timeout(patience)
        .connect_timeout(patience)
        .connect(url)
        .await
        .expect("connect");
    run_race(store, place, number).await;
}
