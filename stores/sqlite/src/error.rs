//! Errors of opening a store and of settling inside a transaction.

use hookgate::dedup::StoreError;

use crate::table::TableError;

/// A store could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The table's name cannot be used.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The file cannot be opened, or is no database.
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
    /// The database could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}
