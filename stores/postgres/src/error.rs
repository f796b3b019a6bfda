//! Errors of opening a store.

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
