//! What is kept although nobody can run it: requests that cannot be decoded, and entries that the server refused as work.

use hookgate::{
    dedup::StoreError,
    inbox::{Accept, DeadReason, Entry, Quarantine, QuarantineCap},
};
use hookgate_store_kit::{
    RowState,
    limits::{LOCKED, ROUNDS},
    rounding,
};
use sqlx::{Arguments, error::BoxDynError, postgres::PgArguments};

use super::{accept, core::Core, line::WITHOUT_END, names::Names};
use crate::{
    row,
    statements::{LEFT_MILLIS, noted},
    value::Value,
};

const DEAD: i16 = RowState::Dead.number();
const RELEASED: i16 = RowState::Released.number();
/// The first half of an advisory lock's number: one endpoint is counted by one at a time.
const COUNTING: i32 = 0x686f_6f71;

/// Makes a dead letter of an entry. `$1` to `$11` are the entry's, `$12` is the reason, and `$13` whether it is in
/// quarantine, of which `$14` and `$15` are the cap.
///
/// Answers whether it was kept now, whether there was room, and what an accept is told of the key.
fn statement(names: &Names) -> String {
    let Names {
        dedup,
        dead,
        count,
        number,
        ..
    } = names;
    format!(
        "WITH room AS MATERIALIZED (SELECT NOT $13::boolean OR (coalesce(sum(quarantined), 0) + 1 <= $14::bigint \
                 AND coalesce(sum(quarantined_bytes), 0) + $10::bigint <= $15::bigint) AS is_left \
             FROM {count} WHERE $13::boolean AND endpoint = $4::text), \
         ended AS MATERIALIZED (SELECT d.event_key FROM {dedup} AS d, room WHERE d.event_key = $1::bytea AND room.is_left \
             AND (d.state = {RELEASED} OR d.expires_at <= clock_timestamp()) FOR UPDATE OF d SKIP LOCKED), \
         again AS (UPDATE {dedup} AS t SET owner = $2::text::uuid, attempt = t.attempt + (t.attempt < {most})::integer, \
             state = {DEAD}, content = $3::bigint, expires_at = {WITHOUT_END}, \
             given_up = CASE WHEN t.state = {RELEASED} AND t.owner = ANY (t.given_up) IS NOT TRUE \
                 THEN {noted} ELSE t.given_up END \
             FROM ended WHERE t.event_key = ended.event_key RETURNING t.attempt), \
         fresh AS (INSERT INTO {dedup} (event_key, owner, attempt, state, content, expires_at) \
             SELECT $1::bytea, $2::text::uuid, 1, {DEAD}, $3::bigint, {WITHOUT_END} FROM room WHERE room.is_left \
             AND NOT EXISTS (SELECT FROM {dedup} WHERE event_key = $1::bytea) \
             ON CONFLICT (event_key) DO NOTHING RETURNING attempt), \
         won AS (TABLE again UNION ALL TABLE fresh), \
         kept AS (INSERT INTO {dead} (number, event_key, endpoint, event_type, key_id, order_key, format, retain, bytes, \
             accepted_at, died_at, reason, attempt, failures, vanished, replays, quarantined, body, history) \
             SELECT nextval('{number}'), $1::bytea, $4::text, $5::text, $6::bytea, $7::bytea, $8::smallint, $9::bigint, \
             $10::bigint::integer, clock_timestamp(), clock_timestamp(), $12::text, won.attempt - 1, 0, 0, 0, $13::boolean, \
             $11::bytea, NULL FROM won), \
         counted AS (INSERT INTO {count} (endpoint, dead, quarantined, quarantined_bytes) \
             SELECT $4::text, 1, $13::boolean::integer, CASE WHEN $13::boolean THEN $10::bigint ELSE 0 END FROM won) \
         SELECT EXISTS (SELECT FROM won), room.is_left, d.state, {LEFT_MILLIS}, d.owner = $2::text::uuid, \
             coalesce(d.content = $3::bigint, true) \
             FROM room LEFT JOIN {dedup} AS d ON d.event_key = $1::bytea",
        most = i32::MAX,
        noted = noted("t.owner"),
    )
}

