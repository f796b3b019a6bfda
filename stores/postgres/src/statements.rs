//! Every statement of the store.
//!
//! They travel as text in one message of the simple query protocol, for two reasons: that is one round
//! trip from the first time on, and it leaves nothing behind on the connection, which a proxy may give to
//! somebody else after each statement. (A prepared statement, even a nameless one, is parsed in one round
//! trip and run in the next.) The values in the text are digests, tokens and numbers, written by the types
//! below, so there is nothing that could be read as SQL.

use std::{fmt, time::Duration};

use hookgate::{
    ContentDigest, EventKey,
    dedup::{End, OwnerToken},
};

use crate::table::Table;

/// A lapsed lease stays this long, since its row counts the attempts by which handlers fence their writes.
const LAPSED_LEASES_STAY: &str = "1 day";
/// A row is removed this long after its end: a copy that arrives right then meets no locked row.
const ENDED_ROWS_STAY: &str = "1 minute";

/// What the `state` column says.
pub(crate) mod state {
    pub(crate) const IN_PROGRESS: i16 = 0;
    pub(crate) const PROCESSED: i16 = 1;
    pub(crate) const IGNORED: i16 = 2;
    pub(crate) const REJECTED: i16 = 3;
    pub(crate) const RELEASED: i16 = 4;
}

#[derive(Debug, Clone)]
pub(crate) struct Statements {
    table: Table,
}

