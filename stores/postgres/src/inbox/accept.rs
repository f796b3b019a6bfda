//! What an accept writes: keys, lines and payloads, in one commit.

use hookgate::{
    dedup::StoreError,
    inbox::{Accept, Entry},
};
use hookgate_store_kit::{Failure, RowState, limits::LOCKED, rounding};
use sqlx::{AssertSqlSafe, Executor, PgConnection, postgres::PgRow};

use super::{
    bound::{self, Refused},
    line::{COLUMNS, WITHOUT_END},
    names::Names,
};
use crate::{
    fault::{failure, is_about_a_lock, wordless_failure},
    lock::LockLimit,
    prepared::{Call, Prepared},
    row,
    session::{self, Ask},
    statements::{LEFT_MILLIS, noted},
    value::Value,
};

const QUEUED: i16 = RowState::Queued.number();
const RELEASED: i16 = RowState::Released.number();

/// Accepts entries whose keys differ. They are numbered as they stand. `$1` to `$10` describe them, and `$11` is the slot of
/// their payloads.
///
/// It waits for no row that somebody has locked. A key is inserted only where the statement sees none, and a row that has
/// ended is taken over only where nobody works on it. Keys are inserted in their order, and so are the lines of orders, or
/// two batches could wait for each other.
pub(super) fn statement(names: &Names) -> Prepared {
    let Names {
        dedup,
        work,
        later,
        parked,
        count,
        number,
        ..
    } = names;
    let values = "number, event_key, endpoint, event_type, key_id, order_key, format, retain, $11::smallint, bytes, \
         clock_timestamp(), clock_timestamp(), attempt - 1, 0, 0, 0, false, NULL::uuid, NULL::timestamptz, \
         NULL::uuid, NULL::timestamptz, NULL::bytea, NULL::bytea";
    Prepared::new(
        "accept",
        "bytea[], uuid[], bigint[], bytea[], bytea[], bytea[], bytea[], smallint[], bigint[], integer[], smallint",
        format!(
            "WITH s AS MATERIALIZED (SELECT i.event_key, i.token, i.content, convert_from(endpoint, 'UTF8') AS endpoint, \
                 convert_from(event_type, 'UTF8') AS event_type, key_id, order_key, format, retain, bytes, at, \
                 state, {LEFT_MILLIS} AS remains, owner = token AS is_own, d.content = i.content AS is_same, \
                 state = {RELEASED} OR expires_at <= clock_timestamp() AS has_ended \
                 FROM unnest($1::bytea[], $2::uuid[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[], \
                 $8::smallint[], $9::bigint[], $10::integer[]) WITH ORDINALITY \
                 AS i(event_key, token, content, endpoint, event_type, key_id, order_key, format, retain, bytes, at) \
                 LEFT JOIN {dedup} AS d ON d.event_key = i.event_key), \
             ended AS MATERIALIZED (SELECT d.event_key FROM s JOIN {dedup} AS d USING (event_key) \
                 WHERE has_ended AND (d.state = {RELEASED} OR d.expires_at <= clock_timestamp()) \
                 ORDER BY d.event_key FOR UPDATE OF d SKIP LOCKED), \
             again AS (UPDATE {dedup} AS t SET owner = s.token, attempt = t.attempt + (t.attempt < {most})::integer, \
                 state = {QUEUED}, content = s.content, expires_at = {WITHOUT_END}, \
                 given_up = CASE WHEN t.state = {RELEASED} AND t.owner = ANY (t.given_up) IS NOT TRUE \
                     THEN {noted} ELSE t.given_up END \
                 FROM ended JOIN s USING (event_key) WHERE t.event_key = ended.event_key \
                 RETURNING t.event_key, t.attempt), \
             fresh AS (INSERT INTO {dedup} (event_key, owner, attempt, state, content, expires_at) \
                 SELECT event_key, token, 1, {QUEUED}, content, {WITHOUT_END} FROM s WHERE state IS NULL \
                 ORDER BY event_key ON CONFLICT (event_key) DO NOTHING RETURNING event_key, attempt), \
             won AS (TABLE again UNION ALL TABLE fresh), \
             n AS MATERIALIZED (SELECT nextval('{number}') AS number, s.* \
                 FROM (SELECT s.*, won.attempt FROM won JOIN s USING (event_key) ORDER BY at) AS s), \
             first AS (SELECT DISTINCT ON (order_key) number FROM n WHERE order_key IS NOT NULL \
                 AND NOT EXISTS (SELECT FROM {work} AS l WHERE l.order_key = n.order_key) \
                 AND NOT EXISTS (SELECT FROM {later} AS l WHERE l.order_key = n.order_key) \
                 AND NOT EXISTS (SELECT FROM {parked} AS l WHERE l.order_key = n.order_key) \
                 ORDER BY order_key, number), \
             ready AS (INSERT INTO {work} ({COLUMNS}) SELECT {values} FROM n \
                 WHERE order_key IS NULL OR number IN (SELECT number FROM first) ORDER BY order_key, number \
                 ON CONFLICT (order_key) WHERE order_key IS NOT NULL DO NOTHING RETURNING number), \
             behind AS (INSERT INTO {parked} ({COLUMNS}) SELECT {values} FROM n \
                 WHERE order_key IS NOT NULL AND number NOT IN (SELECT number FROM ready) RETURNING number), \
             counted AS (INSERT INTO {count} (endpoint, queued) SELECT endpoint, count(*) FROM n GROUP BY endpoint) \
             SELECT s.at, n.number, n.number IN (SELECT number FROM behind), s.state, s.remains, s.is_own, \
                 coalesce(s.is_same, true) \
             FROM s LEFT JOIN n USING (at)",
            most = i32::MAX,
            noted = noted("t.owner"),
        ),
    )
}

