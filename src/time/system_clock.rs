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

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "a test that panics has failed")]

    use super::*;

    #[test]
    fn the_monotonic_clock_goes_on_and_never_back() {
        let clock = SystemClock::new();
        let mut last = clock.monotonic();
        let mut steps = 0;
        // Mostly each look is a step. No machine's clock has steps as long as all of these looks.
        for _ in 0..10_000_000 {
            let now = clock.monotonic();
            assert!(now >= last);
            steps += u32::from(now > last);
            last = now;
            if steps == 100 {
                return;
            }
        }
        panic!("it stands still");
    }
}
