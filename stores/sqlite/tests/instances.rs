//! Several instances of one application on one file.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::path::Path;

use hookgate_sqlite::SqliteStore;
use hookgate_test_support::{
    a_batch_goes_on_after_a_kill, child_task, copies_to_two_instances, serve_batches,
    serve_effects, storm_over_effects,
};
use place::{PATIENCE, Place, SqliteEffects};

#[tokio::test(flavor = "multi_thread")]
async fn copies_sent_to_two_instances_at_once_are_handled_once() {
    let place = Place::new();
    copies_to_two_instances([place.store().await, place.store().await]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_kills_leaves_every_effect_exactly_once() {
    let place = Place::new();
    let path = place.path("app.sqlite");
    let effects = SqliteEffects::at(&path).await;
    storm_over_effects(&effects, "one_instance", &path.display().to_string()).await;
}

/// A receiver in a process of its own, until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_instance() {
    let Some(task) = child_task() else { return };
    let (told, path) = task.split_once(' ').expect("a task has two words");
    serve_effects(SqliteEffects::at(Path::new(path)).await, told).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_whose_process_is_killed_in_the_middle_goes_on_there() {
    let place = Place::new();
    let path = place.path("dedup.sqlite");
    a_batch_goes_on_after_a_kill("one_instance_for_batches", &path.display().to_string()).await;
}

/// A receiver of batches in a process of its own, until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_instance_for_batches() {
    let Some(task) = child_task() else { return };
    let mut words = task.splitn(3, ' ');
    let mut word = || words.next().expect("a task has three words");
    let (told, folder, path) = (word(), word(), word());
    let store = SqliteStore::builder().call_timeout(PATIENCE).open(path);
    serve_batches(store.await.expect("open"), told, folder).await;
}
