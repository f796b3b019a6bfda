//! Errors of opening a store.

use std::fmt;

use hookgate::dedup::StoreError;

use crate::table::TableError;

/// A store could not be opened.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The table's name cannot be used.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The file cannot be opened, or is no database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file is not there, or has no inbox whose tables have these names.
    #[error("there is no inbox with tables of these names in this file")]
    NoInbox,
    /// The file forgets commits at a power cut: an inbox would lose what was answered 200.
    #[error(
        "the file does not keep what is committed through a power cut: see `may_lose_what_was_accepted`"
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
