//! How long a row stays after its end, and how many tokens it notes.

use std::time::Duration;

/// A lapsed lease stays this long, since its row counts the attempts by which handlers fence their writes. So does a
/// released one with tokens that gave the key up. A mark needs them no more: it turned them away for as long as it held.
///
/// It is longer than any handler is meant to run. A store is told of leases only, not of how long a receiver lets its
/// handlers run (`run_timeout`, 15 minutes by default).
pub const LAPSED_LEASES_STAY: Duration = Duration::from_secs(86_400);

/// A row is removed this long after its end: a copy that arrives right then meets no row that is being removed.
pub const ENDED_ROWS_STAY: Duration = Duration::from_secs(60);

/// The most tokens that a row notes to have given up its key. Then the oldest goes.
pub const MOST_GIVEN_UP: usize = 8;

/// The bytes of a token.
pub const TOKEN_BYTES: usize = 16;
