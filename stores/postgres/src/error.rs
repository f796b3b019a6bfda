//! Errors of opening a store and of settling inside a transaction.

use hookgate::dedup::StoreError;

use crate::table::TableError;

/// A store could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The address cannot be read. It may hold a password, so it is not repeated.
    #[error("the address is not one of a PostgreSQL server (`postgres://user@host/database`)")]
    Address,
    /// The table's name cannot be used.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The server did not answer or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An event could not be settled inside the application's transaction. Roll it back for any reason: its writes
/// and the mark belong together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettleError {
    /// The lease ended before: another handler may run, or has run.
    #[error("the lease is lost: roll the transaction back")]
    LeaseLost,
    /// The server did not answer or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}
