//! How a row is read.

use std::time::Duration;

use hookgate::dedup::{Claim, State, StoreError};
use sqlx::{Row, postgres::PgRow};

use crate::{
    fault::Failure,
    schema::{self, Age},
    statements::state,
};

/// Told to a claim that was given up before it came. Nobody listens.
const GIVEN_UP: Duration = Duration::from_secs(1);

/// What kept a claim from being granted.
#[derive(Debug)]
pub(crate) enum Held {
    /// The claim cannot be granted.
    By(Claim),
    /// This owner has won it before, and its lease still runs.
    Own { attempt: u32 },
    /// The row has ended: it can be taken over.
    Ended,
}

pub(crate) fn held(row: &PgRow) -> Result<Held, StoreError> {
    let own: bool = get(row, 2)?;
    let same_content: bool = get(row, 4)?;
    let given_up: bool = get(row, 5)?;
    Ok(match looked(row)? {
        State::Free if given_up => Held::By(Claim::InProgress {
            retry_after: GIVEN_UP,
        }),
        State::Free => Held::Ended,
        State::Done => Held::By(Claim::Done { same_content }),
        State::InProgress { .. } if own => Held::Own {
            attempt: attempt(row, 3)?,
        },
        State::InProgress { retry_after } => Held::By(Claim::InProgress { retry_after }),
    })
}

pub(crate) fn attempt(row: &PgRow, column: usize) -> Result<u32, StoreError> {
    let attempt: i32 = get(row, column)?;
    Ok(attempt.unsigned_abs())
}

pub(crate) fn looked(row: &PgRow) -> Result<State, StoreError> {
    let (state, left): (i16, i64) = (get(row, 0)?, get(row, 1)?);
    let left = Duration::from_millis(u64::try_from(left).unwrap_or(0));
    Ok(match state {
        // Its end does not count: a clock that was set back, or a failover's, may put it ahead.
        state::RELEASED => State::Free,
        _ if left.is_zero() => State::Free,
        state::IN_PROGRESS => State::InProgress { retry_after: left },
        state::PROCESSED | state::IGNORED | state::REJECTED => State::Done,
        // An unknown state is not done. Otherwise the event would be answered as if it were handled.
        _ => return Err(Failure::unexpected().error),
    })
}

pub(crate) fn count(row: &PgRow) -> Result<u64, StoreError> {
    let count: i64 = get(row, 0)?;
    Ok(count.unsigned_abs())
}

pub(crate) fn age(row: &PgRow) -> Result<Age, Failure> {
    let read = |_| Failure::unexpected();
    let comment: String = row.try_get(0).map_err(read)?;
    Ok(schema::age(&comment, row.try_get(1).map_err(read)?))
}

/// Whether its owner marked a lease as done that it does not hold any more.
pub(crate) fn is_own_mark(row: &PgRow) -> Result<bool, StoreError> {
    let (state, lasts): (i16, bool) = (get(row, 0)?, get(row, 1)?);
    Ok(match state {
        state::PROCESSED | state::IGNORED | state::REJECTED => lasts,
        _ => false,
    })
}

fn get<'r, T>(row: &'r PgRow, column: usize) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    row.try_get(column).map_err(|_| Failure::unexpected().error)
}
