//! The statements that hand out lines.
//!
//! Ready lines are read forwards, from where the last statement ended. Lines that are done leave entries in the index, and
//! nothing removes them as long as somebody holds a snapshot. So no statement starts over, but for the ones that
//! [`Cursors`](super::cursor::Cursors) asks for, a piece at a time. No index has the lease, so granting one writes none.

use hookgate::{dedup::StoreError, inbox::SUSPECT_AFTER};
use hookgate_store_kit::rounding;
use sqlx::postgres::PgRow;

use super::{
    line::{COLUMNS, GivenBack, is_first_of_its_order},
    names::Names,
};
use crate::{prepared::Prepared, row, statements::from_now, value::Value};

/// So many numbers are read at most by one statement, whatever is left of their lines.
pub(super) const STRIDE: i64 = 50_000;

/// So many lines that are due next are looked at for suspects.
const NEXT: u32 = 300;

/// What a statement answers of a line `t`, beside its place in the batch.
const LEASED: &str = "t.event_key, t.endpoint, t.event_type, t.key_id, t.order_key, t.format, t.slot, t.number, \
    t.attempt, t.failures, t.vanished, t.quarantined, \
    ceil(extract(epoch FROM clock_timestamp() - t.since) * 1000)::bigint";

/// Hands out lines of endpoints that are neither paused nor held.
///
/// `$1` names the endpoints, and `$2` and `$3` say where each is read on and where its repeated reading stands. `$4` is the
/// owner, `$5` how long, `$6` the newest format, `$7` how many, `$8` whether only suspects.
///
/// Each row has what holds for the whole batch first: see [`Head`].
pub(super) fn lease(names: &Names) -> Prepared {
    let Names {
        work,
        later,
        endpoint,
        number,
        ..
    } = names;
    let fresh = |from: &str, upto: &str| {
        format!(
            "SELECT o.turn, l.number, false AS is_later FROM open AS o CROSS JOIN LATERAL ( \
             SELECT w.number FROM {work} AS w WHERE w.endpoint = o.name AND w.number > {from} AND w.number <= {upto} \
             AND w.format <= $6::smallint AND (w.owner IS NULL OR w.owner = $4::uuid) AND {first} \
             ORDER BY w.number LIMIT $7::bigint FOR UPDATE SKIP LOCKED) AS l WHERE NOT $8::boolean",
            first = is_first_of_its_order("w", work, later),
        )
    };
    let is_due = "l.due <= clock_timestamp() \
         AND (l.owner IS NULL OR l.lease_until <= clock_timestamp() OR l.owner = $4::uuid)";
    // A lease that has lapsed counts as one more.
    let is_suspect = format!(
        "(l.vanished + (l.owner IS NOT NULL AND l.owner <> $4::uuid)::integer >= {SUSPECT_AFTER})"
    );
    let first = is_first_of_its_order("l", work, later);
    let may_try = MayTry {
        names,
        format: "$6",
        suspects: "$8",
    };
    Prepared::new(
        "lease",
        "bytea[], bigint[], bigint[], uuid, float8, smallint, bigint, boolean",
        format!(
            "WITH asked AS MATERIALIZED (SELECT convert_from(name, 'UTF8') COLLATE \"C\" AS name, ahead, again, turn \
                 FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS a(name, ahead, again, turn)), \
             shut AS MATERIALIZED (SELECT a.turn, e.held, e.paused_until <= clock_timestamp() AS is_over, \
                 {until_left} AS left_millis \
                 FROM asked AS a JOIN {endpoint} AS e ON e.name = a.name WHERE e.held OR e.paused_until IS NOT NULL), \
             open AS MATERIALIZED (SELECT * FROM asked WHERE turn NOT IN (SELECT turn FROM shut)), \
             over AS MATERIALIZED (SELECT a.turn, a.name, EXISTS ({tries_ahead}) OR EXISTS ({tries_again}) \
                 OR EXISTS ({tries_due}) AS may_try FROM asked AS a JOIN shut USING (turn) WHERE NOT held AND is_over), \
             ahead AS MATERIALIZED ({ahead}), \
             again AS MATERIALIZED ({again}), \
             due AS MATERIALIZED (SELECT o.turn, l.number, l.event_key FROM open AS o CROSS JOIN LATERAL ( \
                 SELECT l.number, l.event_key FROM {later} AS l WHERE l.endpoint = o.name AND {is_due} \
                 AND l.format <= $6::smallint AND {is_suspect} = $8::boolean AND {first} \
                 ORDER BY l.due LIMIT $7::bigint FOR UPDATE SKIP LOCKED) AS l), \
             found AS (SELECT turn, number, is_later, NULL::bytea AS event_key FROM ahead \
                 UNION ALL SELECT turn, number, is_later, NULL::bytea FROM again \
                 UNION ALL SELECT turn, number, true, event_key FROM due), \
             chosen AS MATERIALIZED (SELECT * FROM (SELECT *, \
                 row_number() OVER (PARTITION BY turn ORDER BY number) AS round FROM found) AS f \
                 ORDER BY round, turn LIMIT $7::bigint), \
             taken AS (UPDATE {work} AS t SET owner = $4::uuid, lease_until = {until}, \
                 attempt = t.attempt + (t.owner IS DISTINCT FROM $4::uuid)::integer \
                 FROM chosen AS c JOIN asked AS a USING (turn) \
                 WHERE NOT c.is_later AND t.endpoint = a.name AND t.number = c.number \
                 RETURNING c.turn, c.round, false AS is_later, {taken}), \
             retaken AS (UPDATE {later} AS t SET owner = $4::uuid, lease_until = {until}, \
                 attempt = t.attempt + (t.owner IS DISTINCT FROM $4::uuid)::integer, \
                 vanished = t.vanished + (t.owner IS NOT NULL AND t.owner <> $4::uuid)::integer \
                 FROM chosen AS c WHERE c.is_later AND t.event_key = c.event_key \
                 RETURNING c.turn, c.round, true AS is_later, {taken}), \
             batch AS (SELECT coalesce(pg_sequence_last_value('{number}'::regclass), 0) AS newest, \
                 EXISTS (SELECT FROM (SELECT name FROM open UNION ALL SELECT name FROM over) AS o \
                     CROSS JOIN LATERAL (SELECT {is_suspect} AS is_suspect \
                     FROM {later} AS l WHERE l.endpoint = o.name AND {is_due} AND l.format <= $6::smallint AND {first} \
                     ORDER BY l.due LIMIT {NEXT}) AS l WHERE l.is_suspect AND NOT $8::boolean) AS suspects_wait, \
                 least((SELECT min(next.left_millis) FROM open AS o CROSS JOIN LATERAL (SELECT {due_left} \
                         AS left_millis FROM {later} AS l WHERE l.endpoint = o.name AND l.due > clock_timestamp() \
                         ORDER BY l.due LIMIT 1) AS next), \
                     (SELECT min(left_millis) FROM shut WHERE NOT held AND NOT is_over)) AS next_millis, \
                 ARRAY(SELECT turn FROM shut WHERE turn NOT IN (SELECT turn FROM over WHERE NOT may_try)) AS shut, \
                 ARRAY(SELECT turn FROM over WHERE may_try ORDER BY turn) AS over, \
                 ARRAY(SELECT turn FROM over WHERE NOT may_try) AS idle, \
                 ARRAY(SELECT turn FROM again WHERE (turn, number) NOT IN ( \
                     SELECT turn, number FROM chosen WHERE NOT is_later)) AS left_again) \
             SELECT batch.*, t.* FROM batch LEFT JOIN (TABLE taken UNION ALL TABLE retaken) AS t ON true \
             ORDER BY t.round, t.turn",
            ahead = fresh("o.ahead", &format!("o.ahead + {STRIDE}")),
            again = fresh("o.again", &format!("least(o.again + {STRIDE}, o.ahead)")),
            tries_ahead = may_try.ahead("a.name", "a.ahead"),
            tries_again = may_try.again("a.name", "a.ahead", "a.again"),
            tries_due = may_try.due("a.name"),
            until = from_now("$5"),
            taken = LEASED,
            until_left = millis_left("e.paused_until"),
            due_left = millis_left("l.due"),
        ),
    )
}

