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
    /// The header that counts them, from 1 on.
    pub counted_in: Option<&'static str>,
}

impl Repeats {
    /// Nothing is known: for tools that have to send again all the same.
    pub const UNKNOWN: Self = Self::after(&[secs(1), secs(5), secs(30), minutes(5)]);

    /// It never sends again.
    pub(super) const NEVER: Self = Self::after(&[]);

    /// After every failure, with these gaps.
    pub(super) const fn after(gaps: &'static [Duration]) -> Self {
        Self {
            gaps,
            only_after_5xx: false,
            counted_in: None,
        }
    }

    /// Not after 4xx, timeouts and broken connections.
    pub(super) const fn only_after_5xx(mut self) -> Self {
        self.only_after_5xx = true;
        self
    }

    /// With their number in this header.
    pub(super) const fn counted_in(mut self, header: &'static str) -> Self {
        self.counted_in = Some(header);
        self
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
