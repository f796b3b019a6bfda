//! What hookgate's stores have in common, for authors of stores.
//!
//! A store's own crate has what only its engine knows: its statements, its connections, its errors. What every store
//! decides in the same way stands here once:
//!
//! - [`RowState`] and [`Found`]: what a row says, and what that means for a claim;
//! - [`limits`]: how long a call and its parts may take;
//! - [`retention`]: how long a row stays after its end, and how many tokens it notes;
//! - [`rounding`]: durations in an engine's unit, and what is kept of a content;
//! - [`PlainName`] and [`schema`]: the table's name and columns;
//! - [`findings`]: what an operator should know;
//! - [`Prune`] and [`Pruning`]: the removal of old rows in the background;
//! - [`Committer`], [`Write`] and [`Merge`]: what many callers write, in one commit;
//! - [`Meter`]: how much a store writes together;
//! - [`settle_in`]: settling inside the application's transaction;
//! - [`Engine`] and [`Failure`]: errors that repeat no address, path, key or value.
//!
//! **No stable interface before 1.0.** Any release may change it.

// docs.rs builds with nightly Rust, and shows beside each name which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod committer;
mod engine;
mod failure;
pub mod findings;
mod found;
pub mod limits;
mod merge;
mod meter;
mod plain_name;
mod prune;
pub mod retention;
pub mod rounding;
mod row_state;
pub mod schema;
mod settle_in;
mod shared_error;
mod sync;
mod write;

pub use self::{
    committer::{Alone, Bounds, Commit, Committer, Failed},
    engine::Engine,
    failure::Failure,
    found::{Found, Held},
    merge::Merge,
    meter::Meter,
    plain_name::PlainName,
    prune::{Prune, Pruned, Pruning, prune},
    row_state::RowState,
    settle_in::{SettleError, settle_in},
    write::Write,
};
