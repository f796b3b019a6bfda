//! Errors of opening a store.

use std::fmt;

use hookgate::dedup::StoreError;

use crate::table::TableError;

/// A store could not be opened.
#[derive(thiserror::Error)]
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
    /// The server forgets commits at a crash, by `fsync` or `synchronous_commit`: an inbox would lose what was answered
    /// 200.
    #[error(
        "the server does not keep what is committed through a crash: see `may_lose_what_was_accepted`"
    )]
    NotDurable,
}

/// Its text and its cause, which a `main` that returns a `Box<dyn Error>` prints.
impl fmt::Debug for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            _ => fmt::Display::fmt(self, f),
        }
    }
}