/// The entries' values, in the order of the statement's parameters. Payloads are not among them: they go another way.
pub(super) fn values(entries: &[&Entry], slot: i16) -> Vec<Value> {
    fn all(entries: &[&Entry], of: impl Fn(&Entry) -> Value) -> Value {
        Value::Many(entries.iter().map(|entry| of(entry)).collect())
    }
    let order = |it: &Entry| {
        let order = it.order.as_ref();
        order.map_or(Value::Null, |order| Value::Bytes(*order.as_bytes()))
    };
    let format = |it: &Entry| i64::from(i16::try_from(it.format).unwrap_or(i16::MAX));
    let bytes = |it: &Entry| i64::from(i32::try_from(it.payload.len()).unwrap_or(i32::MAX));
    vec![
        all(entries, |it| Value::from(&it.key)),
        all(entries, |it| Value::from(&it.token)),
        all(entries, |it| Value::of_content(it.content.as_ref())),
        all(entries, |it| Value::Name(it.endpoint.clone())),
        all(entries, |it| Value::Name(it.event_type.into())),
        all(entries, |it| Value::Name(it.key_id.clone())),
        all(entries, order),
        all(entries, |it| Value::Number(format(it))),
        all(entries, |it| Value::of_duration(it.retain)),
        all(entries, |it| Value::Number(bytes(it))),
        Value::Number(slot.into()),
    ]
}

/// One commit of keys, lines and payloads.
pub(super) struct Accepting<'a> {
    pub(super) accept: Call<'a>,
    pub(super) entries: &'a [&'a Entry],
    /// The table of payloads.
    pub(super) payload: String,
    /// How long the server waits between two of its statements.
    pub(super) idle: LockLimit,
}

/// Why nothing was accepted. Its transaction has ended, and its connection is of use.
pub(super) enum Stopped {
    Refused(Refused),
    /// Another transaction is inserting one of the keys or orders.
    Locked,
}

