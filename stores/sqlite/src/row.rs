//! How a row is read.

use std::time::Duration;

use hookgate::dedup::{Claim, State, StoreError};
use sqlx::{Row, sqlite::SqliteRow};

use crate::{fault::unexpected, statements::state};

/// Told to a claim that was given up before it came. Nobody listens.
const GIVEN_UP: Duration = Duration::from_secs(1);

/// What kept a claim from being granted.
#[derive(Debug)]
pub(crate) enum Held {
    /// The claim cannot be granted.
    By(Claim),
    /// This owner has won it before, and its lease still runs.
    Own { attempt: u32 },
    /// Its lease lapsed, so its handler died, or is about to settle in its transaction.
    Lapsed,
    /// Its mark ended, or its lease was released.
    Ended,
}

pub(crate) fn held(row: &SqliteRow) -> Result<Held, StoreError> {
    let own: bool = get(row, 2)?;
    let same_content: bool = get(row, 4)?;
    let state: i64 = get(row, 0)?;
    let given_up: bool = get(row, 5)?;
    Ok(match looked(row)? {
        State::Free if given_up => Held::By(Claim::InProgress {
            retry_after: GIVEN_UP,
        }),
        State::Free if state == state::IN_PROGRESS => Held::Lapsed,
        State::Free => Held::Ended,
        State::Done => Held::By(Claim::Done { same_content }),
        State::InProgress { .. } if own => Held::Own {
            attempt: attempt(row, 3)?,
        },
        State::InProgress { retry_after } => Held::By(Claim::InProgress { retry_after }),
    })
}

pub(crate) fn attempt(row: &SqliteRow, column: usize) -> Result<u32, StoreError> {
    let attempt: i64 = get(row, column)?;
    Ok(u32::try_from(attempt).unwrap_or(u32::MAX))
}

pub(crate) fn looked(row: &SqliteRow) -> Result<State, StoreError> {
    let (state, left): (i64, i64) = (get(row, 0)?, get(row, 1)?);
    let left = Duration::from_millis(u64::try_from(left).unwrap_or(0));
    Ok(match state {
        // Its end does not count: a clock that was set back may put it ahead.
        state::RELEASED => State::Free,
        _ if left.is_zero() => State::Free,
        state::IN_PROGRESS => State::InProgress { retry_after: left },
        state::PROCESSED | state::IGNORED | state::REJECTED => State::Done,
        // An unknown state is not done. Otherwise the event would be answered as if it were handled.
        _ => return Err(unexpected()),
    })
}

/// Whether its owner marked a lease as done that it does not hold any more.
pub(crate) fn is_own_mark(row: &SqliteRow) -> Result<bool, StoreError> {
    let (state, left): (i64, i64) = (get(row, 0)?, get(row, 1)?);
    Ok(match state {
        state::PROCESSED | state::IGNORED | state::REJECTED => left > 0,
        _ => false,
    })
}

fn get<'r, T>(row: &'r SqliteRow, column: usize) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(column).map_err(|_| unexpected())
}
