//! Every statement of the store, rendered once.
//!
//! Each write is one statement, and so a transaction of its own that writes from the start. It waits for its
//! turn. It never has to turn from reading to writing, where SQLite would refuse to wait.

use std::sync::Arc;

use hookgate_store_kit::{
    RowState,
    retention::{ENDED_ROWS_STAY, LAPSED_LEASES_STAY, MOST_GIVEN_UP, TOKEN_BYTES},
};

use crate::table::Table;

/// The bytes of the most tokens that are noted.
const NOTED_BYTES: usize = MOST_GIVEN_UP * TOKEN_BYTES;

/// The machine's time, read by SQLite for each statement, once it has its turn to write.
pub(crate) const NOW: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

const IN_PROGRESS: i16 = RowState::InProgress.number();
const RELEASED: i16 = RowState::Released.number();

/// Parameters: `?1` is the key, `?2` the owner.
#[derive(Debug)]
pub(crate) struct Statements {
    /// Grants a key that is free, unless this owner gave it up, and notes which token released it. `?3` content, `?4`
    /// milliseconds, `?5` the time until which it may do so: its turn may come when nobody waits for it any more.
    /// Answers the attempt, or nothing.
    pub(crate) claim: Arc<str>,
    /// Reads what kept a claim from being granted. `?3` content.
    pub(crate) held: Arc<str>,
    /// The claim, and what is there of its key then: two rows where it was granted, and one or none where it was not.
    pub(crate) claim_or_held: Arc<str>,
    /// Marks a running lease of this owner as done. `?3` state, `?4` milliseconds. Answers the attempt, or nothing.
    pub(crate) settle: Arc<str>,
    /// The same within a transaction that has its turn to write. A lease may have lapsed while it waited for that. What
    /// nobody has taken over by then can be taken by nobody until it ends.
    pub(crate) settle_in: Arc<str>,
    /// Releases a running lease of this owner. Where it holds none, notes that it must not be granted the key
    /// any more. A key that is done stays so. Answers nothing.
    pub(crate) release: Arc<str>,
    /// A whole batch, in one transaction: releases, marks, claims. `$1` to `$3` are a JSON array for each of them, of arrays of
    /// the parameters above, in hexadecimal what is binary. Answers two rows, which say what was marked and what was granted:
    /// the place in the list and the attempt of each, with a space between, and commas between them.
    ///
    /// It goes through its connection's thread as one, since each statement that goes alone, and each row, costs more than
    /// what it does.
    pub(crate) together: Arc<str>,
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
        let held = format!("event_key = ?1 AND owner = ?2 AND state = {IN_PROGRESS}");
        let running = format!("{held} AND expires_at > {NOW}");
        let settle = |which: &str| {
            format!(
                "UPDATE {table} SET state = ?3, expires_at = {NOW} + ?4 WHERE {which} RETURNING attempt"
            )
        };
        let claim = |asked: &str| {
            format!(
                "INSERT INTO {table} AS t (event_key, owner, attempt, state, content, expires_at) {asked} \
                 ON CONFLICT (event_key) DO UPDATE SET owner = excluded.owner, \
                 attempt = min(t.attempt + 1, {most}), state = excluded.state, \
                 content = excluded.content, expires_at = excluded.expires_at, given_up = {noted} \
                 WHERE (t.state = {RELEASED} OR t.expires_at <= {NOW}) AND NOT {given_up}",
                noted = noted_release(),
                given_up = given_up("t", "excluded.owner"),
                most = u32::MAX,
            )
        };
        let release = |asked: &str| {
            format!(
                "INSERT INTO {table} AS t (event_key, owner, attempt, state, expires_at, given_up) {asked} \
                 ON CONFLICT (event_key) DO UPDATE SET \
                 state = CASE WHEN {own} THEN {RELEASED} ELSE t.state END, \
                 expires_at = CASE WHEN {own} THEN {NOW} ELSE t.expires_at END, \
                 given_up = CASE WHEN {own} OR {given_up} THEN t.given_up ELSE \
                 substr(CAST(coalesce(t.given_up, x'') || excluded.owner AS BLOB), -{NOTED_BYTES}) END \
                 WHERE t.state IN ({IN_PROGRESS}, {RELEASED}) OR t.expires_at <= {NOW}",
                own = format_args!(
                    "t.owner = excluded.owner AND t.state = {IN_PROGRESS} AND t.expires_at > {NOW}"
                ),
                given_up = given_up("t", "excluded.owner"),
            )
        };
        let written = |list: &str, state: &str| {
            format!(
                "SELECT group_concat(j.key || ' ' || t.attempt) FROM json_each({list}) AS j CROSS JOIN {table} AS t \
                 WHERE t.event_key = unhex(j.value ->> 0) AND t.owner = unhex(j.value ->> 1) AND t.state = {state}"
            )
        };
        // Not `?3`: where a statement has no `?1`, sqlx takes that for a parameter without a name, and one of its values for used.
        let release_many = release(&format!(
            "SELECT unhex(value ->> 0), unhex(value ->> 1), 0, {RELEASED}, {NOW}, unhex(value ->> 1) \
             FROM json_each($1) WHERE TRUE"
        ));
        // An update from a list may look at all rows, where statistics say that there are few. What is inserted, and is there,
        // is looked up one by one.
        let settle_many = format!(
            "INSERT INTO {table} AS t (event_key, owner, attempt, state, expires_at) \
             SELECT unhex(value ->> 0), unhex(value ->> 1), 1, value ->> 2, {NOW} + (value ->> 3) FROM json_each($2) \
             WHERE EXISTS (SELECT 1 FROM {table} AS h WHERE h.event_key = unhex(value ->> 0)) \
             ON CONFLICT (event_key) DO UPDATE SET state = excluded.state, expires_at = excluded.expires_at \
             WHERE t.owner = excluded.owner AND t.state = {IN_PROGRESS} AND t.expires_at > {NOW}"
        );
        let claim_many = claim(&format!(
            "SELECT unhex(value ->> 0), unhex(value ->> 1), 1, {IN_PROGRESS}, value ->> 2, \
             {NOW} + (value ->> 3) FROM json_each($3) WHERE {NOW} <= value ->> 4"
        ));
        // What ends a lease goes first: a claim of its key may wait beside it.
        let together = [
            "BEGIN IMMEDIATE",
            &release_many,
            &settle_many,
            &written("$2", "j.value ->> 2"),
            &claim_many,
            &written("$3", &IN_PROGRESS.to_string()),
            "COMMIT",
        ];
        let claim_one = format!(
            "{} RETURNING attempt",
            claim(&format!(
                "SELECT ?1, ?2, 1, {IN_PROGRESS}, ?3, {NOW} + ?4 WHERE {NOW} <= ?5"
            ))
        );
        let held_by = format!(
            "SELECT state, expires_at - {NOW}, owner = ?2, attempt, \
             coalesce(content = ?3, TRUE), {given_up} FROM {table} AS t WHERE event_key = ?1",
            given_up = given_up("t", "?2"),
        );
        Self {
            claim_or_held: format!("{claim_one}; {held_by}").into(),
            claim: claim_one.into(),
            held: held_by.into(),
            settle: settle(&running).into(),
            settle_in: settle(&held).into(),
            release: release(&format!(
                "VALUES (?1, ?2, 0, {RELEASED}, {NOW}, ?2)"
            ))
            .into(),
            together: together.join("; ").into(),
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
                 AND (state NOT IN ({IN_PROGRESS}, {RELEASED}) OR state = {RELEASED} AND given_up IS NULL \
                     OR expires_at < {NOW} - {lapsed}) \
                 ORDER BY expires_at LIMIT ?1) RETURNING 1",
                ended = ENDED_ROWS_STAY.as_millis(),
                lapsed = LAPSED_LEASES_STAY.as_millis(),
            )
            .into(),
            table,
        }
    }
}

