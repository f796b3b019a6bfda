//! [`LockLimit`]: how long a statement waits for what others have locked.

use std::{fmt, time::Duration};

use hookgate_store_kit::limits::lock_timeout;

/// Below a call's limit. Without it, each repeat of a call would leave one more process of the server waiting.
///
/// It travels with its statement and counts for that transaction alone. So nothing stays on a connection that is the
/// application's, or that a proxy hands on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LockLimit(Duration);

impl LockLimit {
    pub(crate) fn of_call(limit: Duration) -> Self {
        Self(lock_timeout(limit))
    }

    pub(crate) fn at_most(self, limit: Duration) -> Self {
        Self(self.0.min(limit))
    }

    /// For a transaction of several messages. A runtime that a handler blocks sends no next one, and what the transaction
    /// has locked would hold up every other instance for as long.
    pub(crate) fn begin(self) -> String {
        format!(
            "BEGIN; SET LOCAL lock_timeout = {self}; SET LOCAL idle_in_transaction_session_timeout = {self};"
        )
    }

    /// The statement as one message, and so one transaction, with its limit.
    pub(crate) fn ahead_of(self, sql: impl fmt::Display) -> String {
        format!("SET LOCAL lock_timeout = {self}; {sql}")
    }

    /// The same for a script that may find what it makes: the server's notices of that would be lines in the log.
    pub(crate) fn ahead_of_script(self, sql: impl fmt::Display) -> String {
        self.ahead_of(format_args!(
            "SET LOCAL client_min_messages = warning; {sql}"
        ))
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
