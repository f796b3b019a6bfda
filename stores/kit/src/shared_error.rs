//! [`SharedError`]: one error for several callers.

use std::{error::Error, fmt, sync::Arc};

use hookgate::dedup::StoreError;

/// One error for several callers: a commit that failed has failed for all of them.
#[derive(Debug)]
pub(crate) struct SharedError(Shared);

#[derive(Debug, Clone)]
enum Shared {
    Full,
    Timeout,
    Unavailable(Cause),
}

/// Why an engine was unavailable, told to several.
#[derive(Debug, Clone)]
struct Cause(Arc<dyn Error + Send + Sync>);

impl SharedError {
    pub(crate) fn new(error: StoreError) -> Self {
        Self(match error {
            StoreError::Full => Shared::Full,
            StoreError::Timeout => Shared::Timeout,
            StoreError::Unavailable(cause) => Shared::Unavailable(Cause(cause.into())),
            other => Shared::Unavailable(Cause(Arc::new(other))),
        })
    }

    /// The error, for one of them.
    pub(crate) fn get(&self) -> StoreError {
        match self.0.clone() {
            Shared::Full => StoreError::Full,
            Shared::Timeout => StoreError::Timeout,
            Shared::Unavailable(cause) => StoreError::Unavailable(Box::new(cause)),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
