//! Every statement of the inbox, rendered once.

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests;
mod view;

use std::sync::Arc;

use hookgate_store_kit::RowState;

use self::view::View;
pub(super) use self::view::WINDOW;
use super::tables::{LINE, Tables, insert};
use crate::statements::noted_release;

const QUEUED: i16 = RowState::Queued.number();
const DEAD: i16 = RowState::Dead.number();
const RELEASED: i16 = RowState::Released.number();

/// Numbers, in JSON.
const EACH: &str = "SELECT value FROM json_each(?1)";

/// The most lines that one ask makes due.
const MOST_DUE: u32 = 500;

/// A turn that has erased so many bytes of payloads leaves the others to a later one: they are overwritten, and senders wait
/// for their turn meanwhile.
pub(super) const MOST_ERASED: i64 = 4 * 1024 * 1024;

/// Times are milliseconds since 1970, read by the program: what is judged by the time before the wait for the writer is
/// judged by that.
#[derive(Debug)]
pub(super) struct Sql {
    // Of every transaction.
    /// Makes an endpoint. `?1` name. Answers its id.
    pub(super) endpoint: Arc<str>,
    /// `?1` endpoint, then what changes.
    pub(super) count: Arc<str>,
    /// Takes `?1` numbers. Answers the last.
    pub(super) numbers: Arc<str>,
    /// A line, and its lane.
    pub(super) ready: Arc<str>,
    /// A line.
    pub(super) park: Arc<str>,
    /// A line, and when it is due.
    pub(super) wait: Arc<str>,
    /// `?1` order, `?2` number. Answers where none was ahead.
    pub(super) head: Arc<str>,
    /// `?1` order, `?2` number.
    pub(super) behead: Arc<str>,
    /// Makes the first that is parked the head, where there is none. `?1` order. Answers its number.
    pub(super) next: Arc<str>,
    /// `?1` order, `?2` number. Answers the line.
    pub(super) unpark: Arc<str>,

    // Accepts.
    /// `?1` key, `?2` token, `?3` content, `?4` state, `?5` end, `?6` the time by which an end is judged. Answers the
    /// attempt, where the key is free.
    pub(super) take: Arc<str>,
    /// What kept a key from being taken. `?1` key, `?2` token, `?3` content, `?4` now.
    pub(super) taken: Arc<str>,
    /// What was accepted.
    pub(super) event: Arc<str>,
    /// `?1` endpoint. Its quarantine.
    pub(super) quarantined: Arc<str>,

    // Leases.
    /// `?1` the ids of endpoints, in JSON, `?2` format. What can be said of each.
    pub(super) survey: Arc<str>,
    /// `?1` endpoint, `?2` now.
    pub(super) asked: Arc<str>,
    /// `?1` endpoint, `?2` the time by which leases are judged. Answers lines that lapsed.
    pub(super) lapsed: Arc<str>,
    /// `?1` endpoint, `?2` now. Makes lines ready that are due, then removes them where they waited.
    pub(super) due: [Arc<str>; 2],
    /// `?1` endpoint, `?2` lane, `?3` format, `?4` how many. Answers number and key.
    pub(super) first: Arc<str>,
    /// `?1` endpoint, `?2` lane, `?3` numbers in JSON; for the first of the two `?4` owner, `?5` end, `?6` strikes.
    pub(super) hand_out: [Arc<str>; 2],
    /// `?1` endpoint, `?2` end, `?3` key.
    pub(super) probe: Arc<str>,
    /// `?1` owner, `?2` now. Answers where it holds something.
    pub(super) holds: Arc<str>,
    /// `?1` owner, `?2` now. What it holds, with payloads.
    pub(super) held: Arc<str>,

    // Ends. `?1` owner, `?2` key, `?3` the time by which the lease is judged.
    /// `?4` the new end.
    pub(super) extend: Arc<str>,
    /// Takes a line from whoever holds it. Answers the line.
    pub(super) end: Arc<str>,
    /// `?1` key, `?2` owner, `?3` state, `?4` end, `?5` attempt.
    pub(super) mark: Arc<str>,
    /// The same for many, in JSON. `?1` owners and keys in hex, `?2` the time by which leases are judged. Answers the lines,
    /// and who held them.
    pub(super) end_many: Arc<str>,
    /// `?1` for each its key and owner in hex, its state, end and attempt.
    pub(super) mark_many: Arc<str>,
    /// `?1` numbers. Erases what one turn may, and answers each. Leaves the others to later ones.
    pub(super) erase_many: [Arc<str>; 2],
    /// `?1` key, `?2` owner. What that owner has written.
    pub(super) own_end: Arc<str>,
    /// `?1` number. Erases what was accepted.
    pub(super) erase: Arc<str>,
    /// `?1` number. Leaves it to others to erase.
    pub(super) leave: Arc<str>,
    /// `?1` number, `?2` error.
    pub(super) error: Arc<str>,
    /// `?1` owner, `?2` key, `?3` now.
    pub(super) returned: Arc<str>,
    /// `?1` owner, `?2` key.
    pub(super) was_returned: Arc<str>,

