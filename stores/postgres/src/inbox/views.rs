//! What an operator sees: [`Core::totals`], [`Core::list`], [`Core::read`].

mod reads;

use std::{cmp::Reverse, time::Duration};

use bytes::Bytes;
use hookgate::{
    EventKey, UnixTime,
    dedup::StoreError,
    inbox::{
        DeadReason, Filter, History, Kept, Listed, OrderKey, Page, PauseReason, Paused, Position,
        Stands, Totals,
    },
};
use hookgate_store_kit::rounding;
use sqlx::{
    Arguments,
    error::BoxDynError,
    postgres::{PgArguments, PgRow},
};

use self::reads::Reads;
use super::{core::Core, ends, names::Names};
use crate::{row, value::Value};

/// What the position of a list begins with that begins with the newest.
const NEWEST: &str = "newest ";

/// The most lines of a table, or dead letters, that a page with a filter looks at (of those that are ready: for each
/// endpoint). A filter that means few of many takes several pages.
const WINDOW: i64 = 5000;

/// Which kind of line a row is.
const READY: i32 = 0;
const LATER: i32 = 1;
const PARKED: i32 = 2;
const DEAD: i32 = 3;

/// Counts come from the table of counts. The oldest are the first of an index.
fn totals(names: &Names) -> String {
    let Names {
        work,
        later,
        parked,
        dead,
        endpoint,
        count,
        ..
    } = names;
    let age =
        |of: &str| format!("ceil(extract(epoch FROM clock_timestamp() - {of}) * 1000)::bigint");
    format!(
        "WITH c AS (SELECT endpoint AS name, sum(queued)::bigint AS queued, sum(dead)::bigint AS dead, \
             sum(quarantined)::bigint AS quarantined, sum(quarantined_bytes)::bigint AS bytes \
             FROM {count} GROUP BY endpoint) \
         SELECT name, coalesce(c.queued, 0), coalesce(c.dead, 0), coalesce(c.quarantined, 0), coalesce(c.bytes, 0), \
             {queued}, {died}, e.reason, e.strikes, ceil(extract(epoch FROM e.paused_until - clock_timestamp()) * 1000)::bigint, \
             coalesce(e.held, false), {asked} \
         FROM c FULL JOIN {endpoint} AS e USING (name) ORDER BY name",
        queued = age(&format!(
            "least((SELECT since FROM {work} AS l WHERE l.endpoint = name ORDER BY number LIMIT 1), \
             (SELECT since FROM {later} AS l WHERE l.endpoint = name ORDER BY number LIMIT 1), \
             (SELECT since FROM {parked} AS l WHERE l.endpoint = name ORDER BY number LIMIT 1))"
        )),
        died = age(&format!(
            "(SELECT died_at FROM {dead} AS l WHERE l.endpoint = name ORDER BY died_at LIMIT 1)"
        )),
        asked = age("e.asked_at"),
    )
}

/// What a row of a view has of a line or dead letter `l`.
fn listed(kind: i32) -> String {
    let (due, runs, reason, died_at) = match kind {
        READY => (
            "l.since",
            "l.owner IS NOT NULL",
            "NULL::text",
            "NULL::timestamptz",
        ),
        LATER => (
            "l.due",
            "l.owner IS NOT NULL",
            "NULL::text",
            "NULL::timestamptz",
        ),
        PARKED => ("l.since", "false", "NULL::text", "NULL::timestamptz"),
        _ => ("l.accepted_at", "false", "l.reason", "l.died_at"),
    };
    let millis = |of: &str| format!("floor(extract(epoch FROM {of}) * 1000)::bigint");
    format!(
        "{kind} AS kind, l.number, l.event_key, l.endpoint, l.event_type, l.key_id, {accepted} AS accepted, {due} AS due, \
         {runs} AS runs, {reason} AS reason, {died} AS died, l.attempt, l.failures, l.vanished, l.replays, l.order_key, \
         l.quarantined",
        accepted = millis("l.accepted_at"),
        due = millis(due),
        died = millis(died_at),
    )
}

/// What the filter's values mean, and the numbers that are looked at, in the order of [`bind`].
const MATCHES: &str = "l.number BETWEEN $8::bigint AND $9::bigint \
    AND ($2::text IS NULL OR l.event_type = $2::text) AND ($3::bytea IS NULL OR l.key_id = $3::bytea) \
    AND ($4::bigint IS NULL OR l.accepted_at >= timestamptz 'epoch' + interval '1 millisecond' * $4::float8) \
    AND ($5::bigint IS NULL OR l.accepted_at < timestamptz 'epoch' + interval '1 millisecond' * $5::float8)";

