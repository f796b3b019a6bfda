//! What went wrong, without anything that could be secret.

use hookgate::dedup::StoreError;

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

/// Whether a statement did not get its turn, before it did anything: no connection of the pool, or not the one
/// place of the writer.
pub(crate) fn had_no_turn(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(refusal) => matches!(code(&**refusal) & 0xff, BUSY | LOCKED),
        sqlx::Error::PoolTimedOut => true,
        _ => false,
    }
}

/// The extended code. Its lower byte is the plain one.
fn code(refusal: &dyn sqlx::error::DatabaseError) -> i32 {
    let code = refusal.code().and_then(|code| code.parse().ok());
    code.unwrap_or_default()
}

pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    if had_no_turn(&error) {
        return StoreError::Timeout;
    }
    let fault = match error {
        sqlx::Error::Database(refusal) => {
            let extended = code(&*refusal);
            match extended & 0xff {
                FULL => return StoreError::Full,
                _ if refusal.message().starts_with("no such table") => Fault::NoTable,
                _ => Fault::Refused {
                    code: extended,
                    message: refusal.message().to_owned(),
                },
            }
        }
        sqlx::Error::PoolClosed => Fault::PoolClosed,
        _ => Fault::Unexpected,
    };
    StoreError::Unavailable(fault.into())
}
