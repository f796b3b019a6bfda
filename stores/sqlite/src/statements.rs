//! Every statement of the store, rendered once.
//!
//! Each write is one statement, and so a transaction of its own that writes from the start. It waits for its
//! turn. It never has to turn from reading to writing, where SQLite would refuse to wait.

use std::{sync::Arc, time::Duration};

use hookgate::pack::ContentDigest;

use crate::table::Table;

/// A lapsed lease stays this long, since its row counts the attempts by which handlers fence their writes. A
/// row with tokens that gave the key up stays as long.
const LAPSED_LEASES_STAY: Duration = Duration::from_secs(86_400);
/// A row is removed this long after its end.
const ENDED_ROWS_STAY: Duration = Duration::from_secs(60);
/// Longer ones overflow the arithmetic.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);

/// The bytes of the most tokens that are remembered to have given up a key: 8 tokens. Beyond that the oldest
/// goes.
const MOST_GIVEN_UP: usize = 8 * 16;

/// The machine's time, read by SQLite for each statement, once it has its turn to write.
const NOW: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/// What the `state` column says.
pub(crate) mod state {
    pub(crate) const IN_PROGRESS: i64 = 0;
    pub(crate) const PROCESSED: i64 = 1;
    pub(crate) const IGNORED: i64 = 2;
    pub(crate) const REJECTED: i64 = 3;
    pub(crate) const RELEASED: i64 = 4;
}

/// Parameters: `?1` is the key, `?2` the owner.
#[derive(Debug)]
pub(crate) struct Statements {
    /// Grants a key that is free, unless this owner gave it up, and notes which token released it. `?3` content, `?4`
    /// milliseconds, `?5` the time until which it may do so: its turn may come when nobody waits for it any more.
    /// Answers the attempt, or nothing.
    pub(crate) claim: Arc<str>,
    /// Reads what kept a claim from being granted. `?3` content.
    pub(crate) held: Arc<str>,
    /// Marks a running lease of this owner as done. `?3` state, `?4` milliseconds.
    pub(crate) settle: Arc<str>,
    /// Releases a running lease of this owner. Where it holds none, notes that it must not be granted the key
    /// any more. A key that is done stays so.
    pub(crate) release: Arc<str>,
    /// Moves the end of a running lease of this owner. `?3` milliseconds.
    pub(crate) extend: Arc<str>,
    /// What became of a lease that this owner does not hold any more. No row means that others took it.
    pub(crate) own_end: Arc<str>,
    pub(crate) look: Arc<str>,
    /// Removes rows that ended. `?1` how many at most.
    pub(crate) prune: Arc<str>,
    pub(crate) table: Table,
}

