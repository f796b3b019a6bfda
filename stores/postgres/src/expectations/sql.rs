//! The table of what is awaited, and every statement on it.

use crate::{schema::LOCK, table::Table};

/// The name of the table unless told otherwise.
pub(super) const NAME: &str = "hookgate_expectations";

/// The longest that an API is left alone, in microseconds.
const LONGEST_HOLD: u64 = 600_000_000;

/// This statement's time. It is one moment, so an index finds what is due by it.
const NOW: &str = "statement_timestamp()";

/// Safe to run again, and by several instances at once.
pub(super) fn script(table: &Table) -> String {
    let index = table.index("due");
    format!(
        "-- What hookgate's fallback awaits. Run it as one transaction (psql --single-transaction).\n\
         SELECT pg_advisory_xact_lock({LOCK});\n\
         \n\
         CREATE TABLE IF NOT EXISTS {table} (\n    \
             -- SHA-256 of endpoint, tenant, pack and the process's id; or of a rate's name, or of a silent endpoint's.\n    \
             expectation_key bytea       NOT NULL PRIMARY KEY,\n    \
             -- The receiver's name. Empty where the row is a rate, whose next turn is `due`, or an endpoint's silence.\n    \
             endpoint        text        NOT NULL,\n    \
             -- The canonical id of the tenant, where the endpoint has many.\n    \
             tenant          bytea,\n    \
             -- The sender's id of the process, to ask for it.\n    \
             process         bytea       NOT NULL,\n    \
             -- All times are this server's.\n    \
             since           timestamptz NOT NULL,\n    \
             -- When it is to be asked for. That of a leased one is the end of its lease.\n    \
             due             timestamptz NOT NULL,\n    \
             gives_up        timestamptz NOT NULL,\n    \
             -- Random, of the runner that holds the lease.\n    \
             owner           bytea,\n    \
             -- How often it was asked for.\n    \
             asked           integer     NOT NULL\n\
         );\n\
         \n\
         CREATE INDEX IF NOT EXISTS {index} ON {table} (endpoint, due);\n"
    )
}

/// Whether a migration has nothing to do: it needs no right to create then.
pub(super) fn is_there(table: &Table) -> String {
    format!("SELECT to_regclass('{table}') IS NOT NULL")
}

/// The statements, written once.
pub(super) struct Sql {
    pub(super) expect: String,
    pub(super) due: String,
    pub(super) next: String,
    pub(super) postpone: String,
    pub(super) end: String,
    pub(super) turn: String,
    pub(super) taken: String,
    pub(super) hold: String,
    pub(super) heard: String,
    pub(super) watched: String,
    pub(super) last_heard: String,
    pub(super) silent: String,
    pub(super) heard_again: String,
    pub(super) open: String,
}

