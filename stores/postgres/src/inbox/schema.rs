//! The inbox's tables: plain SQL, for [`PostgresInbox::migrate`](super::PostgresInbox::migrate) or for a role that may
//! create tables. `DESIGN.md`, "The inbox", says why there are so many.

use super::names::Names;
use crate::schema::LOCK;

/// What this release makes.
pub(super) const VERSION: u32 = 1;

/// Stands before the version in the comment of the table of work, where other releases find it.
const COMMENT: &str = "hookgate inbox, schema ";

/// What `work`, `later` and `parked` have in common: a line moves between them as it is.
const LINE: &str = "
    -- The order of all that was accepted or replayed, by the sequence.
    number      bigint      NOT NULL,
    -- SHA-256 of what identifies the event.
    event_key   bytea       NOT NULL,
    endpoint    text        COLLATE \"C\" NOT NULL,
    -- A type that the pack knows, or 'other', or 'none'.
    event_type  text        COLLATE \"C\" NOT NULL,
    -- The id of the key that matched.
    key_id      bytea       NOT NULL,
    -- SHA-256 of what it is handled in order with.
    order_key   bytea,
    -- The format of the payload.
    format      smallint    NOT NULL,
    -- How long its key is remembered after its end, in microseconds.
    retain      bigint      NOT NULL,
    -- The table that has the payload, under the number, and the payload's bytes.
    slot        smallint    NOT NULL,
    bytes       integer     NOT NULL,
    accepted_at timestamptz NOT NULL,
    -- Accepted, or replayed.
    since       timestamptz NOT NULL,
    -- Of the last run. It grows with each.
    attempt     integer     NOT NULL,
    failures    integer     NOT NULL,
    -- Runs without a verdict.
    vanished    integer     NOT NULL,
    replays     integer     NOT NULL,
    quarantined boolean     NOT NULL,
    -- The lease. No index has it, so granting one writes no index.
    owner       uuid,
    lease_until timestamptz,
    -- Who gave the line back last.
    ended_by    uuid,
    due         timestamptz,
    -- What the last run said, and what people did with it.
    error       bytea,
    history     bytea,
";

/// Safe to run again, and by several instances at once.
pub(super) fn script(names: &Names) -> String {
    format!(
        "-- hookgate's inbox. Run it as one transaction (psql --single-transaction), after the script of the claims.\n\
         SELECT pg_advisory_xact_lock({LOCK});\n\
         \n\
         CREATE SEQUENCE IF NOT EXISTS {number} AS bigint CACHE 1;\n\
         \n\
         {lines}{payloads}{dead}{beside}{version}",
        number = names.number,
        lines = lines(names),
        payloads = payloads(names),
        dead = dead(names),
        beside = beside(names),
        version = version(names),
    )
}

fn lines(names: &Names) -> String {
    let Names {
        work,
        later,
        parked,
        ..
    } = names;
    let index = |of| names.index(of);
    format!(
        "-- Ready lines: read forwards by number. There is room beside each row for itself with its lease.\n\
         CREATE TABLE IF NOT EXISTS {work} ({LINE}    PRIMARY KEY (endpoint, number)\n) WITH (fillfactor = 45);\n\
         CREATE UNIQUE INDEX IF NOT EXISTS {work_key} ON {work} (event_key);\n\
         CREATE UNIQUE INDEX IF NOT EXISTS {work_order} ON {work} (order_key) WHERE order_key IS NOT NULL;\n\
         \n\
         -- Lines that were given back, lapsed, replayed or promoted: read by the time when they are due.\n\
         CREATE TABLE IF NOT EXISTS {later} ({LINE}    PRIMARY KEY (event_key)\n) WITH (fillfactor = 70);\n\
         CREATE INDEX IF NOT EXISTS {later_due} ON {later} (endpoint, due);\n\
         CREATE INDEX IF NOT EXISTS {later_order} ON {later} (order_key) WHERE order_key IS NOT NULL;\n\
         CREATE INDEX IF NOT EXISTS {later_number} ON {later} (number);\n\
         \n\
         -- Lines that wait for another one of their order.\n\
         CREATE TABLE IF NOT EXISTS {parked} ({LINE}    PRIMARY KEY (event_key)\n);\n\
         CREATE INDEX IF NOT EXISTS {parked_order} ON {parked} (order_key, number);\n\
         CREATE INDEX IF NOT EXISTS {parked_number} ON {parked} (number);\n\
         \n\
         -- `ANALYZE` would copy short values into `pg_statistic`, where they outlive their rows.\n\
         ALTER TABLE {work} ALTER error SET STATISTICS 0, ALTER history SET STATISTICS 0;\n\
         ALTER TABLE {later} ALTER error SET STATISTICS 0, ALTER history SET STATISTICS 0;\n\
         ALTER TABLE {parked} ALTER error SET STATISTICS 0, ALTER history SET STATISTICS 0;\n\
         \n",
        work_key = index("work_key"),
        work_order = index("work_order"),
        later_due = index("later_due"),
        later_order = index("later_order"),
        later_number = index("later_number"),
        parked_order = index("parked_order"),
        parked_number = index("parked_number"),
    )
}

fn payloads(names: &Names) -> String {
    let tables: String = names
        .payloads()
        .map(|(_, payload)| payload_table(&payload))
        .collect();
    format!(
        "-- Payloads, in tables that are emptied whole, in turn.\n\
         CREATE TABLE IF NOT EXISTS {ring} (\n    \
             one   boolean     PRIMARY KEY DEFAULT true CHECK (one),\n    \
             -- Only grows. Its remainder is the slot that is written to.\n    \
             turn  bigint      NOT NULL,\n    \
             since timestamptz NOT NULL\n\
         );\n\
         INSERT INTO {ring} (turn, since) VALUES (0, now()) ON CONFLICT DO NOTHING;\n\
         {tables}\n",
        ring = names.ring,
    )
}

