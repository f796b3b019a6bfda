//! [`Tables`]: the names of the inbox's tables, and their DDL.

use std::fmt::Write;

use hookgate_store_kit::{PlainName, RowState};

use crate::Table;

/// What every line of work has, wherever it stands.
pub(super) const LINE: &str = "number, event_key, endpoint, format, order_key, attempt, failures, \
     vanished, replays, since, quarantined";

/// The end of a key's row that an inbox holds: 9999-01-01, and on top of it the number of its line. So a line is found
/// by its key without a further index. In milliseconds.
pub(crate) const FAR: i64 = 253_370_764_800_000;

/// The version of the tables. It is raised, never lowered.
const VERSION: i64 = 1;

/// The names of the inbox's tables, in quotes.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    pub(super) dedup: Table,
    prefix: String,
    pub(super) meta: String,
    pub(super) endpoint: String,
    pub(super) event: String,
    pub(super) work: String,
    pub(super) later: String,
    pub(super) parked: String,
    pub(super) head: String,
    pub(super) run: String,
    pub(super) returned: String,
    pub(super) dead: String,
    pub(super) ended: String,
}

impl Tables {
    /// Of an inbox of this name, whose keys stand in `dedup`.
    pub(crate) fn new(name: &PlainName, dedup: Table) -> Self {
        let prefix = name.to_string().trim_matches('"').to_owned();
        let table = |part: &str| format!("\"{prefix}_{part}\"");
        Self {
            dedup,
            meta: table("meta"),
            endpoint: table("endpoint"),
            event: table("event"),
            work: table("work"),
            later: table("later"),
            parked: table("parked"),
            head: table("head"),
            run: table("run"),
            returned: table("returned"),
            dead: table("dead"),
            ended: table("ended"),
            prefix,
        }
    }

    fn index(&self, part: &str) -> String {
        format!("\"{}_{part}\"", self.prefix)
    }