    // Dead letters.
    /// `?1` number.
    pub(super) history: Arc<str>,
    /// `?1` number, `?2` history.
    pub(super) set_history: Arc<str>,
    /// A line, reason, when, and by whom.
    pub(super) bury: Arc<str>,
    /// `?1` key, `?2` attempt.
    pub(super) mark_dead: Arc<str>,
    /// `?1` owner, `?2` number.
    pub(super) was_buried: Arc<str>,
    /// `?1` number. Answers the line.
    pub(super) unbury: Arc<str>,
    /// `?1` old number, `?2` new number.
    pub(super) renumber: Arc<str>,
    /// `?1` key, `?2` state, `?3` end, `?4` attempt.
    pub(super) discard: Arc<str>,
    /// `?1` key, `?2` end.
    pub(super) requeue: Arc<str>,
    /// `?1` number. How long its key is remembered, and the bytes of its payload.
    pub(super) retain: Arc<str>,
    /// `?1` until when, `?2` how many. Answers numbers.
    pub(super) old: Arc<str>,

    // Endpoints.
    /// `?1` endpoint, `?2` reason, `?3` end, `?4` strikes.
    pub(super) pause: Arc<str>,
    /// `?1` name.
    pub(super) resume: Arc<str>,
    /// `?1` endpoint, `?2` whether.
    pub(super) hold: Arc<str>,

    /// `?1` key. The state and the end of its row.
    pub(super) key: Arc<str>,
    pub(super) endpoints: Arc<str>,
    pub(super) view: View,

    // The background. `?1` until when, or how many.
    pub(super) prune_ended: [Arc<str>; 2],
    pub(super) has_ended: Arc<str>,
    pub(super) prune_returned: Arc<str>,
}

