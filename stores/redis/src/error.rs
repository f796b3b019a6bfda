//! Errors of opening a store.

use std::fmt;

use hookgate::dedup::StoreError;

use crate::prefix::PrefixError;

/// A store could not be opened.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The address cannot be read. It may hold a password, so it is not repeated.
    #[error("the address is not one of a Redis server (`redis://user@host/`)")]
    Address,
    /// The prefix cannot be used.
    #[error(transparent)]
    Prefix(#[from] PrefixError),
    /// The server did not answer or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
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
