//! [`Effects`]: an application whose effect is a row, beside the store's table.

use std::{error::Error, fmt, future::Future};

use hookgate::{EventKey, LeaseHandle, Nack, dedup::DedupStore};

/// A database in whose transactions a store can settle, for [`transactions`](crate::transactions) and
/// storms.
pub trait Effects: Clone + Send + Sync + 'static {
    /// The store on it. Its limits are so long that a call which waits for a transaction is caught.
    type Store: DedupStore + Clone;
    /// A transaction of the application's.
    type Transaction: Send;

    /// The store on it.
    fn store(&self) -> &Self::Store;

    /// Begins a transaction and writes the event's effect in it.
    fn write(
        &self,
        event: &EventKey,
    ) -> impl Future<Output = Result<Self::Transaction, Nack>> + Send;

    /// The store's `settle_in`.
    fn settle_in(
        &self,
        tx: &mut Self::Transaction,
        lease: &LeaseHandle,
    ) -> impl Future<Output = Result<(), NotSettled>> + Send;

    /// Makes the effect last.
    fn commit(tx: Self::Transaction) -> impl Future<Output = Result<(), Nack>> + Send;

    /// Takes it back.
    fn roll_back(tx: Self::Transaction) -> impl Future<Output = Result<(), Nack>> + Send;

    /// How many effects there are, and of how many events.
    fn written(&self) -> impl Future<Output = (i64, i64)> + Send;

    /// Events that the store has not marked as processed.
    fn unprocessed(&self) -> impl Future<Output = i64> + Send;
}

/// Why an event was not settled, whatever the store.
#[derive(Debug)]
pub enum NotSettled {
    /// Its lease was lost.
    LeaseLost,
    /// Something else.
    Failed(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for NotSettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeaseLost => f.write_str("the lease is lost"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl Error for NotSettled {}
