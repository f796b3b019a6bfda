//! [`Throttle`]: how often a caller may fail.

use std::time::Duration;

/// A caller may fail `most` times in a row, and once more each `regain`.
///
/// All that must be remembered of a caller is when its failures are forgiven: that one number says how many there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Throttle {
    most: u32,
    regain: Duration,
}

impl Throttle {
    pub(super) fn new(most: u32, within: Duration) -> Self {
        Self {
            most,
            regain: within / most.max(1),
        }
    }

    /// How long a caller has to wait whose failures are forgiven then; `None` for one that need not.
    pub(super) fn wait(self, forgiven: Duration, now: Duration) -> Option<Duration> {
        let most = self.regain.saturating_mul(self.most.saturating_sub(1));
        let wait = forgiven.saturating_sub(now).saturating_sub(most);
        (!wait.is_zero()).then_some(wait)
    }

    /// When its failures are forgiven after one more. Those that were judged at the same moment may be more than are
    /// allowed, but lock nobody out for longer.
    pub(super) fn after_failure(self, forgiven: Duration, now: Duration) -> Duration {
        let latest = now.saturating_add(self.regain.saturating_mul(self.most));
        forgiven.max(now).saturating_add(self.regain).min(latest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_may_fail_so_often_and_then_again_as_time_passes() {
        let throttle = Throttle::new(3, Duration::from_secs(30));
        let at = Duration::from_secs;
        let mut forgiven = Duration::ZERO;
        for _ in 0..3 {
            assert_eq!(throttle.wait(forgiven, at(100)), None);
            forgiven = throttle.after_failure(forgiven, at(100));
        }
        assert_eq!(throttle.wait(forgiven, at(100)), Some(at(10)));
        assert_eq!(throttle.wait(forgiven, at(110)), None);
        forgiven = throttle.after_failure(forgiven, at(110));
        assert_eq!(throttle.wait(forgiven, at(110)), Some(at(10)));
        // Failures beyond that, judged at once, change nothing.
        assert_eq!(throttle.after_failure(forgiven, at(110)), forgiven);
    }
}
