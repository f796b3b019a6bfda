//! hookgate's claims in Redis.
//!
//! For several instances of one application, at the highest rate and for a short retention.
//!
//! ```no_run
//! use hookgate_redis::RedisStore;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let store = RedisStore::connect("redis://redis.internal/").await?;
//! # Ok(())
//! # }
//! ```
//!
//! Then `Receiver::new(…).dedup(store)`.
//!
//! # What it promises
//!
//! - One command decides a claim: `SET … NX PX`. Takeover, settle, extension and release are scripts, which
//!   check the owner's token. An uncontended delivery costs two round trips.
//! - A claim that was released because it had no answer is not granted when it comes late.
//! - With `maxmemory-policy noeviction`, a granted claim can be extended, settled and released in full memory.
//! - The server's clock counts, never an instance's.
//! - Each event is one key, named by a digest, without personal data. Scripts run on a cluster (feature `cluster`) and
//!   behind a proxy for one. Where many settles wait on a connection of the store's own, they share one call. Behind
//!   something that takes one key a call, each is asked alone.
//!
//! # What it cannot promise
//!
//! **A server that forgets loses claims and marks, and their events run again if their sender repeats them.**
//! That happens
//!
//! - when a server restarts without persistence, and with `appendfsync everysec` for up to a second's writes;
//! - in a failover: replicas follow asynchronously, so the last writes are not on the new primary;
//! - when memory runs full and `maxmemory-policy` is not `noeviction`: Redis then throws marks away silently.
//!   With `noeviction` a full server is [`StoreError::Full`](hookgate::dedup::StoreError), and the sender is told
//!   to come back;
//! - at `FLUSHALL`.
//!
//! Where an effect must not repeat, take a store in the database that has the effect, and settle inside its
//! transaction.

// docs.rs builds with nightly Rust, and shows beside each name which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod builder;
mod connection;
mod entry;
mod error;
mod fault;
mod gathering;
mod line;
mod prefix;
mod script;
mod session;
mod statements;
mod store;

pub use self::{
    builder::RedisStoreBuilder,
    error::OpenError,
    prefix::{Prefix, PrefixError},
    store::RedisStore,
};
