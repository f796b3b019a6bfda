//! How a row is read.

use hookgate::dedup::{State, StoreError};
use hookgate_store_kit::{Found, RowState, rounding};
use sqlx::{Row, postgres::PgRow};

use crate::{
    fault::POSTGRES,
    schema::{self, Age},
};

/// What kept a claim from being granted.
pub(crate) fn found(row: &PgRow) -> Result<Found, StoreError> {
    Ok(Found {
        state: state(row)?,
        left: rounding::left(get(row, 1)?),
        own: get(row, 2)?,
        attempt: attempt(row, 3)?,
        same_content: get(row, 4)?,
        given_up: get(row, 5)?,
    })
}

pub(crate) fn attempt(row: &PgRow, column: usize) -> Result<u32, StoreError> {
    let attempt: i32 = get(row, column)?;
    Ok(attempt.unsigned_abs())
}

pub(crate) fn looked(row: &PgRow) -> Result<State, StoreError> {
    Ok(state(row)?.with_left(rounding::left(get(row, 1)?)))
}

pub(crate) fn count(row: &PgRow) -> Result<u64, StoreError> {
    let count: i64 = get(row, 0)?;
    Ok(count.unsigned_abs())
}

pub(crate) fn age(row: &PgRow) -> Result<Age, StoreError> {
    let comment: String = get(row, 0)?;
    Ok(schema::age(&comment, get(row, 1)?))
}

/// Whether its owner marked a lease as done that it does not hold any more.
pub(crate) fn is_own_mark(row: &PgRow) -> Result<bool, StoreError> {
    let number: i16 = get(row, 0)?;
    let is_mark = RowState::read(number.into()).is_some_and(RowState::is_mark);
    Ok(is_mark && get(row, 1)?)
}

fn state(row: &PgRow) -> Result<RowState, StoreError> {
    let number: i16 = get(row, 0)?;
    RowState::read(number.into()).ok_or_else(|| POSTGRES.unexpected())
}

pub(crate) fn get<'r, T>(row: &'r PgRow, column: usize) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    row.try_get(column).map_err(|_| POSTGRES.unexpected())
}

/// 32 bytes: a key.
pub(crate) fn digest(bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    bytes.try_into().map_err(|_| POSTGRES.unexpected())
}

/// 16 bytes: an owner's token.
pub(crate) fn token(bytes: &[u8]) -> Result<[u8; 16], StoreError> {
    bytes.try_into().map_err(|_| POSTGRES.unexpected())
}
