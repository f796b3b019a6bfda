//! What went wrong, without anything that could be secret.

use hookgate::dedup::StoreError;
use redis::{ErrorKind, RedisError};

/// `maxmemory` is reached and nothing may be evicted.
const OUT_OF_MEMORY: &str = "OOM";

/// Why Redis could not do what was asked. No text comes from an address or from a key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("Redis refused ({0})")]
    Refused(String),
    #[error("the connection to Redis broke")]
    Broken,
    #[error("Redis holds something else under a key of the store: change the prefix")]
    Foreign,
    #[error("Redis answered what was not expected")]
    Unexpected,
}

pub(crate) fn unavailable(fault: Fault) -> StoreError {
    StoreError::Unavailable(fault.into())
}

/// How a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: StoreError,
    /// The connection broke: every command of the store may be repeated on the next.
    pub(crate) repeat: bool,
}

impl Failure {
    pub(crate) fn timeout() -> Self {
        Self {
            error: StoreError::Timeout,
            repeat: false,
        }
    }
}

impl From<RedisError> for Failure {
    fn from(error: RedisError) -> Self {
        if error.is_timeout() {
            return Self::timeout();
        }
        let repeat = error.is_io_error() || error.is_connection_dropped();
        let error = match (error.code(), error.kind()) {
            (Some(OUT_OF_MEMORY), _) => StoreError::Full,
            (Some(code), _) => unavailable(Fault::Refused(code.to_owned())),
            (None, ErrorKind::AuthenticationFailed) => {
                unavailable(Fault::Refused("authentication failed".to_owned()))
            }
            (None, ErrorKind::UnexpectedReturnType | ErrorKind::Parse) => {
                unavailable(Fault::Unexpected)
            }
            (None, _) => unavailable(Fault::Broken),
        };
        Self { error, repeat }
    }
}
