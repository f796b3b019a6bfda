//! The store's table: plain SQL, for [`PostgresStore::migrate`](crate::PostgresStore::migrate) or for a role
//! that may create tables.

use hookgate_store_kit::{
    RowState,
    schema::{COLUMNS, quoted_columns},
};

use crate::{inbox::WITHOUT_END, table::Table};

/// What this release makes.
pub(crate) const VERSION: u32 = 1;

/// Stands before the version in the table's comment, where other releases find it.
const COMMENT: &str = "hookgate dedup, schema ";

/// One lock for all of hookgate's migrations on a server: `CREATE … IF NOT EXISTS` alone fails when
/// several instances run it at once.
pub(crate) const LOCK: i64 = 0x686f_6f6b_6761_7465;

/// Safe to run again, and by several instances at once.
///
/// It writes a version only where none is and every column is there. Somebody else's comment stays. The version of a
/// later release that migrated while this one waited for its turn stays too. The script of a later release raises a
/// version that it can read and that is lower, and nothing else.
pub(crate) fn script(table: &Table) -> String {
    let index = table.expiry_index();
    format!(
        "-- hookgate's claims and marks. Run it as one transaction (psql --single-transaction).\n\
         SELECT pg_advisory_xact_lock({LOCK});\n\
         \n\
         CREATE TABLE IF NOT EXISTS {table} (\n    \
             -- SHA-256 of what identifies the event: no personal data.\n    \
             event_key  bytea       NOT NULL PRIMARY KEY,\n    \
             -- Random, of the run that holds the lease or wrote the mark.\n    \
             owner      uuid        NOT NULL,\n    \
             -- Grows with each takeover of a lapsed lease.\n    \
             attempt    integer     NOT NULL,\n    \
             -- 0 in progress, 1 processed, 2 ignored, 3 rejected, 4 released.\n    \
             state      smallint    NOT NULL,\n    \
             -- The first 8 bytes of the content's SHA-256, where the pack compares contents.\n    \
             content    bigint,\n    \
             -- The end of the lease or of the mark, by this server's clock. Over: the key is free.\n    \
             expires_at timestamptz NOT NULL,\n    \
             -- Tokens that released the key without holding it: a late claim of theirs is not granted.\n    \
             given_up   uuid[]\n\
         );\n\
         \n\
         -- Of an earlier build.\n\
         ALTER TABLE {table} ADD COLUMN IF NOT EXISTS content bigint;\n\
         ALTER TABLE {table} ADD COLUMN IF NOT EXISTS given_up uuid[];\n\
         \n\
         -- For the removal of old rows.\n\
         CREATE INDEX IF NOT EXISTS {index} ON {table} (expires_at);\n\
         \n\
         DO $$ BEGIN\n    \
             IF NOT ({has_columns}) THEN\n        \
                 RAISE EXCEPTION 'hookgate: the table has not the columns of a dedup store';\n    \
             ELSIF coalesce(obj_description(to_regclass('{table}'), 'pg_class'), '') = '' THEN\n        \
                 COMMENT ON TABLE {table} IS '{COMMENT}{VERSION}';\n    \
             END IF;\n\
         END $$;\n",
        has_columns = has_columns(&format!("to_regclass('{table}')")),
    )
}

fn has_columns(class: &str) -> String {
    format!(
        "SELECT count(*) = {count} FROM pg_attribute WHERE attrelid = {class} AND NOT attisdropped \
         AND attname IN ({columns})",
        count = COLUMNS.len(),
        columns = quoted_columns(),
    )
}

/// Reads the comment, and whether the table has the columns: no row where there is no such table.
pub(crate) fn found(table: &Table) -> String {
    format!(
        "SELECT coalesce(obj_description(found, 'pg_class'), ''), ({has_columns}) \
         FROM to_regclass('{table}') AS found WHERE found IS NOT NULL",
        has_columns = has_columns("found"),
    )
}

/// Whether an inbox of this table's keys has events that wait. Their ends are beyond all others, so the index finds them.
pub(crate) fn inbox_waits(table: &Table) -> String {
    let queued = RowState::Queued.number();
    format!(
        "SELECT EXISTS (SELECT FROM {table} WHERE expires_at >= {WITHOUT_END} AND state = {queued})"
    )
}

/// How to treat a table that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    /// It is of an earlier release, or not the store's at all. The script brings it up to date, or says why
    /// not.
    Old,
    /// It is as this release makes it, or the columns are there and the comment is somebody else's.
    Current,
    /// It is of a later release, which takes care that this one can go on. It is left as it is.
    Newer,
}

/// Judges a table by its comment, and by whether it has the columns.
pub(crate) fn age(comment: &str, has_columns: bool) -> Age {
    let version = comment.strip_prefix(COMMENT);
    match version.and_then(|version| version.parse::<u32>().ok()) {
        Some(version) if version > VERSION => Age::Newer,
        // A comment may promise columns that are not there: an earlier build's, or a copied one.
        Some(VERSION) if has_columns => Age::Current,
        None if has_columns => Age::Current,
        Some(_) | None => Age::Old,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_brought_up_to_date_only_where_it_is_old() {
        let comment = |version: u32| format!("{COMMENT}{version}");
        for (comment, has_columns, expected) in [
            (comment(VERSION - 1), true, Age::Old),
            (comment(VERSION), true, Age::Current),
            (comment(VERSION), false, Age::Old),
            (comment(VERSION + 1), true, Age::Newer),
            // A later release may have renamed some.
            (comment(VERSION + 1), false, Age::Newer),
            (comment(u32::MAX), false, Age::Newer),
            (String::new(), true, Age::Current),
            ("the webhooks of the shop".to_owned(), true, Age::Current),
            (format!("{COMMENT}two"), true, Age::Current),
            (String::new(), false, Age::Old),
            ("orders".to_owned(), false, Age::Old),
        ] {
            assert_eq!(age(&comment, has_columns), expected, "{comment}");
        }
    }
}
