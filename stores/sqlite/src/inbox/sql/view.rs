//! What an operator sees.

use std::sync::Arc;

use super::super::tables::Tables;

/// The most events that a page looks at, beside the few that it looks at first: a filter that means few of many takes several
/// pages.
pub(in super::super) const WINDOW: i64 = 5000;

/// The statements that only read, for an operator.
#[derive(Debug)]
pub(in super::super) struct View {
    pub(in super::super) totals: Arc<str>,
    /// `?1` number.
    pub(in super::super) kept: Arc<str>,
    /// `?1` the number before, `?2` how many. The last number of what a page looks at, and how many there are: of what waits or
    /// runs, and of dead letters.
    pub(in super::super) windows: [Arc<str>; 2],
    /// `?1` the number before, `?2` the last, `?3` endpoint, `?4` type, `?5` key id, `?6` from, `?7` before, `?8` how many, `?9` reason.
    pub(in super::super) list_queued: Arc<str>,
    pub(in super::super) list_dead: Arc<str>,
    /// The same backwards, for a list that begins with the newest.
    pub(in super::super) newest: Newest,
}

/// The statements of a list that begins with the newest. Each has the values of [`View::list_dead`], but that `?1` is the
/// number behind, and `?2` the first.
#[derive(Debug)]
pub(in super::super) struct Newest {
    /// `?1` the number behind, `?2` how many. The first number of what a page looks at, and how many there are: of events, and
    /// of dead letters.
    pub(in super::super) windows: [Arc<str>; 2],
    pub(in super::super) all: Arc<str>,
    pub(in super::super) queued: Arc<str>,
    pub(in super::super) dead: Arc<str>,
}