fn dead(names: &Names) -> String {
    let dead = &names.dead;
    format!(
        "-- Dead letters, their payloads included.\n\
         CREATE TABLE IF NOT EXISTS {dead} (\n    \
             number      bigint      NOT NULL,\n    \
             event_key   bytea       NOT NULL PRIMARY KEY,\n    \
             endpoint    text        COLLATE \"C\" NOT NULL,\n    \
             event_type  text        COLLATE \"C\" NOT NULL,\n    \
             key_id      bytea       NOT NULL,\n    \
             order_key   bytea,\n    \
             format      smallint    NOT NULL,\n    \
             -- As in the line.\n    \
             retain      bigint      NOT NULL,\n    \
             bytes       integer     NOT NULL,\n    \
             accepted_at timestamptz NOT NULL,\n    \
             died_at     timestamptz NOT NULL,\n    \
             reason      text        COLLATE \"C\" NOT NULL,\n    \
             attempt     integer     NOT NULL,\n    \
             failures    integer     NOT NULL,\n    \
             vanished    integer     NOT NULL,\n    \
             replays     integer     NOT NULL,\n    \
             quarantined boolean     NOT NULL,\n    \
             -- Whose lease it was.\n    \
             ended_by    uuid,\n    \
             body        bytea       NOT NULL,\n    \
             error       bytea,\n    \
             history     bytea\n\
         );\n\
         CREATE INDEX IF NOT EXISTS {dead_died} ON {dead} (died_at);\n\
         CREATE INDEX IF NOT EXISTS {dead_endpoint} ON {dead} (endpoint, died_at);\n\
         CREATE INDEX IF NOT EXISTS {dead_number} ON {dead} (number);\n\
         ALTER TABLE {dead} ALTER body SET STATISTICS 0, ALTER error SET STATISTICS 0, \
             ALTER history SET STATISTICS 0;\n\
         \n",
        dead_died = names.index("dead_died"),
        dead_endpoint = names.index("dead_endpoint"),
        dead_number = names.index("dead_number"),
    )
}

fn beside(names: &Names) -> String {
    let Names {
        endpoint, count, ..
    } = names;
    format!(
        "-- Pauses and holds.\n\
         CREATE TABLE IF NOT EXISTS {endpoint} (\n    \
             name         text        COLLATE \"C\" PRIMARY KEY,\n    \
             -- The pause: none without an end.\n    \
             paused_until timestamptz,\n    \
             reason       text,\n    \
             strikes      integer     NOT NULL DEFAULT 0,\n    \
             -- The key of the line that tried last.\n    \
             probe        bytea,\n    \
             -- By an operator.\n    \
             held         boolean     NOT NULL DEFAULT false,\n    \
             -- When a worker last asked for its lines, to the minute.\n    \
             asked_at     timestamptz\n\
         );\n\
         \n\
         -- How many there are of each: what was added and taken away. Nothing counts lines.\n\
         CREATE TABLE IF NOT EXISTS {count} (\n    \
             endpoint          text   COLLATE \"C\" NOT NULL,\n    \
             queued            bigint NOT NULL DEFAULT 0,\n    \
             dead              bigint NOT NULL DEFAULT 0,\n    \
             quarantined       bigint NOT NULL DEFAULT 0,\n    \
             quarantined_bytes bigint NOT NULL DEFAULT 0\n\
         );\n\
         \n"
    )
}

/// Somebody's own words stay, and so does the version of a later release.
fn version(names: &Names) -> String {
    let work = &names.work;
    format!(
        "DO $$ BEGIN\n    \
             IF coalesce(obj_description(to_regclass('{work}'), 'pg_class'), '') = '' THEN\n        \
                 COMMENT ON TABLE {work} IS '{COMMENT}{VERSION}';\n    \
             END IF;\n\
         END $$;\n"
    )
}

/// Nothing in it is updated or deleted, and all of it goes at once, so there is nothing to vacuum.
fn payload_table(payload: &str) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS {payload} (\n    \
             number    bigint NOT NULL PRIMARY KEY,\n    \
             event_key bytea  NOT NULL,\n    \
             body      bytea  NOT NULL\n\
         ) WITH (autovacuum_enabled = false, toast.autovacuum_enabled = false);\n\
         ALTER TABLE {payload} ALTER body SET STATISTICS 0;\n"
    )
}

/// Reads the version's comment: no row where there is no such table.
pub(super) fn found(names: &Names) -> String {
    format!(
        "SELECT coalesce(obj_description(found, 'pg_class'), '') FROM to_regclass('{work}') AS found \
         WHERE found IS NOT NULL",
        work = names.work
    )
}

/// Whether the script is to run. A later release takes care that this one can go on, and the tables of somebody who
/// wrote words of their own into the comment are as they made them.
pub(super) fn is_old(comment: &str) -> bool {
    let version = comment.strip_prefix(COMMENT);
    let version = version.and_then(|version| version.parse::<u32>().ok());
    comment.is_empty() || version.is_some_and(|version| version < VERSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_brought_up_to_date_only_where_they_are_old() {
        for (comment, old) in [
            (format!("{COMMENT}{}", VERSION - 1), true),
            (format!("{COMMENT}{VERSION}"), false),
            (format!("{COMMENT}{}", VERSION + 1), false),
            (String::new(), true),
            ("of the webhooks".to_owned(), false),
        ] {
            assert_eq!(is_old(&comment), old, "{comment}");
        }
    }
}
