//! [`Failure`]: how a statement failed, and what that says of its connection.

use hookgate::dedup::StoreError;

/// How a statement failed.
#[derive(Debug)]
pub struct Failure {
    /// What the caller is told.
    pub error: StoreError,
    /// Whether to repeat it on another connection. Every statement of a store carries its owner's token, so it may
    /// run again.
    pub repeat: bool,
}

impl Failure {
    /// It is of no use to repeat it.
    pub fn last(error: StoreError) -> Self {
        Self {
            error,
            repeat: false,
        }
    }

    /// Its connection is broken, or leads to the wrong server.
    pub fn of_connection(error: StoreError) -> Self {
        Self {
            error,
            repeat: true,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::last(error)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}
