//! [`KeySourceError`]: a key source could not be asked.

use std::fmt;

use crate::verdict::Source;

/// A key source could not be asked. The answer is 503.
///
/// Example: [`Tenants`](crate::tenants::Tenants).
#[derive(thiserror::Error)]
#[error("the key source is unavailable")]
pub struct KeySourceError(#[source] Source);

impl KeySourceError {
    /// Wraps what went wrong.
    pub fn new(source: impl Into<Source>) -> Self {
        Self(source.into())
    }
}

/// Its text: what is behind it may name servers.
impl fmt::Debug for KeySourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
