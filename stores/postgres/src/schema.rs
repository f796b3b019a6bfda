//! The store's table: plain SQL, for [`PostgresStore::migrate`](crate::PostgresStore::migrate) or for
//! whoever may create tables.

use crate::table::Table;

/// Stands in the table's comment, where the next version finds it.
pub(crate) const VERSION: &str = "hookgate dedup, schema 1";

/// One lock for all of hookgate's migrations on a server: `CREATE … IF NOT EXISTS` alone fails when
/// several instances run it at once.
const LOCK: i64 = 0x686f_6f6b_6761_7465;

/// Safe to run again, and by several instances at once.
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
             expires_at timestamptz NOT NULL\n\
         );\n\
         \n\
         -- For the removal of old rows.\n\
         CREATE INDEX IF NOT EXISTS {index} ON {table} (expires_at);\n\
         \n\
         COMMENT ON TABLE {table} IS '{VERSION}';\n"
    )
}

/// Reads the version: no row where there is no such table, NULL where it has no comment.
pub(crate) fn version(table: &Table) -> String {
    format!(
        "SELECT coalesce(obj_description(found, 'pg_class'), '') \
         FROM to_regclass('{table}') AS found WHERE found IS NOT NULL"
    )
}
