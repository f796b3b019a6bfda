//! One of hookgate's stores, chosen at run time by a URL.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), hookgate_stores::OpenError> {
//! let store = hookgate_stores::open("memory:").await?;
//! # let _ = store;
//! # Ok(())
//! # }
//! ```
//!
//! `memory:`, `sqlite:path`, `postgres://…` and `redis://…`, each engine behind a feature of its name.
//!
//! [`open_inbox`] does the same for inboxes, which SQLite and PostgreSQL have.
//!
//! It is a crate of its own, and not part of the core, since the stores depend on the core. It is not an
//! example to copy, since every program that takes its store from its environment needs just this.

// docs.rs builds with nightly Rust, and shows beside each name which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod address;
mod error;
mod inbox;
mod open;

pub use self::{
    error::OpenError,
    inbox::{InboxTables, find_inbox, open_inbox},
    open::open,
};
