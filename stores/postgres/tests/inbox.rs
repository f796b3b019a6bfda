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
    inboxes::{serve_inbox, storm_over_inbox},
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

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_kills_leaves_every_effect_exactly_once() {
    let (Some(place), Some(effects)) = (Place::find(), inbox_effects().await) else {
        return;
    };
    let tables = effects.tables.each_ref();
    let [inbox, dedup, written] = tables.map(|table| table.to_string().replace('"', ""));
    let task = format!("{inbox} {dedup} {written} {}", place.url());
    storm_over_inbox(&effects, "one_instance", &task).await;
}

/// Accepts and works in a process of its own, until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_instance() {
    let Some(task) = child_task() else { return };
    let [told, inbox, dedup, written, url] = task.split(' ').collect::<Vec<_>>()[..] else {
        panic!("a task has five words");
    };
    let tables = [inbox, dedup, written].map(|name| Table::new(name).expect("a table's name"));
    serve_inbox(InboxEffects::at(url, tables).await, told).await;
}
