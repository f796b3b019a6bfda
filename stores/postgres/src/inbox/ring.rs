//! The ring of payload tables: which one is written to, and how the others are emptied.
//!
//! A payload lies in the table of a slot until that table is emptied whole, which erases what is done. What still waits is
//! moved to the current table before. The slot that is written to comes from a row that only moves forward.
//!
//! An instance that has not heard of the move writes to an old slot. That is found and moved as well: a table is emptied
//! only while nobody can write to it, after all that it then holds has been looked at.

use std::time::Duration;

use hookgate::dedup::StoreError;
use sqlx::postgres::PgRow;

use super::{
    core::Core,
    names::{Names, SLOTS},
};
use crate::row;

/// How long a slot is written to.
const TURN: Duration = Duration::from_secs(6 * 3600);
/// So long after a move everybody has heard of it.
const HEARD_OF: Duration = Duration::from_secs(120);
/// How long the emptying of a table waits for its readers. Whoever comes then waits behind it for as long.
const PATIENCE: &str = "50ms";
/// Lines of a statement that moves payloads.
const MOVED_AT_ONCE: i64 = 500;

/// Where the ring stands.
#[derive(Debug, Clone, Copy)]
struct Stand {
    turn: i64,
    since: Duration,
}

impl Stand {
    fn slot(self) -> i16 {
        slot(self.turn)
    }
}

fn slot(turn: i64) -> i16 {
    i16::try_from(turn.rem_euclid(i64::from(SLOTS))).unwrap_or(0)
}

fn stand(row: &PgRow) -> Result<Stand, StoreError> {
    let millis: i64 = row::get(row, 1)?;
    Ok(Stand {
        turn: row::get(row, 0)?,
        since: hookgate_store_kit::rounding::left(millis),
    })
}

/// Moves the payloads of up to so many lines after a place, `old` to `new`. A line that somebody works on is passed.
/// Answers the place of the last one.
fn move_some(names: &Names, table: &str, place: &Place, old: i16, new: i16) -> String {
    let (from, to) = (names.payload(old), names.payload(new));
    let (after, order, last) = match place {
        Place::Ready(endpoint, number) => (
            format!(
                "(endpoint, number) > (convert_from(E'\\\\x{}'::bytea, 'UTF8'), {number})",
                const_hex::display(endpoint)
            ),
            "endpoint, number",
            "endpoint DESC, number DESC",
        ),
        Place::Other(number) => (format!("number > {number}"), "number", "number DESC"),
    };
    format!(
        "WITH seen AS MATERIALIZED (SELECT endpoint, number, event_key, slot FROM {table} WHERE {after} \
             ORDER BY {order} LIMIT {MOVED_AT_ONCE}), \
         own AS MATERIALIZED (SELECT t.event_key, t.number FROM seen JOIN {table} AS t USING (event_key) \
             WHERE seen.slot = {old} AND t.slot = {old} FOR UPDATE OF t SKIP LOCKED), \
         body AS (INSERT INTO {to} (number, event_key, body) SELECT p.number, p.event_key, p.body \
             FROM own JOIN {from} AS p USING (number)), \
         moved AS (UPDATE {table} AS t SET slot = {new} FROM own WHERE t.event_key = own.event_key) \
         SELECT convert_to(endpoint, 'UTF8'), number FROM seen ORDER BY {last} LIMIT 1"
    )
}

/// From where lines are looked at: ready ones are in the order of their endpoints.
enum Place {
    Ready(Vec<u8>, i64),
    Other(i64),
}

/// Empties the table of a slot in one transaction. Nobody can write to it from the lock on. What came until then, and still
/// waits, is moved by statements that begin after the lock was taken.
fn empty(names: &Names, old: i16, new: i16) -> String {
    let (from, to) = (names.payload(old), names.payload(new));
    let rest = |table: &str| {
        format!(
            "WITH own AS MATERIALIZED (SELECT event_key, number FROM {table} WHERE slot = {old} FOR UPDATE), \
             body AS (INSERT INTO {to} (number, event_key, body) SELECT p.number, p.event_key, p.body \
                 FROM own JOIN {from} AS p USING (number)) \
             UPDATE {table} AS t SET slot = {new} FROM own WHERE t.event_key = own.event_key; "
        )
    };
    format!(
        "SET LOCAL lock_timeout = '{PATIENCE}'; LOCK TABLE {from} IN ACCESS EXCLUSIVE MODE; {}{}{}TRUNCATE {from}",
        rest(&names.work),
        rest(&names.later),
        rest(&names.parked),
    )
}

impl Core {
    async fn stand(&self) -> Result<Stand, StoreError> {
        let sql = format!(
            "SELECT turn, (extract(epoch FROM clock_timestamp() - since) * 1000)::bigint FROM {}",
            self.names.ring
        );
        let rows = self.text(sql).await?;
        stand(rows.first().ok_or(StoreError::Timeout)?)
    }

    /// Learns which slot is written to.
    pub(super) async fn read_slot(&self) -> Result<(), StoreError> {
        self.set_slot(self.stand().await?.slot());
        Ok(())
    }

    /// Moves the ring on where it is time, and empties the tables of old slots. What somebody keeps from being emptied is
    /// left for the next time.
    pub(super) async fn turn_the_ring(&self) -> Result<(), StoreError> {
        let mut stand = self.stand().await?;
        if stand.since >= TURN && self.is_empty(slot(stand.turn.saturating_add(1))).await? {
            let sql = format!(
                "UPDATE {} SET turn = turn + 1, since = clock_timestamp() WHERE turn = {}",
                self.names.ring, stand.turn
            );
            self.text(sql).await?;
            stand = self.stand().await?;
        }
        let current = stand.slot();
        self.set_slot(current);
        if stand.since < HEARD_OF {
            return Ok(());
        }
        for old in (0..SLOTS).filter(|slot| *slot != current) {
            if !self.is_empty(old).await? {
                self.empty(old, current).await?;
            }
        }
        Ok(())
    }

    async fn is_empty(&self, slot: i16) -> Result<bool, StoreError> {
        let sql = format!(
            "SELECT NOT EXISTS (SELECT FROM {})",
            self.names.payload(slot)
        );
        let rows = self.text(sql).await?;
        rows.first().map_or(Ok(false), |row| row::get(row, 0))
    }

    async fn empty(&self, old: i16, new: i16) -> Result<(), StoreError> {
        let names = &self.names;
        let ready = Place::Ready(Vec::new(), 0);
        let tables = [
            (&names.work, ready),
            (&names.later, Place::Other(0)),
            (&names.parked, Place::Other(0)),
        ];
        for (table, mut place) in tables {
            while let Some(row) = self
                .text(move_some(names, table, &place, old, new))
                .await?
                .first()
            {
                let number = row::get(row, 1)?;
                place = match place {
                    Place::Ready(..) => Place::Ready(row::get(row, 0)?, number),
                    Place::Other(_) => Place::Other(number),
                };
            }
        }
        match self.text(empty(names, old, new)).await {
            // A reader keeps it. The next time is soon.
            Err(StoreError::Timeout) => Ok(()),
            other => other.map(|_| ()),
        }
    }
}