/// The lowest number of each endpoint's ready lines, and the newest number of all. `endpoints` names them.
pub(super) fn first(names: &Names, endpoints: &Value) -> String {
    let Names { work, number, .. } = names;
    format!(
        "SELECT a.turn, (SELECT w.number FROM {work} AS w WHERE w.endpoint = a.name ORDER BY w.number LIMIT 1), \
             coalesce(pg_sequence_last_value('{number}'::regclass), 0) \
         FROM (SELECT convert_from(name, 'UTF8') COLLATE \"C\" AS name, turn \
             FROM unnest({endpoints}::bytea[]) WITH ORDINALITY AS a(name, turn)) AS a"
    )
}

/// Hands out one line of an endpoint whose pause is over. Whoever comes first gets it, and pauses the endpoint for as long
/// as the lease.
///
/// `$1` names the endpoint. `$2` and `$3` say where it is read on and where its repeated reading stands. The others are
/// those of [`lease`].
pub(super) fn probe(names: &Names) -> Prepared {
    let Names {
        work,
        later,
        endpoint,
        ..
    } = names;
    let may_try = MayTry {
        names,
        format: "$6",
        suspects: "$7",
    };
    Prepared::new(
        "probe",
        "bytea, bigint, bigint, uuid, float8, smallint, boolean",
        format!(
            "WITH gate AS MATERIALIZED (SELECT name, strikes, probe FROM {endpoint} \
                 WHERE name = convert_from($1::bytea, 'UTF8') AND NOT held AND paused_until <= clock_timestamp() \
                 FOR UPDATE SKIP LOCKED), \
             ahead AS MATERIALIZED (SELECT g.probe, l.* FROM gate AS g CROSS JOIN LATERAL ({ahead} {two}) AS l), \
             again AS MATERIALIZED (SELECT g.probe, l.* FROM gate AS g CROSS JOIN LATERAL ({again} {two}) AS l), \
             due AS MATERIALIZED (SELECT g.probe, l.* FROM gate AS g CROSS JOIN LATERAL ({due} \
                 ORDER BY l.event_key IS NOT DISTINCT FROM g.probe, l.due LIMIT 2 FOR UPDATE SKIP LOCKED) AS l), \
             chosen AS MATERIALIZED (SELECT * FROM (SELECT *, false AS is_later FROM ahead \
                 UNION ALL SELECT *, false FROM again UNION ALL SELECT *, true FROM due) AS f \
                 ORDER BY event_key IS NOT DISTINCT FROM probe, number LIMIT 1), \
             taken AS (UPDATE {work} AS t SET owner = $4::uuid, lease_until = {until}, attempt = t.attempt + 1, \
                 vanished = t.vanished + (t.owner IS NOT NULL)::integer \
                 FROM chosen AS c WHERE NOT c.is_later AND t.event_key = c.event_key \
                 RETURNING 1::bigint AS turn, 1::bigint AS round, false AS is_later, {taken}), \
             retaken AS (UPDATE {later} AS t SET owner = $4::uuid, lease_until = {until}, attempt = t.attempt + 1, \
                 vanished = t.vanished + (t.owner IS NOT NULL)::integer \
                 FROM chosen AS c WHERE c.is_later AND t.event_key = c.event_key \
                 RETURNING 1::bigint AS turn, 1::bigint AS round, true AS is_later, {taken}), \
             shut AS (UPDATE {endpoint} AS e SET paused_until = {until}, probe = c.event_key \
                 FROM chosen AS c, gate AS g WHERE e.name = g.name) \
             SELECT g.strikes, NULL, NULL, NULL, NULL, NULL, NULL, t.* FROM gate AS g \
                 CROSS JOIN (TABLE taken UNION ALL TABLE retaken) AS t",
            ahead = may_try.ahead("g.name", "$2::bigint"),
            again = may_try.again("g.name", "$2::bigint", "$3::bigint"),
            due = may_try.due("g.name"),
            two = "ORDER BY w.number LIMIT 2 FOR UPDATE SKIP LOCKED",
            until = from_now("$5"),
            taken = LEASED,
        ),
    )
}

