//! The statements that end or extend leases of lines.
//!
//! Each names lines by their keys and owners, and changes only what that owner still holds.

use hookgate::{
    EventKey,
    dedup::{OwnerToken, StoreError},
};
use sqlx::{
    Arguments,
    error::BoxDynError,
    postgres::{PgArguments, PgRow},
};

use super::{
    line::{COLUMNS, GivenBack},
    names::Names,
};
use crate::{prepared::Prepared, row, statements::from_now, value::Value};

/// Whether the owner of `a` holds the line `t`.
const IS_HELD: &str =
    "t.event_key = a.event_key AND t.owner = a.owner AND t.lease_until > clock_timestamp()";

/// Ends lines with marks: `$1` has their keys, `$2` the owners, `$3` the states of the marks, and `$4` how long they last.
/// Answers for each line that was held its place among them, counted from one, and its order.
///
/// A line, its key and the counts change in one commit. Its payload goes with its table.
pub(super) fn settle(names: &Names) -> Prepared {
    let Names {
        dedup,
        work,
        later,
        count,
        ..
    } = names;
    let taken = |table: &str| {
        format!(
            "DELETE FROM {table} AS t USING asked AS a WHERE {IS_HELD} \
             RETURNING a.at, t.event_key, t.endpoint, t.order_key, t.attempt, t.quarantined, t.bytes"
        )
    };
    Prepared::new(
        "end",
        "bytea[], uuid[], smallint[], float8[]",
        format!(
            "WITH asked AS MATERIALIZED (SELECT * FROM unnest($1::bytea[], $2::uuid[], $3::smallint[], $4::float8[]) \
                 WITH ORDINALITY AS a(event_key, owner, state, lasts, at)), \
             fresh AS ({fresh}), again AS ({again}), gone AS (TABLE fresh UNION ALL TABLE again), \
             marked AS (UPDATE {dedup} AS d SET owner = a.owner, state = a.state, \
                 attempt = greatest(d.attempt, g.attempt), expires_at = {mark} \
                 FROM gone AS g JOIN asked AS a USING (at) WHERE d.event_key = g.event_key), \
             counted AS (INSERT INTO {count} (endpoint, queued, quarantined, quarantined_bytes) \
                 SELECT endpoint, -count(*), -count(*) FILTER (WHERE quarantined), \
                 -coalesce(sum(bytes) FILTER (WHERE quarantined), 0) FROM gone GROUP BY endpoint) \
             SELECT at, order_key FROM gone",
            fresh = taken(work),
            again = taken(later),
            mark = from_now("a.lasts"),
        ),
    )
}

/// Extends leases: `$1` has the keys, `$2` the owners, `$3` how long. Says of each, in its order, whether it is held.
///
/// What a transaction of a handler's has locked is not waited for. It is about to end.
pub(super) fn keep(names: &Names) -> Prepared {
    let Names { work, later, .. } = names;
    let kept = |table: &str| {
        format!(
            "UPDATE {table} AS t SET lease_until = {until} FROM (SELECT t.event_key FROM asked AS a \
             JOIN {table} AS t ON {IS_HELD} FOR UPDATE OF t SKIP LOCKED) AS own WHERE t.event_key = own.event_key",
            until = from_now("$3"),
        )
    };
    Prepared::new(
        "keep",
        "bytea[], uuid[], float8",
        format!(
            "WITH asked AS MATERIALIZED (SELECT * FROM unnest($1::bytea[], $2::uuid[]) WITH ORDINALITY \
                 AS a(event_key, owner, at)), \
             fresh AS ({}), again AS ({}) \
             SELECT EXISTS (SELECT FROM {work} AS t WHERE {IS_HELD}) \
                 OR EXISTS (SELECT FROM {later} AS t WHERE {IS_HELD}) FROM asked AS a ORDER BY a.at",
            kept(work),
            kept(later),
        ),
    )
}