impl Ask for Accepting<'_> {
    type Answer = Result<Vec<Accepted>, Stopped>;

    async fn ask(&self, connection: &mut PgConnection) -> Result<Self::Answer, Failure> {
        let idle = self.idle;
        let begin =
            async move |connection: &mut PgConnection, sql| begin(connection, idle, sql).await;
        let rows = match self.accept.ask_by(connection, begin).await? {
            Ok(rows) => rows,
            Err(stopped) => return Ok(Err(stopped)),
        };
        let accepted = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        if let Err(refused) = self.keep_payloads(connection, &accepted).await? {
            return Ok(Err(Stopped::Refused(refused)));
        }
        let committed = session::write(connection, "COMMIT".to_owned()).await;
        committed.map_err(failure)?;
        Ok(Ok(accepted))
    }
}

/// Begins a transaction with a statement. Where that fails, the transaction has ended.
async fn begin(
    connection: &mut PgConnection,
    idle: LockLimit,
    sql: String,
) -> Result<Result<Vec<PgRow>, Stopped>, sqlx::Error> {
    match session::read_all(connection, format!("{} {sql}", idle.begin())).await {
        Ok(rows) => Ok(Ok(rows)),
        Err(error) if is_about_a_lock(&error) => {
            session::write(connection, "ROLLBACK".to_owned()).await?;
            Ok(Err(Stopped::Locked))
        }
        Err(error) => {
            let ended = bound::end(connection, error).await?;
            Ok(ended.map_err(Stopped::Refused))
        }
    }
}

impl Accepting<'_> {
    /// What came from outside travels beside the statement's text.
    async fn keep_payloads(
        &self,
        connection: &mut PgConnection,
        accepted: &[Accepted],
    ) -> Result<Result<(), Refused>, Failure> {
        let kept = accepted.iter().filter_map(|it| {
            let entry = self.entries.get(it.at)?;
            Some((it.number?, &entry.key.as_bytes()[..], &entry.payload[..]))
        });
        let kept: Vec<_> = kept.collect();
        if kept.is_empty() {
            return Ok(Ok(()));
        }
        let sql = format!(
            "INSERT INTO {} (number, event_key, body) \
             SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[])",
            self.payload
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .persistent(false)
            .bind(kept.iter().map(|(number, ..)| *number).collect::<Vec<_>>())
            .bind(kept.iter().map(|(_, key, _)| *key).collect::<Vec<_>>())
            .bind(kept.iter().map(|(.., body)| *body).collect::<Vec<_>>());
        match connection.execute(query).await {
            Ok(_) => Ok(Ok(())),
            Err(error) => {
                let ended = bound::end(connection, error).await;
                ended.map_err(wordless_failure)
            }
        }
    }
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

impl Accepted {
    /// Of an entry whose key or order another transaction holds.
    pub(super) fn in_progress(at: usize) -> Self {
        let retry_after = LOCKED;
        Self {
            at,
            answer: Some(Accept::InProgress { retry_after }),
            number: None,
            is_parked: false,
        }
    }
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
    Ok(accepted(told(row, 3)?))
}

/// What an accept is told of a key that it did not take. From `first` on, the columns are the key's state, what is left of
/// it, whether it is the caller's own, and whether its content is the same.
///
/// `None` where the statement sees no such key.
pub(super) fn told(row: &PgRow, first: usize) -> Result<Option<Accept>, StoreError> {
    let state: Option<i16> = row::get(row, first)?;
    let Some(state) = state else {
        return Ok(None);
    };
    let left = rounding::left(row::get(row, first + 1)?);
    let is_own: bool = row::get(row, first + 2)?;
    Ok(Some(match RowState::read(state.into()) {
        Some(RowState::Queued) if is_own => Accept::Queued,
        Some(RowState::Queued | RowState::Dead) => Accept::Copy,
        // It has ended, and somebody works on it: a handler's transaction that settles it, say.
        _ if left.is_zero() => Accept::InProgress {
            retry_after: LOCKED,
        },
        Some(RowState::Processed | RowState::Ignored | RowState::Rejected) => Accept::Done {
            same_content: row::get(row, first + 3)?,
        },
        Some(RowState::InProgress) => Accept::InProgress { retry_after: left },
        Some(RowState::Released) | None => Accept::InProgress {
            retry_after: LOCKED,
        },
    }))
}
