//! Several instances of one application on one server.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::time::Duration;

use hookgate::Ack;
use hookgate_redis::Prefix;
use hookgate_test_support::{
    TestDelivery, child_task, copies_to_two_instances, in_a_storm, key, serve, storm,
    tables::assert_done_to_others, win,
};
use place::{Place, fresh_prefix, store_under};
use redis::{AsyncCommands, Client, aio::ConnectionManager};

#[tokio::test(flavor = "multi_thread")]
async fn copies_sent_to_two_instances_at_once_are_handled_once() {
    let Some(place) = Place::find() else { return };
    let prefix = fresh_prefix();
    let store = || store_under(prefix.clone(), place.url());
    copies_to_two_instances([store().await, store().await]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_kills_loses_no_event_and_repeats_only_what_it_cut_short() {
    let Some(place) = Place::find() else { return };
    let (prefix, effects) = (fresh_prefix(), fresh_prefix());
    let task = format!("{prefix} {effects} {}", place.url());
    let storm = storm("one_instance", &task).await;

    let client = Client::open(place.url()).expect("an address");
    let mut redis = ConnectionManager::new(client).await.expect("connect");
    let counts: Vec<u64> = redis.hvals(effects.to_string()).await.expect("counts");
    assert_eq!(
        counts.len() as u64,
        storm.events,
        "every event had its effect"
    );
    let repeated: u64 = counts.iter().map(|count| count - 1).sum();
    assert!(
        repeated <= storm.kills * storm.under_way,
        "{repeated} repeated effects: {storm:?}"
    );
}

#[tokio::test]
async fn what_an_inbox_holds_is_done_to_an_inline_run() {
    let Some(place) = Place::find() else { return };
    let prefix = fresh_prefix();
    let store = store_under(prefix.clone(), place.url()).await;
    let client = Client::open(place.url()).expect("an address");
    let mut redis = ConnectionManager::new(client).await.expect("connect");
    for (number, tag) in [(5, "Q"), (6, "D")] {
        let lease = win(&store, number).await;
        let entry = format!("{prefix}:{{{key}}}", key = key(number));
        let _: u64 = redis.setrange(&entry, 0, tag).await.expect("a tag");
        let year = 365 * 86_400;
        let _: u64 = redis.expire(&entry, year).await.expect("an end");
        assert_done_to_others(&store, &lease).await;
    }
}

/// A receiver in a process of its own, until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_instance() {
    let Some(task) = child_task() else { return };
    let [told, prefix, effects, url] = task.split(' ').collect::<Vec<_>>()[..] else {
        panic!("a task has four words");
    };
    let store = store_under(Prefix::new(prefix).expect("a prefix"), url).await;
    let client = Client::open(url).expect("an address");
    let redis = ConnectionManager::new(client).await.expect("connect");
    let effects = effects.to_owned();
    let handler = move |delivery: TestDelivery| {
        let (mut redis, effects) = (redis.clone(), effects.clone());
        async move {
            let id = delivery.event_key().to_string();
            let _: u64 = redis.hincr(effects, id, 1).await?;
            tokio::time::sleep(Duration::from_millis(10)).await;
            Ok(Ack::processed())
        }
    };
    serve(in_a_storm(store, handler).await, told).await;
}
