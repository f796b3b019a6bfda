//! Several instances of one application on one server.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use hookgate::Ack;
use hookgate_redis::Prefix;
use hookgate_test_support::{App, ClockAhead, child_task, send_until_done, serve, storm};
use place::{Place, fresh_prefix, store_under};
use redis::{AsyncCommands, Client, aio::ConnectionManager};

#[tokio::test(flavor = "multi_thread")]
async fn copies_sent_to_two_instances_at_once_are_handled_once() {
    let Some(place) = Place::find() else { return };
    let prefix = fresh_prefix();
    let runs = Arc::<AtomicU64>::default();
    let mut instances = Vec::new();
    // The second one's clock is half a minute ahead: the server's counts.
    for ahead in [0, 30] {
        let store = store_under(prefix.clone(), place.url()).await;
        let runs = runs.clone();
        let clock = ClockAhead::by(Duration::from_secs(ahead));
        let app = App::start_with(
            store,
            |receiver| receiver.clock(clock),
            move |_| {
                let runs = runs.clone();
                async move {
                    runs.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(30)).await;
                    Ok(Ack::processed())
                }
            },
        );
        instances.push(app.await);
    }
    let mut copies = Vec::new();
    for event in 0..40 {
        for copy in 0..4 {
            let to = instances[copy % 2].address();
            copies.push(tokio::spawn(async move {
                send_until_done(|| to, &format!("event {event}")).await;
            }));
        }
    }
    for copy in copies {
        copy.await.expect("answered");
    }
    assert_eq!(runs.load(Ordering::Relaxed), 40);
}

const EVENTS: u64 = 200;
const KILLS: u64 = 12;
/// Senders of a storm, each with one event under way.
const UNDER_WAY: u64 = 8;

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_kills_loses_no_event_and_repeats_only_what_it_cut_short() {
    let Some(place) = Place::find() else { return };
    let (prefix, effects) = (fresh_prefix(), fresh_prefix());
    let kills = storm(
        "one_instance",
        &format!("{prefix} {effects} {}", place.url()),
        EVENTS,
        KILLS,
    )
    .await;
    assert!(
        kills >= KILLS / 2,
        "too few kills to call it a storm: {kills}"
    );

    let client = Client::open(place.url()).expect("an address");
    let mut redis = ConnectionManager::new(client).await.expect("connect");
    let counts: Vec<u64> = redis.hvals(effects.to_string()).await.expect("counts");
    assert_eq!(counts.len() as u64, EVENTS, "every event had its effect");
    let repeated: u64 = counts.iter().map(|count| count - 1).sum();
    assert!(
        repeated <= kills * UNDER_WAY,
        "{repeated} repeated effects for {kills} kills"
    );
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
    let lease = Duration::from_millis(600);
    let app = App::start_with(
        store,
        |receiver| receiver.lease(lease).heartbeat(lease / 4),
        move |delivery| {
            let (mut redis, effects) = (redis.clone(), effects.clone());
            async move {
                let id = delivery.event_key().to_string();
                let _: u64 = redis.hincr(effects, id, 1).await?;
                tokio::time::sleep(Duration::from_millis(10)).await;
                Ok(Ack::processed())
            }
        },
    )
    .await;
    serve(app, told).await;
}