/// The lines that may try whether an endpoint's pause is over, whose lease has lapsed among them.
struct MayTry<'a> {
    names: &'a Names,
    format: &'a str,
    suspects: &'a str,
}

impl MayTry<'_> {
    /// Where an endpoint is read on.
    fn ahead(&self, name: &str, ahead: &str) -> String {
        self.ready(name, ahead, &format!("{ahead} + {STRIDE}"))
    }

    /// Where its repeated reading stands.
    fn again(&self, name: &str, ahead: &str, again: &str) -> String {
        self.ready(name, again, &format!("least({again} + {STRIDE}, {ahead})"))
    }

    fn ready(&self, name: &str, from: &str, upto: &str) -> String {
        let Self {
            names,
            format,
            suspects,
        } = self;
        format!(
            "SELECT w.number, w.event_key FROM {work} AS w WHERE w.endpoint = {name} \
             AND w.number > {from} AND w.number <= {upto} AND w.format <= {format}::smallint \
             AND (w.owner IS NULL OR w.lease_until <= clock_timestamp()) AND NOT {suspects}::boolean AND {first}",
            work = names.work,
            first = is_first_of_its_order("w", &names.work, &names.later),
        )
    }

    fn due(&self, name: &str) -> String {
        let Self {
            names,
            format,
            suspects,
        } = self;
        format!(
            "SELECT l.number, l.event_key FROM {later} AS l WHERE l.endpoint = {name} \
             AND l.due <= clock_timestamp() AND (l.owner IS NULL OR l.lease_until <= clock_timestamp()) \
             AND l.format <= {format}::smallint \
             AND (l.vanished + (l.owner IS NOT NULL)::integer >= {SUSPECT_AFTER}) = {suspects}::boolean AND {first}",
            later = names.later,
            first = is_first_of_its_order("l", &names.work, &names.later),
        )
    }
}

