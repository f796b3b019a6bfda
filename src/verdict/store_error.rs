//! [`StoreError`]: a dedup store could not do what was asked.

pub(crate) type Source = Box<dyn std::error::Error + Send + Sync>;

/// A dedup store could not do what was asked. The answer is always 503; nothing fails open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store holds as many unexpired keys as it may.
    #[error("the dedup store is full")]
    Full,
    /// The store did not answer in time.
    #[error("the dedup store did not answer in time")]
    Timeout,
    /// The store is down or refused.
    #[error("the dedup store is unavailable")]
    Unavailable(#[source] Source),
}