impl Sql {
    pub(super) fn new(tables: &Tables) -> Self {
        let Tables {
            dedup,
            meta,
            endpoint,
            event,
            work,
            later,
            parked,
            head,
            run,
            returned,
            dead,
            ended,
            ..
        } = tables;
        let held = "owner = ?1 AND event_key = ?2 AND until > ?3";
        let due = format!(
            "SELECT due, number FROM {later} WHERE endpoint = ?1 AND due <= ?2 \
             ORDER BY due, number LIMIT {MOST_DUE}"
        );
        let numbers = "endpoint = ?1 AND lane = ?2 AND number IN (SELECT value FROM json_each(?3))";
        let first_ended = format!("SELECT number AS value FROM {ended} ORDER BY number LIMIT ?1");
        // Those numbers bound how much is looked at where statistics of a small table keep SQLite from looking each up.
        let erase = |numbers: &str| {
            let within = format!(
                "number BETWEEN (SELECT min(value) FROM ({numbers})) AND (SELECT max(value) FROM ({numbers}))"
            );
            format!(
                "DELETE FROM {event} WHERE {within} AND number IN (SELECT number FROM \
                 (SELECT number, sum(length(payload)) OVER \
                 (ORDER BY number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before \
                 FROM ({numbers}) CROSS JOIN {event} WHERE number = value) \
                 WHERE coalesce(before, 0) < {MOST_ERASED}) RETURNING 1"
            )
        };
        Self {
            endpoint: format!(
                "INSERT INTO {endpoint} (name) VALUES (?1) \
                 ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id"
            )
            .into(),
            count: format!(
                "UPDATE {endpoint} SET queued = queued + ?2, dead = dead + ?3, \
                 quarantined = quarantined + ?4, quarantined_bytes = quarantined_bytes + ?5 WHERE id = ?1"
            )
            .into(),
            numbers: format!("UPDATE {meta} SET number = number + ?1 RETURNING number").into(),
            ready: insert(work, "lane").into(),
            park: insert(parked, "").into(),
            wait: insert(later, "due").into(),
            head: format!(
                "INSERT INTO {head} VALUES (?1, ?2) ON CONFLICT (order_key) DO NOTHING RETURNING 1"
            )
            .into(),
            behead: format!("DELETE FROM {head} WHERE order_key = ?1 AND number = ?2").into(),
            next: format!(
                "INSERT INTO {head} SELECT order_key, number FROM {parked} WHERE order_key = ?1 \
                 ORDER BY number LIMIT 1 ON CONFLICT (order_key) DO NOTHING RETURNING number"
            )
            .into(),
            unpark: format!(
                "DELETE FROM {parked} WHERE order_key = ?1 AND number = ?2 RETURNING {LINE}"
            )
            .into(),
            take: format!(
                "INSERT INTO {dedup} AS t (event_key, owner, attempt, state, content, expires_at) \
                 VALUES (?1, ?2, 1, ?4, ?3, ?5) \
                 ON CONFLICT (event_key) DO UPDATE SET owner = excluded.owner, \
                 attempt = min(t.attempt + 1, {most}), state = excluded.state, \
                 content = excluded.content, expires_at = excluded.expires_at, given_up = {noted} \
                 WHERE t.state = {RELEASED} OR t.expires_at <= ?6 RETURNING attempt",
                most = u32::MAX,
                noted = noted_release(),
            )
            .into(),
            taken: format!(
                "SELECT state, expires_at - ?4, owner = ?2, coalesce(content = ?3, TRUE) \
                 FROM {dedup} WHERE event_key = ?1"
            )
            .into(),
            event: format!(
                "INSERT INTO {event} (number, event_key, endpoint, event_type, key_id, order_key, format, \
                 accepted_at, retain, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
            )
            .into(),
            quarantined: format!(
                "SELECT quarantined, quarantined_bytes FROM {endpoint} WHERE id = ?1"
            )
            .into(),
            survey: format!(
                "WITH r AS MATERIALIZED \
                 (SELECT endpoint, min(until) AS until FROM {run} GROUP BY endpoint) \
                 SELECT e.id, \
                 EXISTS (SELECT 1 FROM {work} WHERE endpoint = e.id AND lane = 0 AND format <= ?2), \
                 EXISTS (SELECT 1 FROM {work} WHERE endpoint = e.id AND lane = 1 AND format <= ?2), \
                 (SELECT min(due) FROM {later} WHERE endpoint = e.id), r.until, e.held, e.asked, \
                 e.paused_until, e.strikes, e.probe FROM json_each(?1) AS j \
                 JOIN {endpoint} AS e ON e.id = j.value LEFT JOIN r ON r.endpoint = e.id \
                 ORDER BY j.key"
            )
            .into(),
            asked: format!("UPDATE {endpoint} SET asked = ?2 WHERE id = ?1").into(),
            lapsed: format!(
                "DELETE FROM {run} WHERE endpoint = ?1 AND until <= ?2 RETURNING {LINE}"
            )
            .into(),
            due: [
                format!(
                    "INSERT INTO {work} ({LINE}, lane) SELECT {LINE}, vanished >= {suspect} \
                     FROM {later} WHERE endpoint = ?1 AND (due, number) IN ({due})",
                    suspect = hookgate::inbox::SUSPECT_AFTER,
                )
                .into(),
                format!("DELETE FROM {later} WHERE endpoint = ?1 AND (due, number) IN ({due})").into(),
            ],
            first: format!(
                "SELECT number, event_key FROM {work} WHERE endpoint = ?1 AND lane = ?2 \
                 AND format <= ?3 ORDER BY number LIMIT ?4"
            )
            .into(),
            hand_out: [
                format!(
                    "INSERT INTO {run} ({LINE}, owner, until, probe) \
                     SELECT number, event_key, endpoint, format, order_key, \
                     min(attempt + 1, {most}), failures, vanished, replays, since, quarantined, \
                     ?4, ?5, ?6 \
                     FROM {work} WHERE {numbers}",
                    most = u32::MAX,
                )
                .into(),
                format!("DELETE FROM {work} WHERE {numbers}").into(),
            ],
            probe: format!("UPDATE {endpoint} SET paused_until = ?2, probe = ?3 WHERE id = ?1").into(),
            holds: format!("SELECT 1 FROM {run} WHERE owner = ?1 AND until > ?2 LIMIT 1").into(),
            held: format!(
                "SELECT {line}, r.probe, e.event_type, e.key_id, e.payload \
                 FROM {run} AS r LEFT JOIN {event} AS e ON e.number = r.number \
                 WHERE r.owner = ?1 AND r.until > ?2 ORDER BY r.number",
                line = LINE.split(", ").map(|column| format!("r.{column}")).collect::<Vec<_>>().join(", "),
            )
            .into(),
            extend: format!("UPDATE {run} SET until = ?4 WHERE {held} RETURNING 1").into(),
            end: format!("DELETE FROM {run} WHERE {held} RETURNING {LINE}").into(),
            mark: format!(
                "UPDATE {dedup} SET owner = ?2, state = ?3, expires_at = ?4, attempt = ?5 \
                 WHERE event_key = ?1 AND state = {QUEUED}"
            )
            .into(),
            end_many: format!(
                "DELETE FROM {run} WHERE (owner, event_key) IN \
                 (SELECT unhex(value ->> 0), unhex(value ->> 1) FROM json_each(?1)) \
                 AND until > ?2 RETURNING {LINE}, owner"
            )
            .into(),
            // As `Statements::settle_many`: an update could look at all rows.
            mark_many: format!(
                "INSERT INTO {dedup} AS t (event_key, owner, state, expires_at, attempt) \
                 SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2, value ->> 3, value ->> 4 \
                 FROM json_each(?1) \
                 WHERE EXISTS (SELECT 1 FROM {dedup} AS h WHERE h.event_key = unhex(value ->> 0)) \
                 ON CONFLICT (event_key) DO UPDATE SET owner = excluded.owner, state = excluded.state, \
                 expires_at = excluded.expires_at, attempt = excluded.attempt WHERE t.state = {QUEUED}"
            )
            .into(),
            erase_many: [
                erase(EACH).into(),
                format!(
                    "INSERT OR IGNORE INTO {ended} SELECT number FROM json_each(?1) \
                     CROSS JOIN {event} WHERE number = value"
                )
                .into(),
            ],
            own_end: format!(
                "SELECT state, expires_at FROM {dedup} WHERE event_key = ?1 AND owner = ?2"
            )
            .into(),
            erase: format!("DELETE FROM {event} WHERE number = ?1").into(),
            leave: format!("INSERT OR IGNORE INTO {ended} VALUES (?1)").into(),
            error: format!("UPDATE {event} SET error = ?2 WHERE number = ?1").into(),
            returned: format!("INSERT OR REPLACE INTO {returned} VALUES (?1, ?2, ?3)").into(),
            was_returned: format!(
                "SELECT 1 FROM {returned} WHERE owner = ?1 AND event_key = ?2"
            )
            .into(),
            history: format!("SELECT history FROM {event} WHERE number = ?1").into(),
            set_history: format!("UPDATE {event} SET history = ?2 WHERE number = ?1").into(),
            bury: insert(dead, "reason, died_at, buried_by").into(),
            mark_dead: format!(
                "UPDATE {dedup} SET state = {DEAD}, attempt = ?2 WHERE event_key = ?1 AND state = {QUEUED}"
            )
            .into(),
            was_buried: format!("SELECT 1 FROM {dead} WHERE buried_by = ?1 AND number = ?2").into(),
            unbury: format!("DELETE FROM {dead} WHERE number = ?1 RETURNING {LINE}").into(),
            renumber: format!("UPDATE {event} SET number = ?2 WHERE number = ?1").into(),
            discard: format!(
                "UPDATE {dedup} SET state = ?2, expires_at = ?3, attempt = ?4 \
                 WHERE event_key = ?1 AND state = {DEAD}"
            )
            .into(),
            requeue: format!(
                "UPDATE {dedup} SET state = {QUEUED}, expires_at = ?2 WHERE event_key = ?1 AND state = {DEAD}"
            )
            .into(),
            retain: format!("SELECT retain, length(payload) FROM {event} WHERE number = ?1").into(),
            old: format!(
                "SELECT number FROM {dead} WHERE endpoint IN (SELECT id FROM {endpoint}) \
                 AND died_at < ?1 ORDER BY died_at LIMIT ?2"
            )
            .into(),
            pause: format!(
                "UPDATE {endpoint} SET pause_reason = ?2, paused_until = ?3, strikes = ?4 \
                 WHERE id = ?1 AND coalesce(strikes, 0) <= ?4"
            )
            .into(),
            resume: format!(
                "UPDATE {endpoint} SET pause_reason = NULL, paused_until = NULL, strikes = NULL, \
                 probe = NULL WHERE name = ?1"
            )
            .into(),
            hold: format!("UPDATE {endpoint} SET held = ?2 WHERE id = ?1").into(),
            endpoints: format!("SELECT id, name FROM {endpoint}").into(),
            key: format!("SELECT state, expires_at FROM {dedup} WHERE event_key = ?1").into(),
            view: View::new(tables),
            prune_ended: [
                erase(&first_ended).into(),
                format!(
                    "DELETE FROM {ended} WHERE number IN ({first_ended}) \
                     AND number NOT IN (SELECT number FROM {event} WHERE number IN ({first_ended})) RETURNING 1"
                )
                .into(),
            ],
            has_ended: format!("SELECT 1 FROM {ended} LIMIT 1").into(),
            prune_returned: format!(
                "DELETE FROM {returned} WHERE (owner, event_key) IN \
                 (SELECT owner, event_key FROM {returned} WHERE at < ?1 LIMIT ?2) RETURNING 1"
            )
            .into(),
        }
    }
}
