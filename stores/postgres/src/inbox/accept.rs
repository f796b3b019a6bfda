//! What an accept writes: the key, the payload and the line, in one statement.

use hookgate::{
    dedup::StoreError,
    inbox::{Accept, Entry},
};
use hookgate_store_kit::{RowState, limits::LOCKED, rounding};
use sqlx::{
    Arguments,
    error::BoxDynError,
    postgres::{PgArguments, PgRow},
};

use super::{
    line::{COLUMNS, WITHOUT_END},
    names::Names,
};
use crate::{
    row,
    statements::{LEFT_MILLIS, noted},
};

const QUEUED: i16 = RowState::Queued.number();
const RELEASED: i16 = RowState::Released.number();

/// Accepts entries whose keys differ, with payloads into the table of a slot. They are numbered as they stand.
///
/// `$1` to `$8` describe the entries, `$9` has their payloads, `$10` how long their keys are remembered, and `$11` the sizes of
/// their payloads.
///
/// It waits for no row that somebody has locked. A key is inserted only where the statement sees none, and a row that has
/// ended is taken over only where nobody works on it. Keys are
/// inserted in their order, or two batches could wait for each other.
pub(super) fn statement(names: &Names, slot: i16) -> String {
    let Names {
        dedup,
        work,
        later,
        parked,
        count,
        number,
        ..
    } = names;
    let payload = names.payload(slot);
    let values = "number, event_key, endpoint, event_type, key_id, order_key, format, retain, {slot}::smallint, bytes, \
         clock_timestamp(), clock_timestamp(), attempt - 1, 0, 0, 0, false, NULL::uuid, NULL::timestamptz, \
         NULL::uuid, NULL::timestamptz, NULL::bytea, NULL::bytea"
        .replace("{slot}", &slot.to_string());
    format!(
        "WITH i AS MATERIALIZED (SELECT * FROM unnest($1::bytea[], $2::text[]::uuid[], $3::bigint[], $4::text[], \
             $5::text[], $6::bytea[], $7::bytea[], $8::smallint[], $10::bigint[], $11::integer[]) WITH ORDINALITY \
             AS i(event_key, token, content, endpoint, event_type, key_id, order_key, format, retain, bytes, at)), \
         ended AS MATERIALIZED (SELECT d.event_key FROM i JOIN {dedup} AS d USING (event_key) \
             WHERE d.state = {RELEASED} OR d.expires_at <= clock_timestamp() \
             ORDER BY d.event_key FOR UPDATE OF d SKIP LOCKED), \
         again AS (UPDATE {dedup} AS t SET owner = i.token, attempt = t.attempt + (t.attempt < {most})::integer, \
             state = {QUEUED}, content = i.content, expires_at = {WITHOUT_END}, \
             given_up = CASE WHEN t.state = {RELEASED} AND t.owner = ANY (t.given_up) IS NOT TRUE \
                 THEN {noted} ELSE t.given_up END \
             FROM ended JOIN i USING (event_key) WHERE t.event_key = ended.event_key \
             RETURNING t.event_key, t.attempt), \
         fresh AS (INSERT INTO {dedup} (event_key, owner, attempt, state, content, expires_at) \
             SELECT i.event_key, i.token, 1, {QUEUED}, i.content, {WITHOUT_END} FROM i \
             WHERE NOT EXISTS (SELECT FROM {dedup} AS d WHERE d.event_key = i.event_key) \
             ORDER BY i.event_key ON CONFLICT (event_key) DO NOTHING RETURNING event_key, attempt), \
         won AS (TABLE again UNION ALL TABLE fresh), \
         n AS MATERIALIZED (SELECT nextval('{number}') AS number, s.* \
             FROM (SELECT i.*, won.attempt FROM won JOIN i USING (event_key) ORDER BY i.at) AS s), \
         first AS (SELECT DISTINCT ON (order_key) number FROM n WHERE order_key IS NOT NULL \
             AND NOT EXISTS (SELECT FROM {work} AS l WHERE l.order_key = n.order_key) \
             AND NOT EXISTS (SELECT FROM {later} AS l WHERE l.order_key = n.order_key) \
             AND NOT EXISTS (SELECT FROM {parked} AS l WHERE l.order_key = n.order_key) \
             ORDER BY order_key, number), \
         ready AS (INSERT INTO {work} ({COLUMNS}) SELECT {values} FROM n \
             WHERE order_key IS NULL OR number IN (SELECT number FROM first) ORDER BY number \
             ON CONFLICT (order_key) WHERE order_key IS NOT NULL DO NOTHING RETURNING number), \
         behind AS (INSERT INTO {parked} ({COLUMNS}) SELECT {values} FROM n \
             WHERE order_key IS NOT NULL AND number NOT IN (SELECT number FROM ready) RETURNING number), \
         body AS (INSERT INTO {payload} (number, event_key, body) \
             SELECT number, event_key, ($9::bytea[])[at::integer] FROM n), \
         counted AS (INSERT INTO {count} (endpoint, queued) SELECT endpoint, count(*) FROM n GROUP BY endpoint) \
         SELECT i.at, n.number, n.number IN (SELECT number FROM behind), d.state, {LEFT_MILLIS}, d.owner = i.token, \
             coalesce(d.content = i.content, true) \
         FROM i LEFT JOIN n USING (event_key) LEFT JOIN {dedup} AS d ON d.event_key = i.event_key",
        most = i32::MAX,
        noted = noted("t.owner"),
    )
}

