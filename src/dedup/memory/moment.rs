//! Time as the store counts it: whole milliseconds since the store was made.

use std::time::Duration;

/// A moment in milliseconds since the store was made.
///
/// It fits [`Moment::BITS`] bits, more than a thousand years, so that an entry keeps its flags in
/// the rest of 48. What would be later is that far away: such a mark is kept for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(u64);

impl Moment {
    pub(super) const BITS: u32 = 45;

    const LAST: u64 = (1 << Self::BITS) - 1;

    pub(super) const fn from_bits(bits: u64) -> Self {
        Self(bits & Self::LAST)
    }

    pub(super) const fn to_bits(self) -> u64 {
        self.0
    }
}

/// The time since the store was made, in the clock's own resolution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    exact: Duration,
    /// Rounded down, for the many comparisons.
    millis: u64,
}

impl Now {
    pub(super) fn new(exact: Duration) -> Self {
        Self {
            exact,
            millis: exact
                .as_secs()
                .saturating_mul(1000)
                .saturating_add(u64::from(exact.subsec_millis())),
        }
    }

    /// The moment `by` from now, rounded up: a lease or a mark never ends early.
    pub(super) fn plus(self, by: Duration) -> Moment {
        let at = self.exact.saturating_add(by);
        let rounded = at
            .as_secs()
            .saturating_mul(1000)
            .saturating_add(u64::from(at.subsec_nanos().div_ceil(1_000_000)));
        Moment(rounded.min(Moment::LAST))
    }

    /// Whether `moment` is over. What lasts until a moment is over when it comes.
    pub(super) const fn has_reached(self, moment: Moment) -> bool {
        moment.0 <= self.millis
    }

    /// The time left until `moment`.
    pub(super) fn until(self, moment: Moment) -> Duration {
        Duration::from_millis(moment.0).saturating_sub(self.exact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_rounded_up_and_never_comes_early() {
        let now = Now::new(Duration::from_micros(10_500));
        let end = now.plus(Duration::from_millis(5));
        assert_eq!(end, Moment(16));
        assert!(!Now::new(Duration::from_micros(15_999)).has_reached(end));
        assert!(Now::new(Duration::from_millis(16)).has_reached(end));
    }

    #[test]
    fn an_end_without_end_saturates() {
        let end = Now::new(Duration::MAX).plus(Duration::MAX);
        assert_eq!(end, Moment::from_bits(u64::MAX));
        assert!(!Now::new(Duration::from_secs(1_000 * 365 * 86_400)).has_reached(end));
    }
}
