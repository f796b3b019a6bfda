//! Every statement of the store.
//!
//! Each travels in one message of the simple query protocol, which is one round trip from the first time on. A
//! prepared statement of the extended protocol, even a nameless one, is parsed in one round trip and run in the
//! next. The statements that every delivery needs are [`Prepared`]. The others are plain text. The values in
//! the text are digests, tokens and numbers, written by [`Value`].

use std::{fmt::Display, time::Duration};

use hookgate::{
    EventKey,
    dedup::{End, OwnerToken},
    pack::ContentDigest,
};
use hookgate_store_kit::{
    RowState,
    retention::{ENDED_ROWS_STAY, LAPSED_LEASES_STAY, MOST_GIVEN_UP},
};

use crate::{
    lock::LockLimit,
    prepared::{Call, Prepared, Preparing},
    table::Table,
    value::Value,
};

/// A release of a key that its token does not hold waits so long for whoever works on the row.
const GIVE_UP_PATIENCE: Duration = Duration::from_millis(200);

/// Many claims wait so long for others that insert one of their keys. Then each goes by itself.
const TOGETHER_PATIENCE: Duration = Duration::from_millis(200);

const IN_PROGRESS: i16 = RowState::InProgress.number();
const RELEASED: i16 = RowState::Released.number();

#[derive(Debug)]
pub(crate) struct Statements {
    table: Table,
    claim: Prepared,
    settle: Prepared,
    extend: Prepared,
    together: Prepared,
    /// The SQL that prepares those of an inbox.
    more: Vec<String>,
    preparing: Preparing,
    lock: LockLimit,
}

impl Statements {
    pub(crate) fn new(table: Table, prepared: bool, lock: LockLimit) -> Self {
        let held = format!(
            "event_key = $1::bytea AND owner = $2::uuid AND state = {IN_PROGRESS} \
             AND expires_at > clock_timestamp()",
        );
        Self {
            claim: Prepared::new(
                "claim",
                "bytea, uuid, bigint, float8",
                format!(
                    "INSERT INTO {table} (event_key, owner, attempt, state, content, expires_at) \
                     SELECT $1::bytea, $2::uuid, 1, {IN_PROGRESS}, $3::bigint, {lease} \
                     WHERE NOT EXISTS (SELECT FROM {table} WHERE event_key = $1::bytea) \
                     ON CONFLICT (event_key) DO NOTHING",
                    lease = from_now("$4"),
                ),
            ),
            settle: Prepared::new(
                "settle",
                "bytea, uuid, smallint, float8",
                format!(
                    "UPDATE {table} SET state = $3::smallint, expires_at = {mark} WHERE {held}",
                    mark = from_now("$4"),
                ),
            ),
            extend: Prepared::new(
                "extend",
                "bytea, uuid, float8",
                format!(
                    "UPDATE {table} SET expires_at = {lease} WHERE {held}",
                    lease = from_now("$3"),
                ),
            ),
            together: Prepared::new(
                "together",
                "bytea[], uuid[], bigint[], float8[], bytea[], uuid[], smallint[], float8[]",
                format!(
                    "WITH claimed AS (INSERT INTO {table} (event_key, owner, attempt, state, content, expires_at) \
                     SELECT event_key, owner, 1, {IN_PROGRESS}, content, {lease} \
                     FROM unnest($1::bytea[], $2::uuid[], $3::bigint[], $4::float8[]) \
                     AS a(event_key, owner, content, lasts) \
                     WHERE (SELECT true FROM {table} AS t WHERE t.event_key = a.event_key) IS NULL \
                     ORDER BY event_key ON CONFLICT (event_key) DO NOTHING RETURNING event_key, owner), \
                     held AS MATERIALIZED (SELECT t.place, a.state, a.lasts \
                     FROM unnest($5::bytea[], $6::uuid[], $7::smallint[], $8::float8[]) \
                     AS a(event_key, owner, state, lasts) \
                     CROSS JOIN LATERAL (SELECT t.ctid AS place FROM {table} AS t \
                     WHERE t.event_key = a.event_key AND t.owner = a.owner AND t.state = {IN_PROGRESS} \
                     AND t.expires_at > clock_timestamp() FOR UPDATE SKIP LOCKED) AS t), \
                     settled AS (UPDATE {table} AS t SET state = held.state, expires_at = {mark} \
                     FROM held WHERE t.ctid = held.place RETURNING t.event_key, t.owner) \
                     SELECT true, event_key, uuid_send(owner) FROM claimed \
                     UNION ALL SELECT false, event_key, uuid_send(owner) FROM settled",
                    lease = from_now("lasts"),
                    mark = from_now("held.lasts"),
                ),
            ),
            table,
            more: Vec::new(),
            preparing: Preparing::new(prepared),
            lock,
        }
    }

    /// The same with the statements of an inbox, for new connections to know.
    pub(crate) fn with_more(self, more: Vec<String>) -> Self {
        Self { more, ..self }
    }