/// The entries' values, in the order of the statement's parameters.
pub(super) fn bind(entries: &[&Entry]) -> Result<PgArguments, BoxDynError> {
    fn all<'a, T>(entries: &[&'a Entry], of: impl Fn(&'a Entry) -> T) -> Vec<T> {
        entries.iter().map(|entry| of(entry)).collect()
    }
    let mut values = PgArguments::default();
    values.add(all(entries, |it| &it.key.as_bytes()[..]))?;
    values.add(all(entries, |it| const_hex::encode(it.token.as_bytes())))?;
    let content = |it: &Entry| rounding::kept_number(it.content.as_ref());
    values.add(all(entries, content))?;
    values.add(all(entries, |it| &*it.endpoint))?;
    values.add(all(entries, |it| it.event_type))?;
    values.add(all(entries, |it| it.key_id.as_bytes()))?;
    values.add(all(entries, |it| {
        it.order.as_ref().map(|order| &order.as_bytes()[..])
    }))?;
    let format = |it: &Entry| i16::try_from(it.format).unwrap_or(i16::MAX);
    values.add(all(entries, format))?;
    values.add(all(entries, |it| &*it.payload))?;
    values.add(all(entries, |it| rounding::micros(it.retain)))?;
    let bytes = |it: &Entry| i32::try_from(it.payload.len()).unwrap_or(i32::MAX);
    values.add(all(entries, bytes))?;
    Ok(values)
}

/// What became of an entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Accepted {
    /// Which of the statement's entries, counted from zero.
    pub(super) at: usize,
    /// `None` where a transaction that the statement cannot see is inserting the key.
    pub(super) answer: Option<Accept>,
    /// The number of its new line.
    pub(super) number: Option<i64>,
    pub(super) is_parked: bool,
}

pub(super) fn read(row: &PgRow) -> Result<Accepted, StoreError> {
    let at: i64 = row::get(row, 0)?;
    let number: Option<i64> = row::get(row, 1)?;
    let accepted = |answer| Accepted {
        at: usize::try_from(at.saturating_sub(1)).unwrap_or(usize::MAX),
        answer,
        number,
        is_parked: false,
    };
    if number.is_some() {
        return Ok(Accepted {
            is_parked: row::get(row, 2)?,
            ..accepted(Some(Accept::Queued))
        });
    }
    let state: Option<i16> = row::get(row, 3)?;
    let Some(state) = state else {
        return Ok(accepted(None));
    };
    let left = rounding::left(row::get(row, 4)?);
    let is_own: bool = row::get(row, 5)?;
    let answer = match RowState::read(state.into()) {
        Some(RowState::Queued) if is_own => Accept::Queued,
        Some(RowState::Queued | RowState::Dead) => Accept::Copy,
        // It has ended, and somebody works on it: a handler's transaction that settles it, say.
        _ if left.is_zero() => Accept::InProgress {
            retry_after: LOCKED,
        },
        Some(RowState::Processed | RowState::Ignored | RowState::Rejected) => Accept::Done {
            same_content: row::get(row, 6)?,
        },
        Some(RowState::InProgress) => Accept::InProgress { retry_after: left },
        Some(RowState::Released) | None => Accept::InProgress {
            retry_after: LOCKED,
        },
    };
    Ok(accepted(Some(answer)))
}
