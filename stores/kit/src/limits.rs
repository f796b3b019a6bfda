//! How long a call and its parts may take, and how often they are tried.

use std::time::Duration;

/// How long a call may take unless told otherwise: the receiver's own limit. Past it, nobody waits for the answer.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(2);

/// How often old rows are removed unless told otherwise.
pub const PRUNE_EVERY: Duration = Duration::from_secs(60);

/// What a claim of a row is told that somebody works on: a transaction that settles it is about to end.
pub const LOCKED: Duration = Duration::from_secs(1);

/// How often a claim looks again when what kept it changes under its eyes.
pub const ROUNDS: usize = 3;

/// How long a statement waits for what others have locked, or for its turn to write. The engine itself gives up then,
/// before the call ends. A client that merely hangs up leaves a statement behind that waits on.
pub fn lock_timeout(call_timeout: Duration) -> Duration {
    call_timeout / 4 * 3
}

/// How long a mark waits for a connection of the application's pool, before it takes the heartbeats' connection. The
/// event is handled: handlers that hold every connection must not keep its mark from being written.
pub fn mark_timeout(call_timeout: Duration) -> Duration {
    call_timeout / 4
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Behind a lock there is a quarter left for the statement itself, and behind a connection time for another one.
    #[test]
    fn what_waits_inside_of_a_call_gives_up_before_it_ends() {
        assert_eq!(lock_timeout(CALL_TIMEOUT), Duration::from_millis(1_500));
        assert_eq!(mark_timeout(CALL_TIMEOUT), Duration::from_millis(500));
    }
}
