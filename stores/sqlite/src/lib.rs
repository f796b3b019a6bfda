//! hookgate's claims in a SQLite file, and its inbox.
//!
//! For one machine, without a server: the embedded default that survives restarts. Several processes of the
//! machine can share the file. Several machines cannot (no network file system).
//!
//! ```
//! use hookgate_sqlite::SqliteStore;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = std::env::temp_dir().join(format!("hookgate-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let path = folder.join("dedup.sqlite");
//! let store = SqliteStore::open(path).await?; // makes the file and its table
//! # drop(store);
//! # std::fs::remove_dir_all(folder)?;
//! # Ok(())
//! # }
//! ```
//!
//! Then `Receiver::new(…).dedup(store)`. Or the store takes the application's own pool, and a handler's
//! writes commit together with the mark that its event is done:
//!
//! ```no_run
//! # use hookgate::Delivery;
//! # use hookgate_sqlite::SqliteStore;
//! # async fn handler(delivery: Delivery<()>, store: SqliteStore, pool: hookgate_sqlite::sqlx::SqlitePool)
//! # -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
//! // … the application's own writes, in `tx` …
//! store.settle_in(&mut tx, delivery.lease()).await?; // an error rolls everything back
//! tx.commit().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What it promises
//!
//! - One conditional statement decides a claim, a takeover included.
//! - A mark is on disk when its delivery is answered: it survives a crash of the process, and of the machine
//!   too, unless [`SqliteStoreBuilder::fast`] was chosen.
//! - A SQLite file has one writer at a time. While a handler's transaction writes, copies of running and of
//!   completed events are answered at once, since reading waits for nobody. The takeover of a lapsed lease does
//!   not wait for the transaction, which may be settling that event. After a fifth of a second it is told that
//!   the event is in progress. New events have to write. They wait for at most three quarters of the store's
//!   limit, and are then answered 503. So keep such transactions short.
//! - A claim that was refused is not granted later: neither when its turn to write comes late, nor when it was
//!   released before.
//! - A full disk is [`StoreError::Full`](hookgate::dedup::StoreError): 503, and nothing that is known is forgotten.
//! - The machine's clock counts: there is one. A clock that is set back lengthens leases and marks by as much.
//!   A clock that is set ahead ends them early.
//! - A row holds digests and times, no personal data.
//!
//! # The inbox
//!
//! [`SqliteInbox`] also keeps deliveries until a worker has handled them: `Receiver::new(…).inbox(inbox)`.
//!
//! - An accept is answered after its commit, which is on disk then. Accepts, leases and ends that wait for each other's
//!   commit share the next one: 256 of them and 4 MiB at most. Alone, a delivery waits for nobody.
//! - A thread of the inbox's own writes. So no handler that blocks its runtime holds up the file, and heartbeats reach it.
//! - **An open transaction of the application's holds up accepts.** A copy is answered after a tenth of a second. A new event
//!   waits, for 8 s at most. Its sender may be told 503 before. It is stored all the same, unless those 8 s pass.
//! - More than 4,096 deliveries or 64 MiB that wait for their commit are refused with 503.
//! - A lease is judged by the time before its call waited for the writer. So a transaction costs neither a lease nor a
//!   heartbeat that waited for it. It may stay open for up to 8 s at a time, and shorter than the lease.
//! - A worker that waits for its turn for more than 4 s is told so. Nothing is leased to it then.
//! - Lines that are ready, wait for their time, wait for their order, and run stand in tables of their own. What is asked for
//!   stands first, however much waits.
//! - An order goes on in the same commit as the end of the one before, [`SqliteInbox::settle_in`] included.
//! - What was received is erased with the end of its event. Its bytes are overwritten, and the write-ahead log is emptied
//!   within the hour. A reader that stays open keeps it from that. A dead letter is erased after 30 days.
//! - Of what ends together, one commit erases about 4 MiB. The rest is left to pruning, which comes every minute by default.
//!   It erases as much of it a commit, and as much of dead letters, so that no sender waits long.
//! - A table of another process is looked at by polling. Within one process a worker is woken.
//!
//! # What is awaited
//!
//! [`SqliteExpectations`] keeps the processes that a [`Fallback`](hookgate::polling::Fallback) awaits. Processes of the
//! machine share them, and the rate of the sender's API.

// docs.rs builds with nightly Rust, and shows beside each name which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod builder;
mod error;
mod expectations;
mod fault;
mod inbox;
mod json;
mod migration;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod plans;
mod prune;
mod row;
mod schema;
mod session;
mod settle_in;
mod start;
mod statements;
mod store;
mod table;
mod together;

#[doc(inline)]
pub use hookgate_store_kit::SettleError;
/// The sqlx of this store: pools and transactions of another version are other types.
#[doc(no_inline)]
pub use sqlx;

pub use self::{
    builder::SqliteStoreBuilder,
    error::OpenError,
    expectations::{SqliteExpectations, SqliteExpectationsBuilder},
    inbox::{SqliteInbox, SqliteInboxBuilder},
    store::SqliteStore,
    table::{Table, TableError},
};
