//! The public contract suite on a real server, directly and behind a proxy that pools by transaction; and
//! the same keys claimed from many processes at once.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use hookgate::{
    EventKey, TokioTimer,
    dedup::{
        DedupStore,
        contract::{self, RealTime, Terms},
    },
};
use hookgate_postgres::{PostgresStore, Table};
use hookgate_test_support::{LEASE, PgBouncer, PostgresServer, child_task, key, owner, respawn};
use place::{Place, fresh, fresh_table};

const PROCESSES: u64 = 8;
const KEYS: u64 = 10_000;

#[tokio::test]
async fn the_store_keeps_the_contract() {
    let Some(place) = Place::find() else { return };
    let time = RealTime::new(TokioTimer, Terms::short());
    contract::run(|| place.store(), &time).await;
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
    contract::run(|| fresh(PostgresStore::builder(), &url), &time).await;
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
    let name = format!("{table}").replace('"', "");

    let racers: Vec<_> = (0..PROCESSES)
        .map(|process| {
            respawn(
                "one_process_of_many",
                &format!("{process} {name} {}", place.url()),
            )
        })
        .collect();
    let won: Vec<Vec<EventKey>> = racers
        .into_iter()
        .map(|racer| read(&racer.output()))
        .collect();
    assert!(
        won.iter().filter(|keys| !keys.is_empty()).count() > 1,
        "the race was none"
    );
    contract::judge(&keys(), won);
}

#[tokio::test]
async fn one_process_of_many() {
    let Some(task) = child_task() else { return };
    let [process, name, url] = task.split(' ').collect::<Vec<_>>()[..] else {
        panic!("a task has three words");
    };
    let store = PostgresStore::builder()
        .table(Table::new(name).expect("a table's name"))
        .connections(2)
        .connect(url)
        .await
        .expect("connect");
    let owner = owner(process.parse().expect("a number"));
    for key in contract::race(&store, &keys(), owner, LEASE).await {
        println!("won {key}");
    }
}

fn keys() -> Vec<EventKey> {
    (0..KEYS).map(key).collect()
}

fn read(printed: &str) -> Vec<EventKey> {
    let known: std::collections::HashMap<String, EventKey> = keys()
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