/// Whether `owner` must not be granted the key any more: it released the key, or gave it up without holding
/// it.
fn given_up(row: &str, owner: &str) -> String {
    format!(
        "({row}.owner = {owner} AND {row}.state = {RELEASED} \
         OR instr(coalesce({row}.given_up, x''), {owner}) > 0)",
    )
}

/// The notes of a row `t` whose key is taken by another owner: the one that released it must not be granted it any more.
pub(crate) fn noted_release() -> String {
    format!(
        "CASE WHEN t.state = {RELEASED} AND instr(coalesce(t.given_up, x''), t.owner) = 0 \
         THEN substr(CAST(coalesce(t.given_up, x'') || t.owner AS BLOB), -{NOTED_BYTES}) \
         ELSE t.given_up END"
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use crate::{SqliteStore, plans::scans};

    /// However many marks there are.
    #[tokio::test]
    async fn no_statement_looks_at_all_rows() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path().join("file")).await.unwrap();
        let statements = Statements::new(Table::default());
        let alone = [
            &statements.claim,
            &statements.held,
            &statements.settle,
            &statements.settle_in,
            &statements.release,
            &statements.extend,
            &statements.own_end,
            &statements.look,
            &statements.prune,
        ];
        let together = statements.together.split("; ");
        let together = together.filter(|sql| !["BEGIN IMMEDIATE", "COMMIT"].contains(sql));
        let scans = scans(
            &store.options(),
            alone.map(|sql| &**sql).into_iter().chain(together),
            &["json_each", "SCAN j", "CONSTANT ROW"],
        )
        .await;
        assert!(scans.is_empty(), "{scans:#?}");
    }
}
