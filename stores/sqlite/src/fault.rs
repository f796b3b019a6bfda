//! What went wrong, without anything that could be secret.

use hookgate::StoreError;

const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const FULL: i32 = 13;

/// Why the database could not do what was asked. No text comes from a path or from a row.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("SQLite refused ({code}): {message}")]
    Refused { code: i32, message: String },
    #[error("the store's table is missing: call `migrate()` once, or run what `schema()` prints")]
    NoTable,
    #[error("the connection pool is closed")]
    PoolClosed,
    #[error("SQLite answered what was not expected")]
    Unexpected,
}

pub(crate) fn unexpected() -> StoreError {
    StoreError::Unavailable(Fault::Unexpected.into())
}

pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    let fault = match error {
        sqlx::Error::Database(refusal) => {
            let extended: i32 = refusal
                .code()
                .and_then(|code| code.parse().ok())
                .unwrap_or_default();
            // The lower byte is the plain code.
            match extended & 0xff {
                BUSY | LOCKED => return StoreError::Timeout,
                FULL => return StoreError::Full,
                _ if refusal.message().starts_with("no such table") => Fault::NoTable,
                _ => Fault::Refused {
                    code: extended,
                    message: refusal.message().to_owned(),
                },
            }
        }
        sqlx::Error::PoolTimedOut => return StoreError::Timeout,
        sqlx::Error::PoolClosed => Fault::PoolClosed,
        _ => Fault::Unexpected,
    };
    StoreError::Unavailable(fault.into())
}
