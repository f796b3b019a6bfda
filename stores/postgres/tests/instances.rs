//! Several instances of one application on one server.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use hookgate_postgres::Table;
use hookgate_test_support::{
    child_task, copies_to_two_instances, serve_effects, storm_over_effects,
};
use place::{Place, PostgresEffects, effects, fresh_table, patient};

#[tokio::test(flavor = "multi_thread")]
async fn copies_sent_to_two_instances_at_once_are_handled_once() {
    let Some(place) = Place::find() else { return };
    let table = fresh_table();
    let store = async || {
        let store = patient().table(table.clone()).connect(place.url()).await;
        let store = store.expect("connect");
        store.migrate().await.expect("migrate");
        store
    };
    copies_to_two_instances([store().await, store().await]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_kills_leaves_every_effect_exactly_once() {
    let (Some(place), Some(effects)) = (Place::find(), effects().await) else {
        return;
    };
    let [table, written] = effects
        .tables()
        .map(|table| table.to_string().replace('"', ""));
    let task = format!("{table} {written} {}", place.url());
    storm_over_effects(&effects, "one_instance", &task).await;
}

/// A receiver in a process of its own, until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_instance() {
    let Some(task) = child_task() else { return };
    let [told, table, written, url] = task.split(' ').collect::<Vec<_>>()[..] else {
        panic!("a task has four words");
    };
    let tables = [table, written].map(|name| Table::new(name).expect("a table's name"));
    serve_effects(PostgresEffects::at(url, tables).await, told).await;
}
