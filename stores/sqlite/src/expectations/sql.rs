//! The table of what is awaited, and every statement on it.

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]
mod tests;

use std::sync::Arc;

use crate::{Table, statements::NOW};

/// The name of the table unless told otherwise.
pub(super) const NAME: &str = "hookgate_expectations";

/// The longest that an API is left alone, in milliseconds.
const LONGEST_HOLD: u64 = 600_000;

/// Safe to run again.
pub(super) fn script(table: &Table) -> String {
    let index = index(table);
    format!(
        "CREATE TABLE IF NOT EXISTS {table} (\n    \
             -- SHA-256 of endpoint, tenant, pack and the process's id; or of a rate's name, or of a silent endpoint's.\n    \
             expectation_key BLOB    NOT NULL PRIMARY KEY,\n    \
             -- The receiver's name. Empty where the row is a rate, whose next turn is `due`, or an endpoint's silence.\n    \
             endpoint        TEXT    NOT NULL,\n    \
             -- The canonical id of the tenant, where the endpoint has many.\n    \
             tenant          BLOB,\n    \
             -- The sender's id of the process, to ask for it.\n    \
             process         BLOB    NOT NULL,\n    \
             -- All times are milliseconds since 1970.\n    \
             since           INTEGER NOT NULL,\n    \
             -- When it is to be asked for. That of a leased one is the end of its lease.\n    \
             due             INTEGER NOT NULL,\n    \
             -- When a leased one was due.\n    \
             was_due         INTEGER,\n    \
             gives_up        INTEGER NOT NULL,\n    \
             -- Random, of the runner that holds the lease.\n    \
             owner           BLOB,\n    \
             -- How often it was asked for.\n    \
             asked           INTEGER NOT NULL\n\
         ) WITHOUT ROWID;\n\
         \n\
         CREATE INDEX IF NOT EXISTS {index} ON {table} (endpoint, due);\n"
    )
}

/// Whether a migration has nothing to do. Reading waits for nobody, while the script needs its turn to write.
pub(super) fn is_there(table: &Table) -> String {
    let index = index(table);
    format!(
        "SELECT count(*) = 2 FROM sqlite_schema WHERE type IN ('table', 'index') \
         AND '\"' || name || '\"' IN ('{table}', '{index}')"
    )
}

fn index(table: &Table) -> String {
    let name = table.to_string();
    format!("\"{}_due\"", name.trim_matches('"'))
}

/// The statements, written once.
pub(super) struct Sql {
    pub(super) expect: Arc<str>,
    pub(super) due: Arc<str>,
    pub(super) next: Arc<str>,
    pub(super) postpone: Arc<str>,
    pub(super) end: Arc<str>,
    pub(super) turn: Arc<str>,
    pub(super) taken: Arc<str>,
    pub(super) hold: Arc<str>,
    pub(super) heard: Arc<str>,
    pub(super) watched: Arc<str>,
    pub(super) last_heard: Arc<str>,
    pub(super) silent: Arc<str>,
    pub(super) heard_again: Arc<str>,
    pub(super) open: Arc<str>,
}

impl Sql {
    pub(super) fn new(table: &Table) -> Self {
        let held = "expectation_key = ?1 AND owner = ?2";
        // What `due` a rate has from the next turn on.
        // One that is further ahead than any hold and any turn is from before the clock was set back. It counts no more.
        let next_turn = format!(
            "CASE WHEN due - {NOW} > max({LONGEST_HOLD}, ?3) + ?4 THEN {NOW} ELSE max(due, {NOW}) END"
        );
        // Of an endpoint's silence: `since` is its last delivery, `asked` whether somebody was told of it,
        // `due` when, and `owner` who has noted that.
        let watch = format!(
            "INSERT INTO {table} (expectation_key, endpoint, process, since, due, gives_up, asked) \
             VALUES (?1, '', ?2, {NOW}, {NOW}, 0, 0) ON CONFLICT (expectation_key)"
        );
        Self {
            expect: format!(
                "INSERT INTO {table} (expectation_key, endpoint, tenant, process, since, due, gives_up, asked) \
                 VALUES (?1, ?2, ?3, ?4, {NOW}, {NOW} + ?5, {NOW} + ?6, 0) \
                 ON CONFLICT (expectation_key) DO NOTHING RETURNING 1"
            )
            .into(),
            due: format!(
                "UPDATE {table} SET was_due = due, due = {NOW} + ?3, owner = ?2 \
                 WHERE expectation_key IN (SELECT expectation_key FROM {table} \
                 WHERE endpoint = ?1 AND due <= {NOW} ORDER BY due LIMIT ?4) \
                 RETURNING expectation_key, tenant, process, asked, {NOW} - since, gives_up - {NOW}, was_due"
            )
            .into(),
            next: format!(
                "SELECT due - {NOW} FROM {table} WHERE endpoint = ?1 ORDER BY due LIMIT 1"
            )
            .into(),
            postpone: format!(
                "UPDATE {table} SET due = {NOW} + ?3, owner = NULL, asked = asked + ?4 \
                 WHERE {held} RETURNING 1"
            )
            .into(),
            end: format!("DELETE FROM {table} WHERE {held} RETURNING 1").into(),
            turn: format!(
                "INSERT INTO {table} (expectation_key, endpoint, process, since, due, gives_up, asked) \
                 VALUES (?1, '', ?2, {NOW}, {NOW} + ?3, 0, 0) \
                 ON CONFLICT (expectation_key) DO UPDATE SET due = ({next_turn}) + ?3 \
                 WHERE ({next_turn}) - {NOW} <= ?4 RETURNING due - ?3 - {NOW}"
            )
            .into(),
            taken: format!("SELECT due - {NOW} FROM {table} WHERE expectation_key = ?1").into(),
            hold: format!(
                "INSERT INTO {table} (expectation_key, endpoint, process, since, due, gives_up, asked) \
                 VALUES (?1, '', ?2, {NOW}, {NOW} + ?3, 0, 0) \
                 ON CONFLICT (expectation_key) DO UPDATE SET due = max(due, excluded.due) RETURNING 1"
            )
            .into(),
            // A telling that is ahead is from before the clock was set back.
            heard: format!(
                "{watch} DO UPDATE SET since = {NOW}, due = min(due, {NOW}) RETURNING 1"
            )
            .into(),
            watched: format!("{watch} DO NOTHING RETURNING 1").into(),
            last_heard: format!(
                "SELECT {NOW} - since, asked FROM {table} WHERE expectation_key = ?1"
            )
            .into(),
            silent: format!(
                "UPDATE {table} SET asked = 1, due = CASE asked WHEN 0 THEN {NOW} ELSE due END, owner = ?3 \
                 WHERE expectation_key = ?1 AND ((asked = 0 AND {NOW} - since >= ?2) \
                 OR (asked = 1 AND owner = ?3)) RETURNING 1"
            )
            .into(),
            heard_again: format!(
                "UPDATE {table} SET asked = 0, owner = ?3 \
                 WHERE expectation_key = ?1 AND ((asked = 1 AND since >= due AND {NOW} - since < ?2) \
                 OR (asked = 0 AND owner = ?3)) RETURNING 1"
            )
            .into(),
            open: format!("SELECT count(*) FROM {table} WHERE endpoint = ?1").into(),
        }
    }
}