/// An entry as a dead letter from the start.
struct Letter<'a> {
    entry: &'a Entry,
    reason: DeadReason,
    /// Of the quarantine, where it belongs there.
    cap: Option<QuarantineCap>,
}

impl Letter<'_> {
    /// All that a payload may be bound to stands there as the entry has it, or its payload could never be opened.
    fn bind(&self) -> Result<PgArguments, BoxDynError> {
        let entry = self.entry;
        let order = entry.order.as_ref();
        let cap = self.cap.unwrap_or_default();
        let mut values = PgArguments::default();
        values.add(&entry.key.as_bytes()[..])?;
        values.add(const_hex::encode(entry.token.as_bytes()))?;
        values.add(rounding::kept_number(entry.content.as_ref()))?;
        values.add(&*entry.endpoint)?;
        values.add(entry.event_type)?;
        values.add(entry.key_id.as_bytes())?;
        values.add(order.map(|order| &order.as_bytes()[..]))?;
        values.add(i16::try_from(entry.format).unwrap_or(i16::MAX))?;
        values.add(rounding::micros(entry.retain))?;
        values.add(i64::try_from(entry.payload.len()).unwrap_or(i64::MAX))?;
        values.add(&entry.payload[..])?;
        values.add(self.reason.as_str())?;
        values.add(self.cap.is_some())?;
        values.add(i64::from(cap.rows))?;
        values.add(i64::try_from(cap.bytes).unwrap_or(i64::MAX))?;
        Ok(values)
    }

    /// What an accept is told. `None` where there is no room.
    async fn keep(&self, core: &Core) -> Result<Option<Accept>, StoreError> {
        let endpoint = Value::from(&self.entry.endpoint);
        let lock = format!(
            "SELECT pg_advisory_xact_lock({COUNTING}, hashtext(encode({endpoint}::bytea, 'hex')))"
        );
        let lock = self.cap.map(|_| lock);
        let sql = statement(&core.names);
        for _ in 0..ROUNDS {
            let rows = core.bound(sql.clone(), lock.clone(), self.bind());
            let rows = rows.await?.map_err(|refused| refused.error())?;
            let row = rows.first().ok_or(StoreError::Timeout)?;
            if row::get(row, 0)? {
                return Ok(Some(Accept::Queued));
            }
            let told = accept::told(row, 2)?;
            if told.is_some() || !row::get(row, 1)? {
                return Ok(told);
            }
            // What somebody else was inserting can be read once it is there.
        }
        Ok(Some(Accept::InProgress {
            retry_after: LOCKED,
        }))
    }
}

/// Keeps a request that cannot be decoded, within the cap of its endpoint.
pub(super) async fn keep(
    core: &Core,
    entry: &Entry,
    cap: QuarantineCap,
) -> Result<Quarantine, StoreError> {
    let letter = Letter {
        entry,
        reason: DeadReason::Undecodable,
        cap: Some(cap),
    };
    Ok(match letter.keep(core).await? {
        None | Some(Accept::InProgress { .. }) => Quarantine::Full,
        // Now, or before. Perhaps it was discarded since.
        Some(_) => Quarantine::Kept,
    })
}

/// Keeps an entry that the server refused as work. It is an event like any other, of which a replay makes work.
///
/// An error where the server does not take it as a dead letter either. Under another endpoint or type it would be another
/// event.
pub(super) async fn set_aside(core: &Core, entry: &Entry) -> Result<Accept, StoreError> {
    let letter = Letter {
        entry,
        reason: DeadReason::Damaged,
        cap: None,
    };
    letter.keep(core).await?.ok_or(StoreError::Full)
}
