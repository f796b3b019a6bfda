//! Times as arguments: ages such as `30d`, and moments.

use std::time::Duration;

use hookgate::{
    UnixTime,
    time::{Clock, SystemClock, read_age, read_moment},
};

/// `90s`, `15m`, `12h`, `30d`.
pub(super) fn age(text: &str) -> Result<Duration, &'static str> {
    read_age(text).ok_or("a time is a number and s, m, h or d, such as 30d")
}

/// A moment by RFC 3339, or an age, which is so long ago.
pub(super) fn moment(text: &str) -> Result<UnixTime, &'static str> {
    read_moment(text, SystemClock::new().now())
        .ok_or("a moment is a time such as 2026-11-29T08:00:00Z, or how long ago, such as 2h")
}