    /// Safe to run again, and by several processes at once.
    pub(crate) fn script(&self) -> String {
        let mut script = format!(
            "-- hookgate's inbox: what is accepted and not handled yet. Times are milliseconds since 1970.\n\
             CREATE TABLE IF NOT EXISTS {meta} (\n    \
                 id      INTEGER PRIMARY KEY CHECK (id = 1),\n    \
                 version INTEGER NOT NULL,\n    \
                 -- The number of the last line. It only grows.\n    \
                 number  INTEGER NOT NULL\n\
             );\n\
             INSERT OR IGNORE INTO {meta} VALUES (1, {VERSION}, 0);\n\
             UPDATE {meta} SET version = {VERSION} WHERE version < {VERSION};\n\
             \n\
             -- One row each, with its counters and its breaker.\n\
             CREATE TABLE IF NOT EXISTS {endpoint} (\n    \
                 id                INTEGER PRIMARY KEY,\n    \
                 name              TEXT    NOT NULL UNIQUE,\n    \
                 queued            INTEGER NOT NULL DEFAULT 0,\n    \
                 dead              INTEGER NOT NULL DEFAULT 0,\n    \
                 quarantined       INTEGER NOT NULL DEFAULT 0,\n    \
                 quarantined_bytes INTEGER NOT NULL DEFAULT 0,\n    \
                 held              INTEGER NOT NULL DEFAULT 0,\n    \
                 -- When a worker last asked for its lines, to the minute.\n    \
                 asked             INTEGER,\n    \
                 pause_reason      TEXT,\n    \
                 paused_until      INTEGER,\n    \
                 strikes           INTEGER,\n    \
                 -- The key of the line that tried last.\n    \
                 probe             BLOB\n\
             );\n\
             \n\
             -- What was accepted, as it came. Erased when its event ends.\n\
             CREATE TABLE IF NOT EXISTS {event} (\n    \
                 number      INTEGER PRIMARY KEY,\n    \
                 event_key   BLOB    NOT NULL,\n    \
                 endpoint    INTEGER NOT NULL,\n    \
                 event_type  TEXT    NOT NULL,\n    \
                 key_id      TEXT    NOT NULL,\n    \
                 order_key   BLOB,\n    \
                 format      INTEGER NOT NULL,\n    \
                 accepted_at INTEGER NOT NULL,\n    \
                 -- How long its key is remembered after its end.\n    \
                 retain      INTEGER NOT NULL,\n    \
                 payload     BLOB    NOT NULL,\n    \
                 -- What its last failed run said.\n    \
                 error       BLOB,\n    \
                 -- What became of it until now.\n    \
                 history     BLOB\n\
             );\n",
            meta = self.meta,
            endpoint = self.endpoint,
            event = self.event,
        );
        let lines = [
            (
                "Ready. Lane 1 has those whose runs ended without a verdict.",
                &self.work,
                "    lane        INTEGER NOT NULL,\n    PRIMARY KEY (endpoint, lane, number)",
            ),
            (
                "Waits for its time.",
                &self.later,
                "    due         INTEGER NOT NULL,\n    PRIMARY KEY (endpoint, due, number)",
            ),
            (
                "Waits for an earlier one of its order.",
                &self.parked,
                "    PRIMARY KEY (order_key, number)",
            ),
            (
                "Runs in a worker, under its lease.",
                &self.run,
                "    owner       BLOB    NOT NULL,\n    until       INTEGER NOT NULL,\n    \
              probe       INTEGER,\n    PRIMARY KEY (owner, event_key)",
            ),
            (
                "Dead letters.",
                &self.dead,
                "    reason      TEXT    NOT NULL,\n    died_at     INTEGER NOT NULL,\n    \
              buried_by   BLOB,\n    PRIMARY KEY (number)",
            ),
        ];
        for (what, table, rest) in lines {
            let _ = write!(
                script,
                "\n-- {what}\n\
                 CREATE TABLE IF NOT EXISTS {table} (\n    \
                     number      INTEGER NOT NULL,\n    \
                     event_key   BLOB    NOT NULL,\n    \
                     endpoint    INTEGER NOT NULL,\n    \
                     format      INTEGER NOT NULL,\n    \
                     order_key   BLOB,\n    \
                     attempt     INTEGER NOT NULL,\n    \
                     failures    INTEGER NOT NULL,\n    \
                     vanished    INTEGER NOT NULL,\n    \
                     replays     INTEGER NOT NULL,\n    \
                     -- When it was accepted, or replayed.\n    \
                     since       INTEGER NOT NULL,\n    \
                     quarantined INTEGER NOT NULL,\n\
                 {rest}\n\
                 ) WITHOUT ROWID;\n"
            );
        }
        let _ = write!(
            script,
            "CREATE INDEX IF NOT EXISTS {later_number} ON {later} (endpoint, number);\n\
             CREATE INDEX IF NOT EXISTS {dead_died} ON {dead} (endpoint, died_at);\n\
             \n\
             -- The one of each order that nothing is ahead of.\n\
             CREATE TABLE IF NOT EXISTS {head} (\n    \
                 order_key BLOB    NOT NULL PRIMARY KEY,\n    \
                 number    INTEGER NOT NULL\n\
             ) WITHOUT ROWID;\n\
             \n\
             -- Leases whose lines were given back: a repeated call is told so.\n\
             CREATE TABLE IF NOT EXISTS {returned} (\n    \
                 owner     BLOB    NOT NULL,\n    \
                 event_key BLOB    NOT NULL,\n    \
                 at        INTEGER NOT NULL,\n    \
                 PRIMARY KEY (owner, event_key)\n\
             ) WITHOUT ROWID;\n\
             \n\
             -- Events that ended in an application's transaction, or many at once, and are erased next.\n\
             CREATE TABLE IF NOT EXISTS {ended} (number INTEGER PRIMARY KEY);\n",
            later = self.later,
            later_number = self.index("later_number"),
            dead = self.dead,
            dead_died = self.index("dead_died"),
            head = self.head,
            returned = self.returned,
            ended = self.ended,
        );
        script
    }

    /// Whether a migration has nothing to do.
    pub(crate) fn is_there(&self) -> String {
        // `ended` is what the script makes last.
        format!(
            "SELECT count(*) = 1 FROM sqlite_schema WHERE type = 'table' AND '\"' || name || '\"' = '{}'",
            self.ended
        )
    }
}

/// The number of the line whose key's row has this state and end. `None` where no inbox holds it.
pub(super) fn number(state: i64, ends: i64) -> Option<i64> {
    let state = RowState::read(state);
    let is_kept = matches!(state, Some(RowState::Queued | RowState::Dead));
    is_kept.then(|| ends.saturating_sub(FAR))
}

/// Inserts a line, and the columns of `more`.
pub(super) fn insert(table: &str, more: &str) -> String {
    let columns = if more.is_empty() {
        LINE.to_owned()
    } else {
        format!("{LINE}, {more}")
    };
    let places: Vec<_> = (1..=columns.split(", ").count())
        .map(|place| format!("?{place}"))
        .collect();
    format!(
        "INSERT INTO {table} ({columns}) VALUES ({})",
        places.join(", ")
    )
}
