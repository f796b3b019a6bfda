//! The inbox: the public contract suites on real files.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::path::Path;

use hookgate::{
    dedup::contract::{RealTime, Terms},
    time::TokioTimer,
};
use hookgate_sqlite::SqliteInbox;
use hookgate_test_support::{
    child_task,
    inboxes::{self, serve_inbox, serve_poisoned, storm_over_inbox},
};
use place::{InboxEffects, PATIENCE, Place};

hookgate_test_support::test_inboxes!(place::inbox_effects);

/// Many files in one folder, each for one inbox.
struct Inboxes {
    place: Place,
    number: std::sync::atomic::AtomicU32,
}

impl Inboxes {
    fn new() -> Self {
        Self {
            place: Place::new(),
            number: std::sync::atomic::AtomicU32::new(0),
        }
    }

    async fn fresh(&self) -> SqliteInbox {
        let number = self
            .number
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        SqliteInbox::builder()
            .call_timeout(PATIENCE)
            .open(self.place.path(&format!("{number}.sqlite")))
            .await
            .expect("open")
    }
}

#[tokio::test]
async fn it_keeps_the_contract_of_inboxes() {
    let inboxes = Inboxes::new();
    let time = RealTime::new(TokioTimer, Terms::short());
    hookgate::inbox::contract::run(|| inboxes.fresh(), &time).await;
}

#[tokio::test]
async fn it_keeps_the_contract_of_stores() {
    let inboxes = Inboxes::new();
    let time = RealTime::new(TokioTimer, Terms::short());
    hookgate::dedup::contract::run(|| inboxes.fresh(), &time).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_kills_leaves_every_effect_exactly_once() {
    let place = Place::new();
    let path = place.path("app.sqlite");
    let effects = InboxEffects::at(&path).await;
    storm_over_inbox(&effects, "one_instance", &path.display().to_string()).await;
}

/// Accepts and works in a process of its own, until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_instance() {
    let Some(task) = child_task() else { return };
    let (told, path) = task.split_once(' ').expect("a task has two words");
    serve_inbox(InboxEffects::at(Path::new(path)).await, told).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_kills_its_process_runs_alone_and_dies() {
    let place = Place::new();
    let path = place.path("app.sqlite");
    let effects = InboxEffects::at(&path).await;
    let task = path.display().to_string();
    inboxes::what_kills_its_process_runs_alone_and_dies(&effects, "one_victim", &task).await;
}

/// Works in a process of its own, until an event ends it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_victim() {
    let Some(task) = child_task() else { return };
    let (runs, path) = task.split_once(' ').expect("a task has two words");
    serve_poisoned(InboxEffects::at(Path::new(path)).await, runs).await;
}