/// Makes a line due again: `$1` is its key, `$2` the owner, `$3` in how long, `$4` whether it counts as a failure, `$5` what
/// it failed with. Answers a row where the owner held it, or gave it back before.
pub(super) fn give_back(names: &Names) -> String {
    let Names { work, later, .. } = names;
    let held = "t.event_key = $1::bytea AND t.owner = $2::text::uuid AND t.lease_until > clock_timestamp()";
    let failures = "g.failures + $4::boolean::integer";
    let vanished = "CASE WHEN $4::boolean THEN 0 ELSE g.vanished END";
    let due = from_now("$3");
    let back = GivenBack {
        line: "g",
        failures,
        vanished,
        ended_by: "$2::text::uuid",
        due: &due,
        error: "coalesce($5::bytea, g.error)",
    };
    format!(
        "WITH g AS (DELETE FROM {work} AS t WHERE {held} RETURNING t.*), \
         moved AS (INSERT INTO {later} ({COLUMNS}) SELECT {back} FROM g RETURNING event_key), \
         stays AS (UPDATE {later} AS t SET owner = NULL, lease_until = NULL, ended_by = $2::text::uuid, due = {due}, \
             failures = t.failures + $4::boolean::integer, \
             vanished = CASE WHEN $4::boolean THEN 0 ELSE t.vanished END, error = coalesce($5::bytea, t.error) \
             WHERE {held} RETURNING t.event_key) \
         SELECT 1 FROM moved UNION ALL SELECT 1 FROM stays \
         UNION ALL SELECT 1 FROM {later} AS t WHERE t.event_key = $1::bytea AND t.ended_by = $2::text::uuid"
    )
}

/// What is to be known of a line before it is buried: its history, and the server's time in milliseconds.
pub(super) fn history(names: &Names, key: &Value) -> String {
    let Names {
        work, later, dead, ..
    } = names;
    let of = |table: &str| format!("SELECT history FROM {table} WHERE event_key = {key}::bytea");
    format!(
        "SELECT t.history, (extract(epoch FROM clock_timestamp()) * 1000)::bigint \
         FROM ({} UNION ALL {} UNION ALL {}) AS t",
        of(work),
        of(later),
        of(dead)
    )
}

/// Makes a dead letter of a line. `$1` is its key, `$2` the owner, and `$3` the reason. `$4` is what it failed with, `$5` its
/// history, and `$6` a body where its own is nowhere. Answers its order, and whether it was so before.
pub(super) fn bury(names: &Names) -> String {
    let Names {
        dedup,
        work,
        later,
        dead,
        count,
        ..
    } = names;
    let held = "t.event_key = $1::bytea AND t.owner = $2::text::uuid AND t.lease_until > clock_timestamp()";
    let bodies: String = names
        .payloads()
        .map(|(slot, payload)| {
            format!(
                "WHEN {slot} THEN (SELECT p.body FROM {payload} AS p WHERE p.number = g.number) "
            )
        })
        .collect();
    format!(
        "WITH fresh AS (DELETE FROM {work} AS t WHERE {held} RETURNING t.*), \
         again AS (DELETE FROM {later} AS t WHERE {held} RETURNING t.*), \
         g AS (TABLE fresh UNION ALL TABLE again), \
         buried AS (INSERT INTO {dead} (number, event_key, endpoint, event_type, key_id, order_key, format, retain, \
             bytes, accepted_at, died_at, reason, attempt, failures, vanished, replays, quarantined, ended_by, body, \
             error, history) \
             SELECT g.number, g.event_key, g.endpoint, g.event_type, g.key_id, g.order_key, g.format, g.retain, g.bytes, \
             g.accepted_at, clock_timestamp(), $3::text, g.attempt, g.failures, g.vanished, g.replays, g.quarantined, \
             $2::text::uuid, coalesce(CASE g.slot {bodies}END, $6::bytea), coalesce($4::bytea, g.error), $5::bytea \
             FROM g), \
         marked AS (UPDATE {dedup} AS d SET state = {DEAD}, attempt = greatest(d.attempt, g.attempt) \
             FROM g WHERE d.event_key = g.event_key), \
         counted AS (INSERT INTO {count} (endpoint, queued, dead) SELECT endpoint, -1, 1 FROM g) \
         SELECT order_key FROM g UNION ALL \
         SELECT NULL FROM {dead} AS t WHERE t.event_key = $1::bytea AND t.ended_by = $2::text::uuid"
    )
}

const DEAD: i16 = hookgate_store_kit::RowState::Dead.number();

/// A key and an owner, as the first two parameters.
pub(super) fn of_owner(key: &EventKey, owner: &OwnerToken) -> Result<PgArguments, BoxDynError> {
    let mut values = PgArguments::default();
    values.add(&key.as_bytes()[..])?;
    values.add(const_hex::encode(owner.as_bytes()))?;
    Ok(values)
}

/// The place of a line that has ended, counted from one, and its order.
pub(super) fn ended(row: &PgRow) -> Result<(i64, Option<[u8; 32]>), StoreError> {
    Ok((row::get(row, 0)?, order(row, 1)?))
}

pub(super) fn order(row: &PgRow, column: usize) -> Result<Option<[u8; 32]>, StoreError> {
    let order: Option<Vec<u8>> = row::get(row, column)?;
    order.map(|order| row::digest(&order)).transpose()
}
