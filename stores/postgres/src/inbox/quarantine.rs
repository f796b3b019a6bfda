//! What is kept although nobody can run it: requests that cannot be decoded, and what the server refused.

use hookgate::{
    dedup::StoreError,
    inbox::{DeadReason, Entry, Quarantine, QuarantineCap},
};
use hookgate_store_kit::{RowState, limits::ROUNDS, rounding};
use sqlx::{Arguments, error::BoxDynError, postgres::PgArguments};

use super::{core::Core, line::WITHOUT_END, names::Names};
use crate::{row, statements::LEFT_MILLIS, value::Value};

const DEAD: i16 = RowState::Dead.number();
const RELEASED: i16 = RowState::Released.number();
const IN_PROGRESS: i16 = RowState::InProgress.number();
/// The first half of an advisory lock's number: one endpoint is counted by one at a time.
const COUNTING: i32 = 0x686f_6f71;

/// Keeps a request within the cap, under its endpoint's lock. `$1` to `$9` describe it, `$10` and `$11` are the cap.
///
/// Answers whether it was kept now, and the state of its key and whether that has ended.
fn statement(names: &Names) -> String {
    let Names {
        dedup,
        dead,
        count,
        number,
        ..
    } = names;
    format!(
        "WITH room AS MATERIALIZED (SELECT coalesce(sum(quarantined), 0) + 1 <= $10::bigint \
                 AND coalesce(sum(quarantined_bytes), 0) + $7::bigint <= $11::bigint AS is_left \
             FROM {count} WHERE endpoint = $3::text), \
         ended AS MATERIALIZED (SELECT d.event_key FROM {dedup} AS d, room WHERE d.event_key = $1::bytea AND room.is_left \
             AND (d.state = {RELEASED} OR d.expires_at <= clock_timestamp()) FOR UPDATE OF d SKIP LOCKED), \
         again AS (UPDATE {dedup} AS d SET owner = $2::text::uuid, attempt = d.attempt + (d.attempt < {most})::integer, \
             state = {DEAD}, content = NULL, expires_at = {WITHOUT_END} FROM ended \
             WHERE d.event_key = ended.event_key RETURNING d.attempt), \
         fresh AS (INSERT INTO {dedup} (event_key, owner, attempt, state, expires_at) \
             SELECT $1::bytea, $2::text::uuid, 1, {DEAD}, {WITHOUT_END} FROM room WHERE room.is_left \
             AND NOT EXISTS (SELECT FROM {dedup} WHERE event_key = $1::bytea) \
             ON CONFLICT (event_key) DO NOTHING RETURNING attempt), \
         won AS (TABLE again UNION ALL TABLE fresh), \
         kept AS (INSERT INTO {dead} (number, event_key, endpoint, event_type, key_id, format, retain, bytes, accepted_at, \
             died_at, reason, attempt, failures, vanished, replays, quarantined, body, history) \
             SELECT nextval('{number}'), $1::bytea, $3::text, $4::text, $5::bytea, $6::smallint, $8::bigint, \
             $7::bigint::integer, clock_timestamp(), clock_timestamp(), '{reason}', won.attempt - 1, 0, 0, 0, true, \
             $9::bytea, NULL FROM won), \
         counted AS (INSERT INTO {count} (endpoint, dead, quarantined, quarantined_bytes) \
             SELECT $3::text, 1, 1, $7::bigint FROM won) \
         SELECT EXISTS (SELECT FROM won), d.state, {LEFT_MILLIS}, room.is_left \
             FROM room LEFT JOIN {dedup} AS d ON d.event_key = $1::bytea",
        most = i32::MAX,
        reason = DeadReason::Undecodable.as_str(),
    )
}

struct Kept<'a> {
    entry: &'a Entry,
    endpoint: String,
    event_type: &'a str,
    cap: QuarantineCap,
}

impl Kept<'_> {
    fn bind(&self) -> Result<PgArguments, BoxDynError> {
        let entry = self.entry;
        let mut values = PgArguments::default();
        values.add(&entry.key.as_bytes()[..])?;
        values.add(const_hex::encode(entry.token.as_bytes()))?;
        values.add(&self.endpoint)?;
        values.add(self.event_type)?;
        values.add(entry.key_id.as_bytes())?;
        values.add(i16::try_from(entry.format).unwrap_or(i16::MAX))?;
        values.add(i64::try_from(entry.payload.len()).unwrap_or(i64::MAX))?;
        values.add(rounding::micros(entry.retain))?;
        values.add(&entry.payload[..])?;
        values.add(i64::from(self.cap.rows))?;
        values.add(i64::try_from(self.cap.bytes).unwrap_or(i64::MAX))?;
        Ok(values)
    }

    async fn keep(&self, core: &Core) -> Result<Quarantine, StoreError> {
        let endpoint = Value::Name(self.endpoint.as_str().into());
        let lock = format!(
            "SELECT pg_advisory_xact_lock({COUNTING}, hashtext(encode({endpoint}::bytea, 'hex')))"
        );
        let sql = statement(&core.names);
        for _ in 0..ROUNDS {
            let rows = core.bound(sql.clone(), Some(lock.clone()), self.bind());
            let rows = rows.await?.map_err(|refused| refused.error())?;
            let row = rows.first().ok_or(StoreError::Timeout)?;
            if row::get(row, 0)? {
                return Ok(Quarantine::Kept);
            }
            let state: Option<i16> = row::get(row, 1)?;
            let left: Option<i64> = row::get(row, 2)?;
            let has_ended = left.is_none_or(|left| left <= 0) || state == Some(RELEASED);
            if state.is_some_and(|state| state != IN_PROGRESS) && !has_ended {
                // It was kept before, perhaps discarded since.
                return Ok(Quarantine::Kept);
            }
            if !row::get(row, 3)? || !has_ended {
                return Ok(Quarantine::Full);
            }
        }
        Ok(Quarantine::Full)
    }
}

pub(super) async fn keep(
    core: &Core,
    entry: &Entry,
    cap: QuarantineCap,
) -> Result<Quarantine, StoreError> {
    let kept = Kept {
        entry,
        endpoint: (*entry.endpoint).to_owned(),
        event_type: entry.event_type,
        cap,
    };
    kept.keep(core).await
}

/// Keeps an entry that the server refused for what it holds. Texts go without what no text of the server's may have.
pub(super) async fn refused(
    core: &Core,
    entry: &Entry,
    cap: QuarantineCap,
) -> Result<Quarantine, StoreError> {
    let kept = Kept {
        entry,
        endpoint: entry.endpoint.replace('\0', ""),
        event_type: "other",
        cap,
    };
    kept.keep(core).await
}
