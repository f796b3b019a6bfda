//! [`KeySourceError`]: a key source could not be asked.

use crate::verdict::Source;

/// A key source could not be asked. The answer is 503.
///
/// Example: [`Tenants`](crate::tenants::Tenants).
#[derive(Debug, thiserror::Error)]
#[error("the key source is unavailable")]
pub struct KeySourceError(#[source] Source);

impl KeySourceError {
    /// Wraps what went wrong.
    pub fn new(source: impl Into<Source>) -> Self {
        Self(source.into())
    }
}
