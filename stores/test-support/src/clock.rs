//! A clock that is off.

use std::time::Duration;

use hookgate::{
    UnixTime,
    time::{Clock, SystemClock},
};

/// The system's clock, ahead by so much: what an instance without NTP has.
#[derive(Debug)]
pub struct ClockAhead {
    system: SystemClock,
    by: Duration,
}

impl ClockAhead {
    /// Ahead by `by`.
    pub fn by(by: Duration) -> Self {
        Self {
            system: SystemClock::new(),
            by,
        }
    }
}

impl Clock for ClockAhead {
    fn now(&self) -> UnixTime {
        self.system.now().saturating_add(self.by)
    }

    fn monotonic(&self) -> Duration {
        self.system.monotonic()
    }
}
