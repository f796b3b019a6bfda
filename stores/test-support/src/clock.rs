//! A clock that is off.

use std::time::Duration;

use hookgate::{
    UnixTime,
    time::{Clock, SystemClock},
};

/// The system's clock, off by so much: what an instance without NTP has.
#[derive(Debug)]
pub struct ClockOff {
    system: SystemClock,
    ahead: Duration,
    behind: Duration,
}

impl ClockOff {
    /// Ahead by so many seconds, or behind where they are negative.
    pub fn by(seconds: i64) -> Self {
        let by = Duration::from_secs(seconds.unsigned_abs());
        let (ahead, behind) = if seconds < 0 {
            (Duration::ZERO, by)
        } else {
            (by, Duration::ZERO)
        };
        Self {
            system: SystemClock::new(),
            ahead,
            behind,
        }
    }
}

impl Clock for ClockOff {
    fn now(&self) -> UnixTime {
        let now = self.system.now();
        now.saturating_add(self.ahead).saturating_sub(self.behind)
    }

    fn monotonic(&self) -> Duration {
        self.system.monotonic()
    }
}
