//! [`SystemClock`]: the operating system's time.

use std::time::{Duration, Instant, SystemTime};

use super::{Clock, UnixTime};

/// The operating system's clocks. Not on `wasm32-unknown-unknown`, which has none: there a [`Clock`] of your own asks its
/// host.
///
/// ```
/// use hookgate::time::{Clock, SystemClock};
///
/// let clock = SystemClock::new();
/// let before = clock.monotonic();
/// assert!(clock.monotonic() >= before);
/// println!("{}", clock.now().to_rfc3339());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock whose monotonic time starts now.
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> UnixTime {
        UnixTime::from_system(SystemTime::now())
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }
}