    pub(crate) fn more(&self) -> &[String] {
        &self.more
    }

    pub(crate) fn preparing(&self) -> &Preparing {
        &self.preparing
    }

    pub(crate) fn lock(&self) -> LockLimit {
        self.lock
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// The statements to make a new connection know, or none where that is switched off.
    pub(crate) fn prepared(&self) -> Option<[&Prepared; 4]> {
        let all = [&self.claim, &self.settle, &self.extend, &self.together];
        self.preparing.is_on().then_some(all)
    }

    /// As a transaction of its own, which does not wait for locks until nobody waits for it.
    pub(crate) fn alone(&self, sql: impl Display) -> String {
        self.lock.ahead_of(sql)
    }

    /// Claims a key that has no row, for the first attempt.
    ///
    /// The insert decides. `ON CONFLICT DO NOTHING` alone would do, but it waits for a transaction that is
    /// changing the row. That may be a handler's, which settled and goes on. So the insert is only tried where
    /// the statement sees no row.
    pub(crate) fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: &OwnerToken,
        lease: Duration,
    ) -> Call<'_> {
        let content = Value::of_content(content);
        let lease = Value::of_duration(lease);
        self.call(&self.claim, key, owner, [content, lease])
    }

    /// Reads what kept a claim from being granted.
    pub(crate) fn held(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: &OwnerToken,
    ) -> String {
        self.alone(format_args!(
            "SELECT state, {LEFT_MILLIS}, owner = {owner}::uuid, attempt, \
             coalesce(content = {content}::bigint, true), {given_up} \
             FROM {table} WHERE event_key = {key}::bytea",
            table = self.table,
            given_up = given_up_by(owner, &self.table),
            key = Value::from(key),
            content = Value::of_content(content),
            owner = Value::from(owner),
        ))
    }

    /// Claims a key whose row has ended or was released, unless somebody works on that row right now, or this owner
    /// gave the key up. Notes which token released it.
    pub(crate) fn take_over(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: &OwnerToken,
        lease: Duration,
    ) -> String {
        self.alone(format_args!(
            "WITH ended AS (SELECT event_key FROM {table} WHERE event_key = {key}::bytea \
             AND (state = {RELEASED} OR expires_at <= clock_timestamp()) AND NOT {given_up} \
             FOR UPDATE SKIP LOCKED) \
             UPDATE {table} AS t SET owner = {owner}::uuid, \
             attempt = t.attempt + (t.attempt < {most})::integer, \
             state = {IN_PROGRESS}, content = {content}::bigint, expires_at = {lease}, \
             given_up = CASE WHEN t.state = {RELEASED} AND t.owner = ANY (t.given_up) IS NOT TRUE \
             THEN {noted} ELSE t.given_up END \
             FROM ended WHERE t.event_key = ended.event_key RETURNING t.attempt",
            table = self.table,
            key = Value::from(key),
            owner = Value::from(owner),
            content = Value::of_content(content),
            lease = from_now(Value::of_duration(lease)),
            most = i32::MAX,
            noted = noted("t.owner"),
            given_up = given_up_by(owner, &self.table),
        ))
    }

    /// Notes that this owner, which holds nothing, must not be granted the key any more. Where its claim has
    /// come meanwhile, releases it. A key that is done stays so.
    ///
    /// A row makes its first claim fail, and the token in the row makes a takeover fail. A handler's
    /// transaction may be working on the row. The statement does not wait for it, and the caller comes again.
    pub(crate) fn give_up(&self, key: &EventKey, owner: &OwnerToken) -> String {
        let lock = self.lock.at_most(GIVE_UP_PATIENCE);
        lock.ahead_of(format_args!(
            "INSERT INTO {table} AS t (event_key, owner, attempt, state, expires_at, given_up) \
             VALUES ({key}::bytea, {owner}::uuid, 0, {RELEASED}, clock_timestamp(), ARRAY[{owner}::uuid]) \
             ON CONFLICT (event_key) DO UPDATE SET \
             state = CASE WHEN {came} THEN {RELEASED} ELSE t.state END, \
             expires_at = CASE WHEN {came} THEN least(t.expires_at, clock_timestamp()) ELSE t.expires_at END, \
             given_up = CASE WHEN {given_up} THEN t.given_up ELSE {noted} END \
             WHERE t.state IN ({IN_PROGRESS}, {RELEASED}) OR t.expires_at <= clock_timestamp()",
            table = self.table,
            key = Value::from(key),
            owner = Value::from(owner),
            came = format_args!(
                "t.owner = excluded.owner AND t.state = {IN_PROGRESS}"
            ),
            given_up = given_up_by(owner, "t"),
            noted = noted(format_args!("{}::uuid", Value::from(owner))),
        ))
    }

    /// Ends a running lease of this owner.
    pub(crate) fn settle(
        &self,
        key: &EventKey,
        owner: &OwnerToken,
        end: End,
        retain: Duration,
    ) -> Call<'_> {
        let [state, lasts] = mark(end, retain);
        self.call(&self.settle, key, owner, [state, lasts])
    }

    /// Many claims of keys that have no row, and many ends of running leases, in one transaction. Answers those that it has
    /// written: `true` for a claim, its key and its owner.
    ///
    /// Keys are inserted in their order, or two of these could wait for each other. Rows are never waited for. Each is read
    /// by its key, and found again by its place: no plan made for a small table reads a large one from end to end.
    pub(crate) fn together(&self, claims: [Value; 4], ends: [Value; 4]) -> Call<'_> {
        Call {
            statement: &self.together,
            values: claims.into_iter().chain(ends).collect(),
            preparing: &self.preparing,
            lock: self.lock.at_most(TOGETHER_PATIENCE),
        }
    }

    /// Moves the end of a running lease of this owner.
    pub(crate) fn extend(&self, key: &EventKey, owner: &OwnerToken, by: Duration) -> Call<'_> {
        self.call(&self.extend, key, owner, [Value::of_duration(by)])
    }

    fn call<'a, const N: usize>(
        &'a self,
        statement: &'a Prepared,
        key: &EventKey,
        owner: &OwnerToken,
        more: [Value; N],
    ) -> Call<'a> {
        let mut values = vec![key.into(), owner.into()];
        values.extend(more);
        Call {
            statement,
            values,
            preparing: &self.preparing,
            lock: self.lock,
        }
    }

    /// What became of a lease that this owner does not hold any more. No row means that others took it. The
    /// application's transaction uses it as well.
    pub(crate) fn own_end(&self, key: &EventKey, owner: &OwnerToken) -> String {
        format!(
            "SELECT state, expires_at > clock_timestamp() FROM {table} \
             WHERE event_key = {key}::bytea AND owner = {owner}::uuid",
            table = self.table,
            key = Value::from(key),
            owner = Value::from(owner),
        )
    }

    pub(crate) fn look(&self, key: &EventKey) -> String {
        self.alone(format_args!(
            "SELECT state, {LEFT_MILLIS} FROM {table} WHERE event_key = {key}::bytea",
            table = self.table,
            key = Value::from(key),
        ))
    }

    /// Removes up to `batch` rows that ended, and skips those that somebody works on. Each is found again by its place, as in
    /// [`together`](Self::together).
    pub(crate) fn prune(&self, batch: u32) -> String {
        let table = &self.table;
        self.alone(format_args!(
            "WITH old AS MATERIALIZED (SELECT ctid AS place FROM {table} \
             WHERE expires_at < now() - interval '{ended} s' \
             AND (state NOT IN ({IN_PROGRESS}, {RELEASED}) OR state = {RELEASED} AND given_up IS NULL \
                 OR expires_at < now() - interval '{lapsed} s') \
             ORDER BY expires_at LIMIT {batch} FOR UPDATE SKIP LOCKED), \
             gone AS (DELETE FROM {table} AS t USING old WHERE t.ctid = old.place RETURNING 1) \
             SELECT count(*) FROM gone",
            ended = ENDED_ROWS_STAY.as_secs(),
            lapsed = LAPSED_LEASES_STAY.as_secs(),
        ))
    }
}