impl View {
    pub(super) fn new(tables: &Tables) -> Self {
        let Tables {
            endpoint,
            event,
            work,
            later,
            parked,
            run,
            dead,
            ..
        } = tables;
        let queued = format!(
            "{event} AS e \
             LEFT JOIN {work} AS w ON w.endpoint = e.endpoint AND w.lane IN (0, 1) AND w.number = e.number \
             LEFT JOIN {later} AS l ON l.endpoint = e.endpoint AND l.number = e.number \
             LEFT JOIN {parked} AS p ON p.order_key = e.order_key AND p.number = e.number \
             LEFT JOIN {run} AS r ON r.number = e.number"
        );
        let is_meant = "coalesce(e.endpoint = ?3, ?3 IS NULL) \
                        AND coalesce(e.event_type = ?4, ?4 IS NULL) \
                        AND coalesce(e.key_id = ?5, ?5 IS NULL) \
                        AND coalesce(e.accepted_at >= ?6, ?6 IS NULL) \
                        AND coalesce(e.accepted_at < ?7, ?7 IS NULL)";
        let window = |table: &str| {
            format!(
                "SELECT max(number), count(*) FROM \
                 (SELECT number FROM {table} WHERE number > ?1 ORDER BY number LIMIT ?2)"
            )
        };
        let window_backwards = |table: &str| {
            format!(
                "SELECT min(number), count(*) FROM \
                 (SELECT number FROM {table} WHERE number < ?1 ORDER BY number DESC LIMIT ?2)"
            )
        };
        Self {
            totals: format!(
                "SELECT e.name, e.queued, e.dead, e.quarantined, e.quarantined_bytes, \
                 (SELECT min(since) FROM (\
                     SELECT since FROM (SELECT since FROM {work} WHERE endpoint = e.id AND lane = 0 ORDER BY number LIMIT 1) \
                     UNION ALL SELECT since FROM (SELECT since FROM {work} WHERE endpoint = e.id AND lane = 1 ORDER BY number LIMIT 1) \
                     UNION ALL SELECT since FROM (SELECT since FROM {later} WHERE endpoint = e.id ORDER BY number LIMIT 1) \
                     UNION ALL SELECT min(since) FROM {run} WHERE endpoint = e.id)), \
                 (SELECT min(died_at) FROM {dead} WHERE endpoint = e.id), \
                 e.pause_reason, e.paused_until, e.strikes, e.held, e.asked \
                 FROM {endpoint} AS e ORDER BY e.name"
            )
            .into(),
            kept: format!(
                "SELECT {listed}, e.format, e.payload, e.error, e.history \
                 FROM {queued} LEFT JOIN {dead} AS d ON d.number = e.number WHERE e.number = ?1 \
                 AND coalesce(w.number, l.number, p.number, r.number, d.number) IS NOT NULL",
                listed = listed(&["w", "l", "p", "r", "d"]),
            )
            .into(),
            windows: [window(event).into(), window(dead).into()],
            list_queued: format!(
                "SELECT {listed} FROM {queued} WHERE e.number > ?1 AND e.number <= ?2 AND {is_meant} \
                 AND coalesce(w.number, l.number, p.number, r.number) IS NOT NULL AND ?9 IS NULL \
                 ORDER BY e.number LIMIT ?8",
                listed = listed(&["w", "l", "p", "r"]),
            )
            .into(),
            list_dead: format!(
                "SELECT {listed} FROM {dead} AS d CROSS JOIN {event} AS e ON e.number = d.number \
                 WHERE d.number > ?1 AND d.number <= ?2 AND {is_meant} \
                 AND coalesce(d.reason = ?9, ?9 IS NULL) ORDER BY d.number LIMIT ?8",
                listed = listed(&["d"]),
            )
            .into(),
            newest: Newest {
                windows: [
                    window_backwards(event).into(),
                    window_backwards(dead).into(),
                ],
                all: format!(
                    "SELECT {listed} FROM {queued} LEFT JOIN {dead} AS d ON d.number = e.number \
                     WHERE e.number < ?1 AND e.number >= ?2 AND {is_meant} \
                     AND coalesce(w.number, l.number, p.number, r.number, d.number) IS NOT NULL \
                     AND coalesce(d.reason = ?9, ?9 IS NULL) ORDER BY e.number DESC LIMIT ?8",
                    listed = listed(&["w", "l", "p", "r", "d"]),
                )
                .into(),
                queued: format!(
                    "SELECT {listed} FROM {queued} WHERE e.number < ?1 AND e.number >= ?2 AND {is_meant} \
                     AND coalesce(w.number, l.number, p.number, r.number) IS NOT NULL AND ?9 IS NULL \
                     ORDER BY e.number DESC LIMIT ?8",
                    listed = listed(&["w", "l", "p", "r"]),
                )
                .into(),
                dead: format!(
                    "SELECT {listed} FROM {dead} AS d CROSS JOIN {event} AS e ON e.number = d.number \
                     WHERE d.number < ?1 AND d.number >= ?2 AND {is_meant} \
                     AND coalesce(d.reason = ?9, ?9 IS NULL) ORDER BY d.number DESC LIMIT ?8",
                    listed = listed(&["d"]),
                )
                .into(),
            },
        }
    }
}

/// What is listed of an event, whose line stands in one of the tables of these names.
fn listed(places: &[&str]) -> String {
    let column = |name: &str| {
        let each: Vec<_> = places
            .iter()
            .map(|place| format!("{place}.{name}"))
            .collect();
        // One alone is no list.
        format!("coalesce({}, NULL)", each.join(", "))
    };
    let counters = ["attempt", "failures", "vanished", "replays", "quarantined"].map(column);
    let stands: String = (places.iter())
        .map(|place| format!("WHEN {place}.number IS NOT NULL THEN '{place}' "))
        .collect();
    let has = |place| places.contains(&place);
    let due = match (has("l"), has("d")) {
        (true, true) => "coalesce(l.due, d.died_at)",
        (true, false) => "l.due",
        _ => "d.died_at",
    };
    let reason = if has("d") { "d.reason" } else { "NULL" };
    format!(
        "e.number, e.event_key, e.endpoint, e.event_type, e.key_id, e.order_key, e.accepted_at, {}, \
         CASE {stands}END, {due}, {reason}",
        counters.join(", ")
    )
}
