//! [`LockLimit`]: how long a statement waits for what others have locked.

use std::{fmt, time::Duration};

/// It is below a call's limit, so that the server itself gives up in time. A client that merely hangs up leaves a
/// process of the server that still waits for the lock. Each repeat would leave one more.
///
/// It travels with its statement and counts for that transaction alone. So nothing stays on a connection that is the
/// application's, or that a proxy hands on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LockLimit(Duration);

impl LockLimit {
    pub(crate) fn of_call(limit: Duration) -> Self {
        Self(limit / 4 * 3)
    }

    pub(crate) fn at_most(self, limit: Duration) -> Self {
        Self(self.0.min(limit))
    }

    /// The statement as one message, and so one transaction, with its limit.
    pub(crate) fn ahead_of(self, sql: impl fmt::Display) -> String {
        format!("SET LOCAL lock_timeout = {self}; {sql}")
    }
}

/// In milliseconds.
impl fmt::Display for LockLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Zero would be no limit.
        let millis = self.0.as_millis().clamp(1, i32::MAX.unsigned_abs().into());
        write!(f, "{millis}")
    }
}
