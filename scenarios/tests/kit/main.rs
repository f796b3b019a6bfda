//! The test kit itself. Right applications pass it. Each seeded mistake fails it, with a message that says what
//! to change.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod application;
mod behind_an_inbox;
mod custom;
mod over_http;
mod right;
mod sns;
mod stores;
mod wrong_behind_an_inbox;
mod wrong_on_actix;
mod wrong_on_axum;
mod wrong_receivers;