/// The endpoints that have ready lines, each by one look at the index.
fn each(work: &str) -> String {
    format!(
        "each AS ((SELECT endpoint FROM {work} ORDER BY endpoint LIMIT 1) \
         UNION ALL SELECT next.endpoint FROM each CROSS JOIN LATERAL (SELECT w.endpoint FROM {work} AS w \
             WHERE w.endpoint > each.endpoint ORDER BY w.endpoint LIMIT 1) AS next)"
    )
}

/// The number up to which a page looks that begins after one, where there is more than a [`WINDOW`] in a table.
fn window(names: &Names, reads: Reads, parts: &Parts) -> String {
    let (after, order, first) = (reads.after(), reads.order(), reads.first());
    let Names {
        work,
        later,
        parked,
        dead,
        ..
    } = names;
    let last = |table: &str, of: &str| {
        let offset = WINDOW.saturating_sub(1);
        format!(
            "(SELECT l.number FROM {table} AS l WHERE {of} l.number {after} $1::bigint \
             ORDER BY l.number {order} OFFSET {offset} LIMIT 1)"
        )
    };
    let mut ends = Vec::new();
    if parts.queued {
        let ready = last(work, "l.endpoint = each.endpoint AND");
        ends.push(format!(
            "(SELECT {first}(number) FROM each CROSS JOIN LATERAL {ready} AS w)"
        ));
        ends.extend([last(later, ""), last(parked, "")]);
    }
    if parts.dead {
        ends.push(last(dead, ""));
    }
    let of_all = reads.first_of();
    format!(
        "WITH RECURSIVE {each} SELECT {of_all}({ends})",
        each = each(work),
        ends = ends.join(", ")
    )
}

/// Which parts of an inbox a filter means.
struct Parts {
    queued: bool,
    dead: bool,
}

impl Parts {
    fn of(filter: &Filter) -> Self {
        Self {
            queued: filter.dead != Some(true) && filter.reason.is_none(),
            dead: filter.dead != Some(false),
        }
    }
}

/// Whether a filter may mean few of what it has to look at.
fn is_narrow(filter: &Filter) -> bool {
    let mut everything = Filter::all();
    everything.dead = filter.dead;
    everything.newest_first = filter.newest_first;
    *filter != everything
}

/// What waits or runs, after a number. Ready lines have an index for each endpoint, so they are read from each.
fn queued(names: &Names, reads: Reads) -> String {
    let (after, order) = (reads.after(), reads.order());
    let Names {
        work,
        later,
        parked,
        ..
    } = names;
    let beside = |table: &str, kind| {
        format!(
            "(SELECT {listed} FROM {table} AS l WHERE l.number {after} $6::bigint \
             AND ($1::text IS NULL OR l.endpoint = $1::text) AND {MATCHES} ORDER BY l.number {order} LIMIT $7::bigint)",
            listed = listed(kind)
        )
    };
    format!(
        "WITH RECURSIVE {each} SELECT * FROM ((SELECT l.* FROM each CROSS JOIN LATERAL (SELECT {listed} FROM {work} AS l \
                 WHERE l.endpoint = each.endpoint AND l.number {after} $6::bigint AND {MATCHES} \
                 ORDER BY l.number {order} LIMIT $7::bigint) AS l WHERE $1::text IS NULL OR each.endpoint = $1::text) \
             UNION ALL {later} UNION ALL {parked}) AS l ORDER BY number {order} LIMIT $7::bigint",
        each = each(work),
        listed = listed(READY),
        later = beside(later, LATER),
        parked = beside(parked, PARKED),
    )
}

fn dead(names: &Names, reads: Reads) -> String {
    format!(
        "SELECT {listed} FROM {dead} AS l WHERE l.number {after} $6::bigint AND ($1::text IS NULL OR l.endpoint = $1::text) \
         AND {MATCHES} AND ($10::text IS NULL OR l.reason = $10::text) ORDER BY l.number {order} LIMIT $7::bigint",
        listed = listed(DEAD),
        after = reads.after(),
        order = reads.order(),
        dead = names.dead,
    )
}

/// What a page looks at.
struct Looks {
    reads: Reads,
    after: i64,
    /// The last number, where it does not look at everything.
    until: Option<i64>,
}

