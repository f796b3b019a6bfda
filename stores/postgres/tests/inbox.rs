//! The inbox on a real server: the public contract suites, directly and behind a proxy that pools by transaction, and
//! what an application is promised.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use hookgate::{
    dedup::contract::{self as claims, RealTime, Terms},
    inbox::contract,
    time::TokioTimer,
};
use hookgate_postgres::{PostgresInboxBuilder, Table};
use hookgate_test_support::{
    PgBouncer, PostgresServer, child_task,
    inboxes::{self, serve_inbox, serve_poisoned, storm_over_inbox},
};
use place::{InboxEffects, Place, fresh_inbox, inbox_effects, patient_inbox};

hookgate_test_support::test_inboxes!(place::inbox_effects);

fn time() -> RealTime<TokioTimer> {
    RealTime::new(TokioTimer, Terms::short())
}

#[tokio::test]
async fn it_keeps_the_contract_of_inboxes() {
    let Some(place) = Place::find() else { return };
    contract::run(|| fresh_inbox(patient_inbox(), place.url()), &time()).await;
}

#[tokio::test]
async fn it_keeps_the_contract_of_stores() {
    let Some(place) = Place::find() else { return };
    claims::run(|| fresh_inbox(patient_inbox(), place.url()), &time()).await;
}

#[tokio::test]
async fn it_keeps_the_contract_in_plain_text() {
    let Some(place) = Place::find() else { return };
    let text = || patient_inbox().prepared(false);
    contract::run(|| fresh_inbox(text(), place.url()), &time()).await;
}

#[tokio::test]
async fn it_keeps_the_contract_behind_a_transaction_pool() {
    behind_a_transaction_pool(patient_inbox).await;
}

#[tokio::test]
async fn it_keeps_the_contract_in_plain_text_behind_a_transaction_pool() {
    behind_a_transaction_pool(|| patient_inbox().prepared(false)).await;
}

async fn behind_a_transaction_pool(settings: impl Fn() -> PostgresInboxBuilder) {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let Some(bouncer) = PgBouncer::start(&server) else {
        return;
    };
    let url = server.url_as("postgres", bouncer.port());
    contract::run(|| fresh_inbox(settings(), &url), &time()).await;
}

/// What a process of the test's is told, to find `effects`.
fn task(place: &Place, effects: &InboxEffects) -> String {
    let tables = effects.tables.each_ref();
    let [inbox, dedup, written] = tables.map(|table| table.to_string().replace('"', ""));
    format!("{inbox} {dedup} {written} {}", place.url())
}

/// What the test told of itself, and the effects that it told of.
async fn told(task: &str) -> (&str, InboxEffects) {
    let [told, inbox, dedup, written, url] = task.split(' ').collect::<Vec<_>>()[..] else {
        panic!("a task has five words");
    };
    let tables = [inbox, dedup, written].map(|name| Table::new(name).expect("a table's name"));
    (told, InboxEffects::at(url, tables).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_kills_leaves_every_effect_exactly_once() {
    let (Some(place), Some(effects)) = (Place::find(), inbox_effects().await) else {
        return;
    };
    storm_over_inbox(&effects, "one_instance", &task(&place, &effects)).await;
}

/// Accepts and works in a process of its own, until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_instance() {
    let Some(task) = child_task() else { return };
    let (place, effects) = told(&task).await;
    serve_inbox(effects, place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_kills_its_process_runs_alone_and_dies() {
    let (Some(place), Some(effects)) = (Place::find(), inbox_effects().await) else {
        return;
    };
    let task = task(&place, &effects);
    inboxes::what_kills_its_process_runs_alone_and_dies(&effects, "one_victim", &task).await;
}

/// Works in a process of its own, until an event ends it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_victim() {
    let Some(task) = child_task() else { return };
    let (runs, effects) = told(&task).await;
    serve_poisoned(effects, runs).await;
}