impl Sql {
    pub(super) fn new(table: &Table) -> Self {
        let held = "expectation_key = $1::bytea AND owner = $2::bytea";
        let columns = "expectation_key, endpoint, tenant, process, since, due, gives_up, asked";
        // A turn waits for whoever takes one, so its time is that after the wait.
        // One that is further ahead than any hold and any turn is from before the clock was set back. It counts no more.
        let next_turn = format!(
            "CASE WHEN t.due - clock_timestamp() > interval '1 microsecond' \
             * (greatest({LONGEST_HOLD}, $3::float8) + $4::float8) THEN clock_timestamp() \
             ELSE greatest(t.due, clock_timestamp()) END"
        );
        let rate = format!(
            "INSERT INTO {table} AS t ({columns}) \
             VALUES ($1::bytea, '', NULL, $2::bytea, {NOW}, {first}, {NOW}, 0) \
             ON CONFLICT (expectation_key) DO UPDATE SET",
            first = ahead("clock_timestamp()", "$3"),
        );
        // Of an endpoint's silence: `since` is its last delivery, `asked` whether somebody was told of it, and
        // `due` when.
        let watch = format!(
            "INSERT INTO {table} AS t ({columns}) \
             VALUES ($1::bytea, '', NULL, $2::bytea, {NOW}, {NOW}, {NOW}, 0) \
             ON CONFLICT (expectation_key)"
        );
        Self {
            expect: format!(
                "INSERT INTO {table} ({columns}) \
                 VALUES ($1::bytea, $2::text, $3::bytea, $4::bytea, {NOW}, {due}, {gives_up}, 0) \
                 ON CONFLICT (expectation_key) DO NOTHING RETURNING true",
                due = ahead(NOW, "$5"),
                gives_up = ahead(NOW, "$6"),
            ),
            // Each is found again by its place: no plan made for a table that was empty reads a large one from end to end.
            due: format!(
                "WITH d AS MATERIALIZED (SELECT ctid AS place, due FROM {table} \
                 WHERE endpoint = $1::text AND due <= {NOW} ORDER BY due LIMIT $4::bigint \
                 FOR UPDATE SKIP LOCKED) \
                 UPDATE {table} AS t SET owner = $2::bytea, due = {lease} \
                 FROM d WHERE t.ctid = d.place \
                 RETURNING t.expectation_key, t.tenant, t.process, t.asked, {age}, {left}, \
                 extract(epoch FROM d.due)::float8",
                lease = ahead(NOW, "$3"),
                age = millis(format_args!("{NOW} - t.since")),
                left = millis(format_args!("t.gives_up - {NOW}")),
            ),
            next: format!(
                "SELECT {left} FROM {table} WHERE endpoint = $1::text ORDER BY due LIMIT 1",
                left = millis(format_args!("due - {NOW}")),
            ),
            postpone: format!(
                "UPDATE {table} SET due = {due}, owner = NULL, asked = asked + $4::boolean::integer \
                 WHERE {held} RETURNING true",
                due = ahead(NOW, "$3"),
            ),
            end: format!("DELETE FROM {table} WHERE {held} RETURNING true"),
            turn: format!(
                "{rate} due = {following} \
                 WHERE ({next_turn}) - clock_timestamp() <= interval '1 microsecond' * $4::float8 \
                 RETURNING {wait}",
                following = ahead(&format!("({next_turn})"), "$3"),
                wait = millis(format_args!(
                    "t.due - interval '1 microsecond' * $3::float8 - clock_timestamp()"
                )),
            ),
            taken: format!(
                "SELECT {left} FROM {table} WHERE expectation_key = $1::bytea",
                left = millis(format_args!("due - {NOW}")),
            ),
            hold: format!("{rate} due = greatest(t.due, excluded.due) RETURNING true"),
            // A telling that is ahead is from before the clock was set back.
            heard: format!(
                "{watch} DO UPDATE SET since = excluded.since, due = least(t.due, excluded.since) RETURNING true"
            ),
            watched: format!("{watch} DO NOTHING RETURNING true"),
            last_heard: format!(
                "SELECT {ago}, asked FROM {table} WHERE expectation_key = $1::bytea",
                ago = millis(format_args!("{NOW} - since")),
            ),
            silent: format!(
                "UPDATE {table} SET asked = 1, due = CASE asked WHEN 0 THEN {NOW} ELSE due END, owner = $3::bytea \
                 WHERE expectation_key = $1::bytea AND ((asked = 0 \
                 AND {NOW} - since >= interval '1 microsecond' * $2::float8) \
                 OR (asked = 1 AND owner = $3::bytea)) RETURNING true"
            ),
            heard_again: format!(
                "UPDATE {table} SET asked = 0, owner = $3::bytea WHERE expectation_key = $1::bytea \
                 AND ((asked = 1 AND since >= due AND {NOW} - since < interval '1 microsecond' * $2::float8) \
                 OR (asked = 0 AND owner = $3::bytea)) RETURNING true"
            ),
            open: format!("SELECT count(*) FROM {table} WHERE endpoint = $1::text"),
        }
    }
}

/// The moment that is so many microseconds after another.
fn ahead(moment: &str, micros: &str) -> String {
    format!("{moment} + interval '1 microsecond' * {micros}::float8")
}

/// An interval in milliseconds, rounded up.
fn millis(interval: std::fmt::Arguments<'_>) -> String {
    format!("ceil(extract(epoch FROM {interval}) * 1000)::bigint")
}
