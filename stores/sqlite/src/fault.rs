//! What went wrong, without anything that could be secret.

use hookgate::dedup::StoreError;
use hookgate_store_kit::Engine;

/// Its errors repeat neither a path nor a row.
pub(crate) const SQLITE: Engine = Engine::named("SQLite");

const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const FULL: i32 = 13;
const TOO_BIG: i32 = 18;
const CONSTRAINT: i32 = 19;
const MISMATCH: i32 = 20;

/// Whether a statement was refused its turn, before it did anything: a connection of the pool, or the one place of
/// whoever writes.
pub(crate) fn had_no_turn(error: &sqlx::Error) -> bool {
    matches!(plain_code(error), BUSY | LOCKED) || matches!(error, sqlx::Error::PoolTimedOut)
}

/// Whether a statement was refused for what a value holds.
pub(crate) fn is_of_a_value(error: &sqlx::Error) -> bool {
    matches!(plain_code(error), TOO_BIG | CONSTRAINT | MISMATCH)
}

fn plain_code(error: &sqlx::Error) -> i32 {
    match error {
        sqlx::Error::Database(refusal) => code(&**refusal) & 0xff,
        _ => 0,
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
    match error {
        sqlx::Error::Database(refusal) => {
            let extended = code(&*refusal);
            match extended & 0xff {
                FULL => StoreError::Full,
                _ if refusal.message().starts_with("no such table") => SQLITE.no_table(),
                _ => SQLITE.refused(extended, refusal.message()),
            }
        }
        sqlx::Error::PoolClosed => SQLITE.pool_closed(),
        _ => SQLITE.unexpected(),
    }
}
