//! Throw-away servers on free ports and in temporary folders, and connections that break on demand.
//!
//! Nothing here touches a server that is running already, and everything dies with the test process, however
//! that ends. A test whose program is not installed says so and passes. In CI it fails.
//!
//! This package is for tests alone, so it panics where a test would.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

pub mod any_store;
mod app;
mod batches;
mod clock;
mod effects;
pub mod faults;
pub mod inboxes;
mod instances;
mod load;
mod pgbouncer;
mod port;
mod postgres;
mod process;
mod program;
mod proxy;
mod race;
mod redis;
mod secrecy;
mod skip;
mod storm;
pub mod tables;
pub mod transactions;
mod wait;

pub use self::{
    any_store::Place,
    app::{App, TestDelivery, post, send, send_until_done},
    batches::{a_batch_goes_on_after_a_kill, serve_batches},
    clock::ClockOff,
    effects::{Effects, NotSettled},
    faults::{Access, Server},
    instances::{copies_to_two_instances, in_a_storm, serve_effects, storm_over_effects},
    load::{LEASE, Load, RETAIN, give_up, key, owner, wait_for, win},
    pgbouncer::PgBouncer,
    postgres::PostgresServer,
    process::{
        Child, child_task, on_small_disk, parent_ends, respawn, respawn_on_small_disk,
        temporary_folder,
    },
    proxy::{Break, Proxy},
    race::{race, run_race},
    redis::RedisServer,
    secrecy::says_nothing_of,
    skip::skip,
    storm::{Storm, serve, storm},
    tables::Rows,
    wait::until,
};
