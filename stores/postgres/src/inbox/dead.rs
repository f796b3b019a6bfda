//! What becomes of dead letters.

use std::time::Duration;

use hookgate::{EventKey, dedup::StoreError};
use hookgate_store_kit::{RowState, rounding};
use sqlx::{Arguments, postgres::PgArguments};

use super::{core::Core, ends, line::COLUMNS, names::Names};
use crate::{row, statements::from_now, value::Value};

const QUEUED: i16 = RowState::Queued.number();
const REJECTED: i16 = RowState::Rejected.number();

/// Makes work of a dead letter: `$1` is its key, and `$2` its history from then on. It gets a number of its own, since what
/// came after it has gone on without it. Answers its order.
fn replay(names: &Names, slot: i16) -> String {
    let Names {
        dedup,
        later,
        parked,
        dead,
        count,
        number,
        ..
    } = names;
    let payload = names.payload(slot);
    let values = format!(
        "fresh, event_key, endpoint, event_type, key_id, order_key, format, retain, {slot}::smallint, bytes, accepted_at, \
         clock_timestamp(), attempt, 0, 0, replays + 1, quarantined, NULL::uuid, NULL::timestamptz, NULL::uuid, \
         clock_timestamp(), error, $2::bytea"
    );
    format!(
        "WITH g AS (DELETE FROM {dead} WHERE event_key = $1::bytea RETURNING *), \
         n AS MATERIALIZED (SELECT nextval('{number}') AS fresh, g.* FROM g), \
         due AS (INSERT INTO {later} ({COLUMNS}) SELECT {values} FROM n WHERE order_key IS NULL), \
         behind AS (INSERT INTO {parked} ({COLUMNS}) SELECT {values} FROM n WHERE order_key IS NOT NULL), \
         body AS (INSERT INTO {payload} (number, event_key, body) SELECT fresh, event_key, body FROM n), \
         marked AS (UPDATE {dedup} AS d SET state = {QUEUED} FROM n WHERE d.event_key = n.event_key), \
         counted AS (INSERT INTO {count} (endpoint, queued, dead) SELECT endpoint, 1, -1 FROM n) \
         SELECT order_key FROM n"
    )
}

/// Erases dead letters, and leaves the marks that they were to leave. `which` says which of them. Each is found again by its
/// place, whatever the server believes of the table's size.
fn erase(names: &Names, which: &str) -> String {
    let Names {
        dedup, dead, count, ..
    } = names;
    format!(
        "WITH old AS MATERIALIZED (SELECT ctid AS place FROM {dead} WHERE {which} FOR UPDATE SKIP LOCKED), \
         g AS (DELETE FROM {dead} AS t USING old WHERE t.ctid = old.place \
             RETURNING t.event_key, t.endpoint, t.retain, t.attempt, t.quarantined, t.bytes), \
         marked AS (UPDATE {dedup} AS d SET state = {REJECTED}, attempt = greatest(d.attempt, g.attempt), \
             expires_at = {mark} FROM g WHERE d.event_key = g.event_key), \
         counted AS (INSERT INTO {count} (endpoint, dead, quarantined, quarantined_bytes) \
             SELECT endpoint, -count(*), -count(*) FILTER (WHERE quarantined), \
             -coalesce(sum(bytes) FILTER (WHERE quarantined), 0) FROM g GROUP BY endpoint) \
         SELECT count(*) FROM g",
        mark = from_now("g.retain"),
    )
}

impl Core {
    pub(super) async fn replay(&self, key: &EventKey, why: &str) -> Result<bool, StoreError> {
        let Some((mut history, now)) = self.history_of(key).await? else {
            return Ok(false);
        };
        history.replayed(now, why);
        let values = || {
            let mut values = PgArguments::default();
            values.add(&key.as_bytes()[..])?;
            values.add(history.to_bytes())?;
            Ok(values)
        };
        let sql = replay(&self.names, self.slot());
        let rows = self.bound_rows(sql, values()).await?;
        let Some(row) = rows.first() else {
            return Ok(false);
        };
        match ends::order(row, 0)? {
            Some(order) => self.promote(&[order]).await,
            None => self.tell_of_old(),
        }
        Ok(true)
    }

    pub(super) async fn discard(&self, key: &EventKey) -> Result<bool, StoreError> {
        let which = format!("event_key = {}::bytea", Value::from(key));
        Ok(self.erased(&which).await? > 0)
    }

    /// Erases those that died longer ago than `age`, `limit` at most.
    pub(super) async fn erase(&self, age: Duration, limit: usize) -> Result<u64, StoreError> {
        let which = format!(
            "died_at < clock_timestamp() - interval '1 microsecond' * {age} ORDER BY died_at LIMIT {limit}",
            age = rounding::micros(age),
            limit = i64::try_from(limit).unwrap_or(i64::MAX),
        );
        self.erased(&which).await
    }

    async fn erased(&self, which: &str) -> Result<u64, StoreError> {
        let rows = self.text(erase(&self.names, which)).await?;
        rows.first().map_or(Ok(0), row::count)
    }
}