/// Makes lines whose lease has lapsed due again: `$1` names endpoints, `$2` says after which number their lines are looked
/// at, a [stride](STRIDE) each, and `$3` up to which. `$4` names lines by their keys. Says for each endpoint the lowest
/// number there.
pub(super) fn lapse(names: &Names) -> Prepared {
    let Names { work, later, .. } = names;
    let lapsed = GivenBack {
        line: "g",
        failures: "g.failures",
        vanished: "g.vanished + 1",
        ended_by: "g.ended_by",
        due: "g.lease_until",
        error: "g.error",
    };
    let looked_at = format!(
        "FROM {work} AS w WHERE w.endpoint = a.name AND w.number > a.again \
         AND w.number <= least(a.again + {STRIDE}, a.upto)"
    );
    Prepared::new(
        "lapse",
        "bytea[], bigint[], bigint[], bytea[]",
        // The first condition on a lease is cheap, and nearly all lines are done with it.
        format!(
            "WITH asked AS MATERIALIZED (SELECT convert_from(name, 'UTF8') COLLATE \"C\" AS name, again, upto, turn \
                 FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS a(name, again, upto, turn)), \
             passed AS MATERIALIZED (SELECT l.event_key FROM asked AS a CROSS JOIN LATERAL ( \
                 SELECT w.event_key {looked_at} AND w.lease_until IS NOT NULL \
                 AND w.lease_until <= clock_timestamp()) AS l \
                 UNION SELECT unnest($4::bytea[])), \
             old AS MATERIALIZED (SELECT w.ctid AS place FROM passed JOIN {work} AS w USING (event_key) \
                 WHERE w.lease_until <= clock_timestamp() FOR UPDATE OF w SKIP LOCKED), \
             g AS (DELETE FROM {work} AS w USING old WHERE w.ctid = old.place RETURNING w.*), \
             moved AS (INSERT INTO {later} ({COLUMNS}) SELECT {lapsed} FROM g) \
             SELECT a.turn, (SELECT w.number {looked_at} ORDER BY w.number LIMIT 1) FROM asked AS a",
        ),
    )
}

/// Milliseconds until then, rounded up.
fn millis_left(until: &str) -> String {
    format!("ceil(extract(epoch FROM {until} - clock_timestamp()) * 1000)::bigint")
}

/// What holds for a whole batch.
#[derive(Debug)]
pub(super) struct Head {
    /// The newest number that was given, if not yet to a line that can be seen.
    pub(super) newest: i64,
    pub(super) suspects_wait: bool,
    pub(super) next_millis: Option<i64>,
    /// The places of the endpoints that were not read, counted from one.
    pub(super) shut: Vec<i64>,
    /// Of those, the ones whose pause is over, and that have a line to try it.
    pub(super) over: Vec<i64>,
    /// The places of those whose pause is over, where no line was found to try it.
    pub(super) idle: Vec<i64>,
    /// The places of those whose repeated reading has found lines that were not handed out.
    pub(super) left: Vec<i64>,
}

