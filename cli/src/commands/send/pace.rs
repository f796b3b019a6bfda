//! [`Pace`]: when deliveries begin.

use std::time::Duration;

/// A schedule that does not drift: late deliveries are made up for, and none begins early.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    gap: Duration,
}

impl Pace {
    /// At most `rate` begun a second. `None`: as fast as they go.
    pub(super) fn of(rate: Option<f64>) -> Self {
        let gap = rate.map_or(0.0, |rate| 1.0 / rate);
        Self {
            gap: Duration::from_secs_f64(gap),
        }
    }

    /// How long after the start the delivery of this number may begin, counted from 0.
    pub(super) fn due(self, number: u32) -> Duration {
        self.gap.saturating_mul(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_has_more_than_the_rate() {
        for rate in [0.5, 1.0, 3.0, 7.5, 100.0, 1e4] {
            let pace = Pace::of(Some(rate));
            let dues: Vec<f64> = (0..200)
                .map(|number| pace.due(number).as_secs_f64())
                .collect();
            assert_eq!(dues[0], 0.0);
            for begin in &dues {
                let within = |due: &&f64| **due >= *begin && **due < begin + 1.0 - 1e-6;
                let count = dues.iter().filter(within).count();
                assert!(count <= rate.ceil() as usize, "{rate}: {count}");
            }
            // It is not much less either: the last one begins when as many have passed.
            assert!((dues[199] - 199.0 / rate).abs() < 1e-3, "{rate}");
        }
    }

    #[test]
    fn without_a_rate_nothing_waits() {
        assert_eq!(Pace::of(None).due(u32::MAX), Duration::ZERO);
    }
}
