//! [`Line`]: a line of work, wherever it stands.

use hookgate::{
    EventKey,
    inbox::{OrderKey, SUSPECT_AFTER},
};
use sqlx::sqlite::SqliteRow;

use super::turn::get;
use crate::session::Asked;

/// A line of work, wherever it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) number: i64,
    pub(super) key: EventKey,
    pub(super) endpoint: i64,
    pub(super) format: u16,
    pub(super) order: Option<OrderKey>,
    /// Of the last run, or of what ran before it was accepted.
    pub(super) attempt: u32,
    pub(super) failures: u32,
    pub(super) vanished: u32,
    pub(super) replays: u32,
    /// When it was accepted or replayed.
    pub(super) since: i64,
    pub(super) is_quarantined: bool,
}

impl Line {
    /// How many columns it has.
    pub(super) const COLUMNS: usize = 11;

    /// Reads the columns of [`LINE`](super::tables::LINE), which stand first.
    pub(super) fn read(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let order: Option<Vec<u8>> = get(row, 4)?;
        Ok(Self {
            number: get(row, 0)?,
            key: EventKey::from_bytes(digest(get(row, 1)?)?),
            endpoint: get(row, 2)?,
            format: get(row, 3)?,
            order: order.map(digest).transpose()?.map(OrderKey::from_bytes),
            attempt: get(row, 5)?,
            failures: get(row, 6)?,
            vanished: get(row, 7)?,
            replays: get(row, 8)?,
            since: get(row, 9)?,
            is_quarantined: get(row, 10)?,
        })
    }

    /// Adds its columns, in the order of [`LINE`](super::tables::LINE).
    pub(super) fn bind(&self, asked: Asked) -> Asked {
        asked
            .number(self.number)
            .key(&self.key)
            .number(self.endpoint)
            .number(self.format.into())
            .bytes(self.order.as_ref().map(|order| &order.as_bytes()[..]))
            .number(self.attempt.into())
            .number(self.failures.into())
            .number(self.vanished.into())
            .number(self.replays.into())
            .number(self.since)
            .number(self.is_quarantined.into())
    }

    /// Those whose runs ended without a verdict wait apart from the others.
    pub(super) fn lane(&self) -> i64 {
        i64::from(self.vanished >= SUSPECT_AFTER)
    }
}

/// The 32 bytes of a digest.
pub(super) fn digest(bytes: Vec<u8>) -> Result<[u8; 32], sqlx::Error> {
    bytes
        .try_into()
        .map_err(|_| sqlx::Error::Decode("no digest".into()))
}