impl Statements {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// Claims a key that has no row. Answers the attempt, or nothing.
    ///
    /// The insert decides. `ON CONFLICT DO NOTHING` alone would do, but it waits for whoever is changing
    /// the row: that may be a handler's transaction that settled and goes on. So the insert is only tried
    /// where no row is to be seen.
    pub(crate) fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: &OwnerToken,
        lease: Duration,
    ) -> String {
        let table = &self.table;
        let (key, content, owner, lease) =
            (Key(key), Content(content), Owner(owner), FromNow(lease));
        format!(
            "INSERT INTO {table} (event_key, owner, attempt, state, content, expires_at) \
             SELECT {key}, {owner}, 1, {in_progress}, {content}, {lease} \
             WHERE NOT EXISTS (SELECT FROM {table} WHERE event_key = {key}) \
             ON CONFLICT (event_key) DO NOTHING RETURNING attempt",
            in_progress = state::IN_PROGRESS,
        )
    }

    /// Reads what kept a claim from being granted.
    pub(crate) fn held(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: &OwnerToken,
    ) -> String {
        format!(
            "SELECT state, {LEFT_MILLIS}, owner = {owner}, attempt, \
             coalesce(content = {content}, true) FROM {table} WHERE event_key = {key}",
            table = self.table,
            key = Key(key),
            content = Content(content),
            owner = Owner(owner),
        )
    }

    /// Claims a key whose row has ended, unless somebody works on that row right now.
    pub(crate) fn take_over(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: &OwnerToken,
        lease: Duration,
    ) -> String {
        let table = &self.table;
        let (key, content, owner, lease) =
            (Key(key), Content(content), Owner(owner), FromNow(lease));
        format!(
            "WITH ended AS (SELECT event_key FROM {table} \
             WHERE event_key = {key} AND expires_at <= clock_timestamp() FOR UPDATE SKIP LOCKED) \
             UPDATE {table} AS t SET owner = {owner}, \
             attempt = t.attempt + (t.attempt < {most})::integer, \
             state = {in_progress}, content = {content}, expires_at = {lease} \
             FROM ended WHERE t.event_key = ended.event_key RETURNING t.attempt",
            most = i32::MAX,
            in_progress = state::IN_PROGRESS,
        )
    }

    /// Ends a running lease of this owner.
    pub(crate) fn settle(
        &self,
        key: &EventKey,
        owner: &OwnerToken,
        end: End,
        retain: Duration,
    ) -> String {
        let (state, expires_at) = match end {
            End::Processed => (state::PROCESSED, FromNow(retain)),
            End::Ignored => (state::IGNORED, FromNow(retain)),
            End::Rejected => (state::REJECTED, FromNow(retain)),
            End::Release => (state::RELEASED, FromNow(Duration::ZERO)),
        };
        self.change_held(
            key,
            owner,
            format_args!("state = {state}, expires_at = {expires_at}"),
        )
    }

    /// Moves the end of a running lease of this owner.
    pub(crate) fn extend(&self, key: &EventKey, owner: &OwnerToken, by: Duration) -> String {
        self.change_held(key, owner, format_args!("expires_at = {}", FromNow(by)))
    }

    fn change_held(
        &self,
        key: &EventKey,
        owner: &OwnerToken,
        change: fmt::Arguments<'_>,
    ) -> String {
        format!(
            "UPDATE {table} SET {change} WHERE event_key = {key} AND owner = {owner} \
             AND state = {in_progress} AND expires_at > clock_timestamp() RETURNING 1",
            table = self.table,
            key = Key(key),
            owner = Owner(owner),
            in_progress = state::IN_PROGRESS,
        )
    }

    /// What became of a lease that this owner does not hold any more. No row: others took it.
    pub(crate) fn own_end(&self, key: &EventKey, owner: &OwnerToken) -> String {
        format!(
            "SELECT state, expires_at > clock_timestamp() FROM {table} \
             WHERE event_key = {key} AND owner = {owner}",
            table = self.table,
            key = Key(key),
            owner = Owner(owner),
        )
    }

    pub(crate) fn look(&self, key: &EventKey) -> String {
        format!(
            "SELECT state, {LEFT_MILLIS} FROM {table} WHERE event_key = {key}",
            table = self.table,
            key = Key(key),
        )
    }

    /// Removes up to `batch` rows that ended, and passes by those that somebody works on.
    pub(crate) fn prune(&self, batch: u32) -> String {
        let table = &self.table;
        format!(
            "WITH old AS (SELECT event_key FROM {table} \
             WHERE expires_at < now() - interval '{ENDED_ROWS_STAY}' \
             AND (state <> {in_progress} OR expires_at < now() - interval '{LAPSED_LEASES_STAY}') \
             ORDER BY expires_at LIMIT {batch} FOR UPDATE SKIP LOCKED), \
             gone AS (DELETE FROM {table} AS t USING old WHERE t.event_key = old.event_key RETURNING 1) \
             SELECT count(*) FROM gone",
            in_progress = state::IN_PROGRESS,
        )
    }
}

/// Milliseconds until the row ends; not positive once it has. `now()` would be the start of the
/// application's transaction.
const LEFT_MILLIS: &str = "ceil(extract(epoch FROM expires_at - clock_timestamp()) * 1000)::bigint";

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

struct Key<'a>(&'a EventKey);

/// Not `'\x…'`, which means something else with `standard_conforming_strings = off`.
impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "decode('{}', 'hex')", Hex(self.0.as_bytes()))
    }
}

struct Owner<'a>(&'a OwnerToken);

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'::uuid", Hex(self.0.as_bytes()))
    }
}

struct Content<'a>(Option<&'a ContentDigest>);

/// Its first 8 bytes tell contents apart well enough: a difference is an observation, not a verdict.
impl fmt::Display for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.0.and_then(|digest| digest.as_bytes().first_chunk());
        match first {
            Some(first) => write!(f, "'{}'::bigint", i64::from_be_bytes(*first)),
            None => f.write_str("NULL::bigint"),
        }
    }
}

struct FromNow(Duration);

/// By the server's clock, up to a hundred years ahead: more than that overflows its arithmetic.
impl fmt::Display for FromNow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);
        let micros = self.0.min(LONGEST).as_micros();
        write!(f, "clock_timestamp() + interval '1 microsecond' * {micros}")
    }
}
