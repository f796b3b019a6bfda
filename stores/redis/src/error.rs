//! Errors of opening a store.

use hookgate::dedup::StoreError;

use crate::prefix::PrefixError;

/// A store could not be opened.
#[derive(Debug, thiserror::Error)]
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
