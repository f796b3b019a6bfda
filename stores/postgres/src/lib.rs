//! hookgate's claims in a PostgreSQL table.
//!
//! For several instances of one application, and for effects exactly once: the handler's own writes and
//! the mark "this event is done" commit together.
//!
//! ```no_run
//! use hookgate_postgres::PostgresStore;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let store = PostgresStore::connect("postgres://app@db.internal/app").await?;
//! store.migrate().await?; // or hand `PostgresStore::schema()` to whoever may create tables
//! # Ok(())
//! # }
//! ```
//!
//! Then `Receiver::new(…).dedup(store.clone())`, and in a handler:
//!
//! ```no_run
//! # use hookgate::Delivery;
//! # use hookgate_postgres::PostgresStore;
//! # async fn handler(delivery: Delivery<()>, store: PostgresStore, pool: hookgate_postgres::sqlx::PgPool)
//! # -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! let mut tx = pool.begin().await?;
//! // … the application's own writes, in `tx` …
//! store.settle_in(&mut tx, delivery.lease()).await?; // an error rolls everything back
//! tx.commit().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What it promises
//!
//! - One conditional statement decides a claim. An uncontended delivery costs two round trips.
//! - A claim never waits for a handler's transaction: a row that is locked is in progress.
//! - A claim that was released because it had no answer is not granted when it comes late.
//! - The server's clock counts, never an instance's.
//! - Marks survive a restart of the application and of the server, as far as the server's own durability goes.
//!   With `synchronous_commit = off`, or after a failover to an asynchronous replica, the last marks may be
//!   gone. Their events run again if their sender repeats them.
//! - A proxy that pools by transaction may stand in between: nothing that is kept on a connection matters.
//!   Prepared statements are a cache there, under names that mean the same to every client. See
//!   [`PostgresStoreBuilder::prepared`].
//! - Heartbeats have a connection of their own: an exhausted pool cannot cost a lease. It follows the credentials of
//!   the pool.
//! - A row holds digests and times, no personal data.
//!
//! # The inbox
//!
//! [`PostgresInbox`] keeps what was accepted until a worker has handled it.
//!
//! - All accepts that come while the ones before run share a transaction: a statement for keys and lines, one for payloads,
//!   and a commit. They wait for no lock that a handler's transaction holds.
//! - A delivery is in one of three tables until it ends. Ready ones are read forwards by their numbers, and granting a lease
//!   writes no index. So a snapshot that somebody holds open slows no worker. Those that wait for their time, or for
//!   another one of their order, are in tables of their own.
//! - Payloads lie in a ring of four tables. What still waits is moved on before a table is emptied.
//! - Several receivers and workers may share the tables, and a proxy that pools by transaction may stand in between. A
//!   worker that is killed is noticed by the others within its lease and a minute.
//! - A batch that the server refuses is tried again row by row. A row that it refuses alone is kept as a dead letter.
//!
//! # What is awaited
//!
//! [`PostgresExpectations`] keeps the processes that a [`Fallback`](hookgate::polling::Fallback) awaits. All instances share
//! them, and the rate of the sender's API.

// docs.rs builds with nightly Rust, and shows beside each name which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

/// What `docs/failures.md` shows of parking compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/failures.md")]
struct Parking;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod builder;
mod error;
mod expectations;
mod fault;
mod inbox;
mod introduction;
mod lock;
mod migration;
mod prepared;
mod prune;
mod row;
mod schema;
mod session;
mod settle_in;
mod statements;
mod store;
mod table;
mod together;
mod value;

#[doc(inline)]
pub use hookgate_store_kit::SettleError;
/// The sqlx of this store: pools and transactions of another version are other types.
#[doc(no_inline)]
pub use sqlx;

pub use self::{
    builder::PostgresStoreBuilder,
    error::OpenError,
    expectations::{PostgresExpectations, PostgresExpectationsBuilder},
    inbox::{PostgresInbox, PostgresInboxBuilder},
    store::PostgresStore,
    table::{Table, TableError},
};
