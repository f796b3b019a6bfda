//! [`Clock`]: what time it is.

use std::time::{Duration, Instant, SystemTime};

use super::UnixTime;

/// Tells the time. Passed in, so that tests hold it in their hands.
pub trait Clock: Send + Sync + 'static {
    /// The wall clock: what signed timestamps are compared with.
    fn now(&self) -> UnixTime;

    /// Time since a fixed, arbitrary start, never running backwards: what leases, deadlines and
    /// retention are measured with.
    fn monotonic(&self) -> Duration;
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> UnixTime {
        (**self).now()
    }

    fn monotonic(&self) -> Duration {
        (**self).monotonic()
    }
}

/// The operating system's clocks.
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
