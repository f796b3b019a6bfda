//! How a row is read.

use hookgate::dedup::{State, StoreError};
use hookgate_store_kit::{Found, Held, RowState, rounding};
use sqlx::{Row, sqlite::SqliteRow};

use crate::fault::SQLITE;

/// What kept a claim from being granted.
pub(crate) fn held(row: &SqliteRow) -> Result<Held, StoreError> {
    let found = Found {
        state: state(row)?,
        left: rounding::left(get(row, 1)?),
        own: get(row, 2)?,
        attempt: attempt(row, 3)?,
        same_content: get(row, 4)?,
        given_up: get(row, 5)?,
    };
    Ok(found.held())
}

pub(crate) fn attempt(row: &SqliteRow, column: usize) -> Result<u32, StoreError> {
    let attempt: i64 = get(row, column)?;
    Ok(u32::try_from(attempt).unwrap_or(u32::MAX))
}

/// The places in the list that was asked for, and the attempts, of what
/// [was written](crate::statements::Statements::together).
pub(crate) fn written(row: &SqliteRow) -> Result<Vec<(usize, u32)>, StoreError> {
    let text: Option<&str> = get(row, 0)?;
    let each = text.unwrap_or_default().split_terminator(',');
    let read = |each: &str| {
        let (place, attempt) = each.split_once(' ')?;
        Some((place.parse().ok()?, attempt.parse().ok()?))
    };
    each.map(|each| read(each).ok_or_else(|| SQLITE.unexpected()))
        .collect()
}

pub(crate) fn looked(row: &SqliteRow) -> Result<State, StoreError> {
    Ok(state(row)?.with_left(rounding::left(get(row, 1)?)))
}

/// Whether its owner marked a lease as done that it does not hold any more.
pub(crate) fn is_own_mark(row: &SqliteRow) -> Result<bool, StoreError> {
    let is_mark = RowState::read(get(row, 0)?).is_some_and(RowState::is_mark);
    Ok(is_mark && !rounding::left(get(row, 1)?).is_zero())
}

pub(crate) fn state(row: &SqliteRow) -> Result<RowState, StoreError> {
    RowState::read(get(row, 0)?).ok_or_else(|| SQLITE.unexpected())
}

pub(crate) fn get<'r, T>(row: &'r SqliteRow, column: usize) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(column).map_err(|_| SQLITE.unexpected())
}