pub(super) fn head(row: &PgRow) -> Result<Head, StoreError> {
    Ok(Head {
        newest: row::get(row, 0)?,
        suspects_wait: row::get(row, 1)?,
        next_millis: row::get(row, 2)?,
        shut: row::get(row, 3)?,
        over: row::get(row, 4)?,
        idle: row::get(row, 5)?,
        left: row::get(row, 6)?,
    })
}

/// A line that was handed out, without its payload.
#[derive(Debug)]
pub(super) struct Line {
    /// The place of its endpoint, counted from one.
    pub(super) turn: i64,
    pub(super) is_later: bool,
    pub(super) event_key: [u8; 32],
    pub(super) endpoint: String,
    pub(super) event_type: String,
    pub(super) key_id: Vec<u8>,
    pub(super) order_key: Option<[u8; 32]>,
    pub(super) format: u16,
    pub(super) slot: i16,
    pub(super) number: i64,
    pub(super) attempt: u32,
    pub(super) failures: u32,
    pub(super) vanished: u32,
    pub(super) is_quarantined: bool,
    pub(super) age: std::time::Duration,
    /// How often in a row its endpoint was paused, if it tries whether that is over.
    pub(super) probe: Option<u32>,
}

/// `None` where the row stands for the batch alone.
pub(super) fn line(row: &PgRow) -> Result<Option<Line>, StoreError> {
    let Some(turn) = row::get(row, 7)? else {
        return Ok(None);
    };
    let order_key: Option<Vec<u8>> = row::get(row, 14)?;
    Ok(Some(Line {
        turn,
        is_later: row::get(row, 9)?,
        event_key: row::digest(&row::get::<Vec<u8>>(row, 10)?)?,
        endpoint: row::get(row, 11)?,
        event_type: row::get(row, 12)?,
        key_id: row::get(row, 13)?,
        order_key: order_key.map(|key| row::digest(&key)).transpose()?,
        format: row::get::<i16>(row, 15)?.unsigned_abs(),
        slot: row::get(row, 16)?,
        number: row::get(row, 17)?,
        attempt: row::attempt(row, 18)?,
        failures: row::attempt(row, 19)?,
        vanished: row::attempt(row, 20)?,
        is_quarantined: row::get(row, 21)?,
        age: rounding::left(row::get(row, 22)?),
        probe: None,
    }))
}

/// The same where the row begins with how often the line's endpoint was paused, if the line tries it.
pub(super) fn trying_line(row: &PgRow) -> Result<Option<Line>, StoreError> {
    let strikes: Option<i32> = row::get(row, 0)?;
    let line = line(row)?;
    Ok(line.map(|line| Line {
        probe: strikes.map(i32::unsigned_abs),
        ..line
    }))
}

/// Reads again what an owner holds: `$1` names the lines by their keys, `$2` is the owner. What tries one of the endpoints
/// that `$3` names is found by its endpoint: the answer that named it may be lost.
pub(super) fn held(names: &Names) -> Prepared {
    let Names {
        work,
        later,
        endpoint,
        ..
    } = names;
    let of = |table: &str, is_later: bool| {
        format!(
            "SELECT 1::bigint AS turn, t.number AS round, {is_later} AS is_later, {LEASED} \
             FROM asked JOIN {table} AS t USING (event_key) \
             WHERE t.owner = $2::uuid AND t.lease_until > clock_timestamp()"
        )
    };
    Prepared::new(
        "held",
        "bytea[], uuid, bytea[]",
        format!(
            "WITH asked AS MATERIALIZED (SELECT unnest($1::bytea[]) AS event_key UNION SELECT e.probe \
                 FROM unnest($3::bytea[]) AS a(name) \
                 JOIN {endpoint} AS e ON e.name = convert_from(a.name, 'UTF8') COLLATE \"C\") \
             SELECT e.strikes, NULL, NULL, NULL, NULL, NULL, NULL, t.* FROM ({} UNION ALL {}) AS t \
             LEFT JOIN {endpoint} AS e ON e.name = t.endpoint AND e.probe = t.event_key AND e.paused_until IS NOT NULL \
             ORDER BY t.round",
            of(work, false),
            of(later, true)
        ),
    )
}
