//! [`Repeats`]: when a sender sends again.

use std::time::Duration;

/// When a sender sends again, as far as one attempt after the other can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repeats {
    /// How long it waits before each further attempt. Empty: it never sends again.
    pub gaps: &'static [Duration],
    /// Whether it sends again only after a 5xx: not after 4xx, timeouts and broken connections.
    pub only_after_5xx: bool,
}

impl Repeats {
    /// It never sends again.
    pub(super) const NEVER: Self = Self::after(&[]);

    /// After every failure, with these gaps.
    pub(super) const fn after(gaps: &'static [Duration]) -> Self {
        Self {
            gaps,
            only_after_5xx: false,
        }
    }
}

pub(super) const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(super) const fn minutes(minutes: u64) -> Duration {
    secs(minutes * 60)
}

pub(super) const fn hours(hours: u64) -> Duration {
    minutes(hours * 60)
}
