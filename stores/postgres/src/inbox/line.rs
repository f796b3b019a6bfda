//! A line's columns, as statements move them.

use std::fmt;

/// Far ahead of any clock: the end of a key that a line or a dead letter holds. `'infinity'` would make other releases'
/// subtraction fail.
pub(crate) const WITHOUT_END: &str = "'9000-01-01 00:00:00+00'::timestamptz";

/// All columns of a line, in the order of its tables.
pub(super) const COLUMNS: &str = "number, event_key, endpoint, event_type, key_id, order_key, format, retain, slot, bytes, \
    accepted_at, since, attempt, failures, vanished, replays, quarantined, owner, lease_until, ended_by, due, error, history";

/// The columns of `line` as it waits for its time, without a lease.
pub(super) struct GivenBack<'a> {
    pub(super) line: &'a str,
    pub(super) failures: &'a str,
    pub(super) vanished: &'a str,
    pub(super) ended_by: &'a str,
    pub(super) due: &'a str,
    pub(super) error: &'a str,
}

impl fmt::Display for GivenBack<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            failures,
            vanished,
            ended_by,
            due,
            error,
        } = self;
        write!(
            f,
            "{line}.number, {line}.event_key, {line}.endpoint, {line}.event_type, {line}.key_id, {line}.order_key, \
             {line}.format, {line}.retain, {line}.slot, {line}.bytes, {line}.accepted_at, {line}.since, {line}.attempt, \
             {failures}, {vanished}, {line}.replays, {line}.quarantined, NULL, NULL, {ended_by}, {due}, {error}, \
             {line}.history"
        )
    }
}

/// Whether nothing of the line's order is ahead of it or runs.
pub(super) fn is_first_of_its_order(line: &str, work: &str, later: &str) -> String {
    let none_ahead = |table: &str| {
        format!(
            "NOT EXISTS (SELECT FROM {table} AS x WHERE x.order_key = {line}.order_key \
             AND x.event_key <> {line}.event_key \
             AND (x.number < {line}.number OR x.lease_until > clock_timestamp()))"
        )
    };
    format!(
        "({line}.order_key IS NULL OR {} AND {})",
        none_ahead(work),
        none_ahead(later)
    )
}
