//! The store's table: plain SQL, for [`SqliteStore::migrate`](crate::SqliteStore::migrate) or for the
//! application's own migrations.

use hookgate_store_kit::{
    RowState,
    schema::{COLUMNS, NOTES, quoted_columns},
};

use crate::{inbox::FAR, table::Table};

/// Safe to run again, and by several processes at once. A later version adds statements that are safe to
/// repeat, too.
pub(crate) fn script(table: &Table) -> String {
    let index = table.expiry_index();
    format!(
        "-- hookgate's claims and marks.\n\
         CREATE TABLE IF NOT EXISTS {table} (\n    \
             -- SHA-256 of what identifies the event: no personal data.\n    \
             event_key  BLOB    NOT NULL PRIMARY KEY,\n    \
             -- Random, of the run that holds the lease or wrote the mark.\n    \
             owner      BLOB    NOT NULL,\n    \
             -- Grows with each takeover of a lapsed lease.\n    \
             attempt    INTEGER NOT NULL,\n    \
             -- 0 in progress, 1 processed, 2 ignored, 3 rejected, 4 released.\n    \
             state      INTEGER NOT NULL,\n    \
             -- The first 8 bytes of the content's SHA-256, where the pack compares contents.\n    \
             content    INTEGER,\n    \
             -- The end of the lease or of the mark, in milliseconds since 1970. Over: the key is free.\n    \
             expires_at INTEGER NOT NULL,\n    \
             -- Tokens of 16 bytes that released the key without holding it: a late claim of theirs is not\n    \
             -- granted.\n    \
             given_up   BLOB\n\
         ) WITHOUT ROWID;\n\
         \n\
         -- For the removal of old rows.\n\
         CREATE INDEX IF NOT EXISTS {index} ON {table} (expires_at);\n"
    )
}

/// Whether a migration has nothing to do. Reading waits for nobody, while the script needs its turn to write.
pub(crate) fn is_there(table: &Table) -> String {
    format!(
        "SELECT count(*) = 2 AND (SELECT count(*) = {count} FROM {columns} WHERE name IN ({names})) \
         FROM sqlite_schema WHERE type IN ('table', 'index') \
         AND '\"' || name || '\"' IN ('{table}', '{index}')",
        count = COLUMNS.len(),
        columns = columns(table),
        names = quoted_columns(),
        index = table.expiry_index(),
    )
}

/// Whether the table, which is there, has no place for tokens that gave a key up.
pub(crate) fn lacks_notes(table: &Table) -> String {
    format!(
        "SELECT count(*) = 0 FROM {columns} WHERE name = '{NOTES}'",
        columns = columns(table),
    )
}

/// SQLite has no `ADD COLUMN IF NOT EXISTS`, so this is no part of the script.
pub(crate) fn add_notes(table: &Table) -> String {
    format!("ALTER TABLE {table} ADD COLUMN {NOTES} BLOB")
}

/// Whether an inbox of this table's keys has events that wait. Their ends are beyond all others, so the index finds them.
pub(crate) fn inbox_waits(table: &Table) -> String {
    let queued = RowState::Queued.number();
    format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE expires_at >= {FAR} AND state = {queued})")
}

/// The table's columns, as a table.
fn columns(table: &Table) -> String {
    format!("pragma_table_info(trim('{table}', '\"'))")
}
