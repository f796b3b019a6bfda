//! [`StoreError`]: a dedup store could not do what was asked.

use std::{error::Error, fmt};

pub(crate) type Source = Box<dyn Error + Send + Sync>;

/// A dedup store could not do what was asked. The answer is always 503; nothing fails open.
///
/// `Debug` reads as the text and the cause: a `main` that opens a store and returns `Result<(), Box<dyn Error>>` prints
/// that.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store holds as many unexpired keys as it may.
    #[error("the dedup store is full")]
    Full,
    /// The store did not answer in time.
    #[error("the dedup store did not answer in time")]
    Timeout,
    /// The store is down or refused. The text of its cause goes to the log, so it is made for that: see
    /// [`DedupStore`](crate::dedup::DedupStore#rules-for-implementations). What stands behind the cause does not.
    #[error("the dedup store is unavailable")]
    Unavailable(#[source] Source),
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)?;
        self.source().map_or(Ok(()), |cause| write!(f, ": {cause}"))
    }
}