impl Statements {
    pub(crate) fn new(table: Table) -> Self {
        let running = format!(
            "event_key = ?1 AND owner = ?2 AND state = {} AND expires_at > {NOW}",
            state::IN_PROGRESS
        );
        Self {
            claim: format!(
                "INSERT INTO {table} AS t (event_key, owner, attempt, state, content, expires_at) \
                 SELECT ?1, ?2, 1, {in_progress}, ?3, {NOW} + ?4 WHERE {NOW} <= ?5 \
                 ON CONFLICT (event_key) DO UPDATE SET owner = excluded.owner, \
                 attempt = min(t.attempt + 1, {most}), state = excluded.state, \
                 content = excluded.content, expires_at = excluded.expires_at, \
                 given_up = CASE WHEN t.state = {released} \
                 AND instr(coalesce(t.given_up, x''), t.owner) = 0 \
                 THEN substr(CAST(coalesce(t.given_up, x'') || t.owner AS BLOB), -{MOST_GIVEN_UP}) \
                 ELSE t.given_up END \
                 WHERE (t.state = {released} OR t.expires_at <= {NOW}) AND NOT {given_up} \
                 RETURNING attempt",
                given_up = given_up("t"),
                in_progress = state::IN_PROGRESS,
                released = state::RELEASED,
                most = u32::MAX,
            )
            .into(),
            held: format!(
                "SELECT state, expires_at - {NOW}, owner = ?2, attempt, \
                 coalesce(content = ?3, TRUE), {given_up} FROM {table} AS t WHERE event_key = ?1",
                given_up = given_up("t"),
            )
            .into(),
            settle: format!(
                "UPDATE {table} SET state = ?3, expires_at = {NOW} + ?4 WHERE {running} RETURNING 1"
            )
            .into(),
            release: format!(
                "INSERT INTO {table} AS t (event_key, owner, attempt, state, expires_at, given_up) \
                 VALUES (?1, ?2, 0, {released}, {NOW}, ?2) \
                 ON CONFLICT (event_key) DO UPDATE SET \
                 state = CASE WHEN {own} THEN {released} ELSE t.state END, \
                 expires_at = CASE WHEN {own} THEN {NOW} ELSE t.expires_at END, \
                 given_up = CASE WHEN {own} OR {given_up} THEN t.given_up ELSE \
                 substr(CAST(coalesce(t.given_up, x'') || ?2 AS BLOB), -{MOST_GIVEN_UP}) END \
                 WHERE t.state IN ({in_progress}, {released}) OR t.expires_at <= {NOW}",
                own = format_args!(
                    "t.owner = ?2 AND t.state = {} AND t.expires_at > {NOW}",
                    state::IN_PROGRESS
                ),
                given_up = given_up("t"),
                in_progress = state::IN_PROGRESS,
                released = state::RELEASED,
            )
            .into(),
            extend: format!(
                "UPDATE {table} SET expires_at = {NOW} + ?3 WHERE {running} RETURNING 1"
            )
            .into(),
            own_end: format!(
                "SELECT state, expires_at - {NOW} FROM {table} WHERE event_key = ?1 AND owner = ?2"
            )
            .into(),
            look: format!("SELECT state, expires_at - {NOW} FROM {table} WHERE event_key = ?1")
                .into(),
            prune: format!(
                "DELETE FROM {table} WHERE event_key IN (SELECT event_key FROM {table} \
                 WHERE expires_at < {NOW} - {ended} \
                 AND (state <> {in_progress} AND given_up IS NULL OR expires_at < {NOW} - {lapsed}) \
                 ORDER BY expires_at LIMIT ?1) RETURNING 1",
                ended = ENDED_ROWS_STAY.as_millis(),
                lapsed = LAPSED_LEASES_STAY.as_millis(),
                in_progress = state::IN_PROGRESS,
            )
            .into(),
            table,
        }
    }
}

/// Whether the owner must not be granted the key any more: it released the key, or gave it up without holding
/// it.
fn given_up(row: &str) -> String {
    format!(
        "({row}.owner = ?2 AND {row}.state = {released} \
         OR instr(coalesce({row}.given_up, x''), ?2) > 0)",
        released = state::RELEASED,
    )
}

/// Its first 8 bytes tell contents apart well enough: a difference is an observation, not a verdict.
pub(crate) fn kept(content: Option<&ContentDigest>) -> Option<i64> {
    let first = content.and_then(|digest| digest.as_bytes().first_chunk());
    first.copied().map(i64::from_be_bytes)
}

/// Rounded up, so that nothing ends early.
pub(crate) fn millis(duration: Duration) -> i64 {
    let duration = duration.min(LONGEST);
    let up = i64::from(!duration.subsec_nanos().is_multiple_of(1_000_000));
    i64::try_from(duration.as_millis())
        .unwrap_or(i64::MAX)
        .saturating_add(up)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_early_and_times_can_be_added() {
        assert_eq!(millis(Duration::ZERO), 0);
        assert_eq!(millis(Duration::from_millis(7)), 7);
        assert_eq!(millis(Duration::from_nanos(1_000_001)), 2);
        assert_eq!(millis(Duration::MAX), 3_153_600_000_000);
    }
}