/// What a row says after its end, and for how long.
pub(crate) fn mark(end: End, retain: Duration) -> [Value; 2] {
    let lasts = match end {
        End::Release => Duration::ZERO,
        End::Processed | End::Ignored | End::Rejected => retain,
    };
    let state = Value::Number(RowState::of(end).number().into());
    [state, Value::of_duration(lasts)]
}

/// Whether a token must not be granted the key any more: it released the key, or gave it up without holding it.
/// `row` is the table, or its alias in the statement.
fn given_up_by(owner: &OwnerToken, row: impl Display) -> String {
    format!(
        "({row}.owner = {owner}::uuid AND {row}.state = {RELEASED} \
         OR coalesce({owner}::uuid = ANY ({row}.given_up), false))",
        owner = Value::from(owner),
    )
}

/// The notes of row `t`, and one more token. The oldest goes where there are too many.
pub(crate) fn noted(token: impl Display) -> String {
    format!("(t.given_up || {token})[greatest(cardinality(t.given_up) - {MOST_GIVEN_UP} + 2, 1):]")
}

/// Milliseconds until the row ends, not positive once it has. `now()` would be the start of the application's
/// transaction.
pub(crate) const LEFT_MILLIS: &str =
    "ceil(extract(epoch FROM expires_at - clock_timestamp()) * 1000)::bigint";

/// The moment that is so many microseconds ahead by the server's clock.
pub(crate) fn from_now(micros: impl Display) -> String {
    format!("clock_timestamp() + interval '1 microsecond' * {micros}::float8")
}
