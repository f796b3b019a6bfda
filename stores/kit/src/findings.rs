//! What a store has to say to an operator.

use hookgate::{Finding, Severity};

/// Events of an inbox wait in the database of a store that is no inbox. A receiver was changed from `.inbox` to `.dedup`, or
/// the worker of another one has not begun yet.
pub fn left_behind() -> Finding {
    Finding::new(
        Severity::Warning,
        "inbox_left_behind",
        "events of an inbox wait in this store's database, and this store hands none of them to a worker",
        "run their worker until `hookgate inbox drain` says that nothing is queued",
    )
}