fn bind(filter: &Filter, looks: &Looks, limit: usize) -> Result<PgArguments, BoxDynError> {
    let mut values = PgArguments::default();
    values.add(filter.endpoint.as_deref())?;
    values.add(filter.event_type.as_deref())?;
    values.add(filter.key_id.as_deref().map(str::as_bytes))?;
    values.add(filter.accepted_from.map(UnixTime::as_millis))?;
    values.add(filter.accepted_before.map(UnixTime::as_millis))?;
    values.add(looks.after)?;
    values.add(i64::try_from(limit).unwrap_or(i64::MAX))?;
    let [least, most] = match (looks.reads, looks.until) {
        (_, None) => [i64::MIN, i64::MAX],
        (Reads::OldestFirst, Some(until)) => [i64::MIN, until],
        (Reads::NewestFirst, Some(until)) => [until, i64::MAX],
    };
    values.add(least)?;
    values.add(most)?;
    Ok(values)
}

/// One event with its payload, wherever it is.
fn read(names: &Names, key: &EventKey) -> String {
    let key = Value::from(key);
    let line = |table: &str, kind| {
        let bodies: String = names
            .payloads()
            .map(|(slot, payload)| {
                format!("WHEN {slot} THEN (SELECT p.body FROM {payload} AS p WHERE p.number = l.number) ")
            })
            .collect();
        format!(
            "SELECT {listed}, l.format, CASE l.slot {bodies}END AS body, l.error, l.history FROM {table} AS l \
             WHERE l.event_key = {key}::bytea",
            listed = listed(kind)
        )
    };
    format!(
        "{} UNION ALL {} UNION ALL {} UNION ALL \
         SELECT {listed}, l.format, l.body, l.error, l.history FROM {dead} AS l WHERE l.event_key = {key}::bytea",
        line(&names.work, READY),
        line(&names.later, LATER),
        line(&names.parked, PARKED),
        listed = listed(DEAD),
        dead = names.dead,
    )
}

fn read_listed(row: &PgRow) -> Result<Listed, StoreError> {
    let time = |column| row::get(row, column).map(UnixTime::from_millis);
    let kind: i32 = row::get(row, 0)?;
    let stands = match kind {
        DEAD => Stands::Dead {
            // A reason that only a later release knows: it is dead all the same.
            reason: DeadReason::read(&row::get::<String>(row, 9)?).unwrap_or(DeadReason::Failed),
            at: time(10)?,
        },
        PARKED => Stands::Behind,
        _ if row::get(row, 8)? => Stands::Runs,
        _ => Stands::Waits { due: time(7)? },
    };
    let key = row::digest(&row::get::<Vec<u8>>(row, 2)?)?;
    let endpoint: String = row::get(row, 3)?;
    let event_type: String = row::get(row, 4)?;
    let key_id: Vec<u8> = row::get(row, 5)?;
    let mut listed = Listed::new(
        EventKey::from_bytes(key),
        endpoint.into(),
        event_type,
        String::from_utf8_lossy(&key_id).into(),
        time(6)?,
        stands,
    );
    listed.attempt = row::attempt(row, 11)?;
    listed.failures = row::attempt(row, 12)?;
    listed.vanished = row::attempt(row, 13)?;
    listed.replays = row::attempt(row, 14)?;
    listed.order = ends::order(row, 15)?.map(OrderKey::from_bytes);
    listed.is_quarantined = row::get(row, 16)?;
    Ok(listed)
}

fn read_totals(row: &PgRow) -> Result<Totals, StoreError> {
    let count = |column| row::get::<i64>(row, column).map(|count| count.max(0).unsigned_abs());
    let age = |column| {
        let millis: Option<i64> = row::get(row, column)?;
        Ok::<Option<Duration>, StoreError>(millis.map(rounding::left))
    };
    let name: String = row::get(row, 0)?;
    let mut totals = Totals::new(name.into());
    totals.queued = count(1)?;
    totals.dead = count(2)?;
    totals.quarantined = count(3)?;
    totals.quarantined_bytes = count(4)?;
    totals.oldest_queued = age(5)?;
    totals.oldest_dead = age(6)?;
    if let Some(left) = age(9)? {
        let reason: Option<String> = row::get(row, 7)?;
        totals.pause = Some(Paused {
            reason: match reason.as_deref() {
                Some("misrouted") => PauseReason::Misrouted,
                _ => PauseReason::Unavailable,
            },
            strikes: row::attempt(row, 8)?,
            left,
        });
    }
    totals.is_held = row::get(row, 10)?;
    totals.asked = age(11)?;
    Ok(totals)
}

impl Core {
    pub(super) async fn totals(&self) -> Result<Vec<Totals>, StoreError> {
        let rows = self.text(totals(&self.names)).await?;
        rows.iter().map(read_totals).collect()
    }

