//! One table of scenarios: every row of the answer table, and how crashes and copies end.
//!
//! Each scenario runs against axum, actix-web and bare tower, over HTTP/1.1 and HTTP/2 where it does
//! not need a raw connection, on a server that listens on a socket. What every framework answers is
//! compared byte by byte. Time is moved by hand: nothing sleeps, and a scenario goes on when it has
//! seen what it waits for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod access;
mod bodies;
mod connections;
mod copies;
mod everywhere;
mod handlers;
mod hang_ups;
mod heads;
mod leases;
mod on_actix;
mod on_axum;
mod on_tower;
mod packs;
mod peers;
mod refusals;
mod scene;
mod stage;
mod store_faults;
mod stores;
mod streams;
mod tenants;
mod wire;
