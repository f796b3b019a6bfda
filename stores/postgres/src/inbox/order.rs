//! The statements that let the next line of an order go on.

use super::{line::COLUMNS, names::Names};
use crate::value::Value;

/// Apart from the locks of migrations and of other programs: the first half of an advisory lock's number.
const PROMOTION: i32 = 0x686f_6f6b;

/// Lets the first parked line of each order go on, where nothing of the order is ahead of it.
///
/// Two that come at once would each let another line go on. So an order has a lock of the transaction's, and what is there is
/// read by a statement that begins after the lock was taken. It is taken nowhere else, so no handler can hold it.
pub(super) fn promote(names: &Names, orders: &[[u8; 32]]) -> String {
    let mut orders = orders.to_vec();
    // In one order, or two transactions wait for each other.
    orders.sort_unstable();
    orders.dedup();
    let wanted = Value::many(orders.iter().map(|order| Value::Bytes(*order)));
    let Names {
        work,
        later,
        parked,
        ..
    } = names;
    let columns = COLUMNS
        .split(", ")
        .map(|column| match column.trim() {
            "due" => "clock_timestamp()".to_owned(),
            column => format!("g.{column}"),
        })
        .collect::<Vec<_>>()
        .join(", ");
    format!(
        "SELECT pg_advisory_xact_lock({PROMOTION}, lock) FROM (SELECT DISTINCT hashtext(encode(o, 'hex')) AS lock \
             FROM unnest({wanted}::bytea[]) AS o ORDER BY lock) AS l; \
         WITH next AS (SELECT n.event_key FROM unnest({wanted}::bytea[]) AS o CROSS JOIN LATERAL ( \
             SELECT event_key FROM {parked} AS p WHERE p.order_key = o ORDER BY p.number LIMIT 1) AS n \
             WHERE NOT EXISTS (SELECT FROM {work} AS l WHERE l.order_key = o) \
             AND NOT EXISTS (SELECT FROM {later} AS l WHERE l.order_key = o)), \
         g AS (DELETE FROM {parked} AS p USING next WHERE p.event_key = next.event_key RETURNING p.*) \
         INSERT INTO {later} ({COLUMNS}) SELECT {columns} FROM g"
    )
}

/// Finds orders that have parked lines and nothing ahead of them, a batch from one order on. An instance died between a
/// commit and its promotion. It jumps from order to order, however many lines each has.
///
/// Answers the last order that it looked at, and those that it found.
pub(super) fn forgotten(names: &Names, after: &[u8; 32], batch: u32) -> String {
    let Names {
        work,
        later,
        parked,
        ..
    } = names;
    let after = Value::Bytes(*after);
    format!(
        "WITH RECURSIVE each AS ((SELECT order_key, 1 AS n FROM {parked} WHERE order_key > {after}::bytea \
             ORDER BY order_key LIMIT 1) \
             UNION ALL SELECT next.order_key, each.n + 1 FROM each CROSS JOIN LATERAL ( \
                 SELECT p.order_key FROM {parked} AS p WHERE p.order_key > each.order_key \
                 ORDER BY p.order_key LIMIT 1) AS next WHERE each.n < {batch}) \
         SELECT order_key, NOT EXISTS (SELECT FROM {work} AS l WHERE l.order_key = each.order_key) \
             AND NOT EXISTS (SELECT FROM {later} AS l WHERE l.order_key = each.order_key) FROM each ORDER BY n"
    )
}