    /// A position says which part its row was in, and its number.
    pub(super) async fn list(
        &self,
        filter: &Filter,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        if limit == 0 {
            return Ok(Page::default());
        }
        if filter.newest_first {
            return self.newest(filter, after, limit).await;
        }
        let after = after.and_then(|after| {
            let (part, number) = after.as_str().split_once(' ')?;
            Some((part == "dead", number.parse::<i64>().ok()?))
        });
        let reads = Reads::OldestFirst;
        let (in_dead, number) = after.unwrap_or((false, reads.start()));
        let parts = Parts::of(filter);
        let mut page = Page::default();
        for (of_dead, is_meant) in [(false, parts.queued && !in_dead), (true, parts.dead)] {
            if !is_meant {
                continue;
            }
            let after = if in_dead == of_dead {
                number
            } else {
                reads.start()
            };
            let part = Parts {
                queued: !of_dead,
                dead: of_dead,
            };
            let room = limit.saturating_sub(page.rows.len());
            let (rows, last) = self.looked_at(filter, &part, reads, after, room).await?;
            page.rows.extend(rows);
            if let Some(last) = last {
                let part = if of_dead { "dead" } else { "queued" };
                page.next = Some(Position::new(format!("{part} {last}")));
                break;
            }
        }
        Ok(page)
    }

    /// A position is the last number.
    async fn newest(
        &self,
        filter: &Filter,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let reads = Reads::NewestFirst;
        let number = after.and_then(|after| after.as_str().strip_prefix(NEWEST)?.parse().ok());
        let number = number.unwrap_or(reads.start());
        let parts = Parts::of(filter);
        let (rows, last) = self.looked_at(filter, &parts, reads, number, limit).await?;
        let next = last.map(|last| Position::new(format!("{NEWEST}{last}")));
        Ok(Page { rows, next })
    }

    /// Some rows of these parts, `room` at most, that lie behind `after`; and the last number that was looked at, where there
    /// is more.
    async fn looked_at(
        &self,
        filter: &Filter,
        parts: &Parts,
        reads: Reads,
        after: i64,
        room: usize,
    ) -> Result<(Vec<Listed>, Option<i64>), StoreError> {
        let until = match is_narrow(filter) {
            true => self.window(parts, reads, after).await?,
            false => None,
        };
        let looks = Looks {
            reads,
            after,
            until,
        };
        // One more than asked for says whether there is more.
        let wanted = room.saturating_add(1);
        let mut found = Vec::new();
        if parts.queued {
            let values = bind(filter, &looks, wanted);
            found.extend(self.bound_rows(queued(&self.names, reads), values).await?);
        }
        if parts.dead {
            let values = || {
                let mut values = bind(filter, &looks, wanted)?;
                values.add(filter.reason.map(DeadReason::as_str))?;
                Ok(values)
            };
            found.extend(self.bound_rows(dead(&self.names, reads), values()).await?);
        }
        let mut numbered = (found.iter())
            .map(|row| Ok((row::get::<i64>(row, 1)?, row)))
            .collect::<Result<Vec<_>, StoreError>>()?;
        // One that died between the two statements is in both.
        match reads {
            Reads::OldestFirst => numbered.sort_by_key(|(number, _)| *number),
            Reads::NewestFirst => numbered.sort_by_key(|(number, _)| Reverse(*number)),
        }
        numbered.dedup_by_key(|(number, _)| *number);
        let is_more = numbered.len() > room;
        numbered.truncate(room);
        let last = match is_more {
            true => Some(numbered.last().map_or(after, |(number, _)| *number)),
            false => until,
        };
        let rows = numbered.iter().map(|(_, row)| read_listed(row));
        Ok((rows.collect::<Result<_, _>>()?, last))
    }

    async fn window(
        &self,
        parts: &Parts,
        reads: Reads,
        after: i64,
    ) -> Result<Option<i64>, StoreError> {
        let values = || {
            let mut values = PgArguments::default();
            values.add(after)?;
            Ok(values)
        };
        let sql = window(&self.names, reads, parts);
        let rows = self.bound_rows(sql, values()).await?;
        rows.first().map_or(Ok(None), |row| row::get(row, 0))
    }

    pub(super) async fn read(&self, key: &EventKey) -> Result<Option<Kept>, StoreError> {
        let rows = self.text(read(&self.names, key)).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let format: i16 = row::get(row, 17)?;
        let body: Option<Vec<u8>> = row::get(row, 18)?;
        let error: Option<Vec<u8>> = row::get(row, 19)?;
        let history: Option<Vec<u8>> = row::get(row, 20)?;
        Ok(Some(Kept::new(
            read_listed(row)?,
            format.unsigned_abs(),
            body.unwrap_or_default().into(),
            error.map(Bytes::from),
            History::from_bytes(&history.unwrap_or_default()),
        )))
    }
}

#[cfg(test)]
mod tests;
