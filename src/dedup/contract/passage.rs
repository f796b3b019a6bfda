//! How time passes for the store under test.

use std::{fmt, time::Duration};

use crate::time::{Clock, FakeClock, SystemClock, Timer};

/// The durations that the suite works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Terms {
    /// How long a lease lasts: several calls of the store have to fit in.
    pub lease: Duration,
    /// How long a mark is kept. Longer than the lease.
    pub retain: Duration,
    /// How long after its end a lease or mark must be over: the resolution of the store's time.
    pub slack: Duration,
}

impl Terms {
    /// For a clock that is moved by hand: the durations of a service, and no more slack than the
    /// millisecond that a store may round up to.
    pub const fn exact() -> Self {
        Self {
            lease: Duration::from_secs(30),
            retain: Duration::from_secs(86_400),
            slack: Duration::from_millis(1),
        }
    }

    /// For a server, where all of it is waited for: 2 s, 3 s, and half a second of slack.
    pub const fn short() -> Self {
        Self {
            lease: Duration::from_secs(2),
            retain: Duration::from_secs(3),
            slack: Duration::from_millis(500),
        }
    }

    /// The same with another lease.
    pub const fn lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// The same with another retention.
    pub const fn retain(self, retain: Duration) -> Self {
        Self { retain, ..self }
    }

    /// The same with another slack.
    pub const fn slack(self, slack: Duration) -> Self {
        Self { slack, ..self }
    }
}

/// Makes time pass for a store.
pub trait Passage: Send + Sync {
    /// The durations that it can let pass.
    fn terms(&self) -> Terms;

    /// The time that has passed since a fixed start. It tells a store that forgets too early from a
    /// machine that stood still for too long.
    fn elapsed(&self) -> Duration;

    /// Lets at least `by` pass, for the store as well.
    fn pass(&self, by: Duration) -> impl Future<Output = ()> + Send;
}

/// For stores that are given the same clock.
impl Passage for FakeClock {
    fn terms(&self) -> Terms {
        Terms::exact()
    }

    fn elapsed(&self) -> Duration {
        self.monotonic()
    }

    async fn pass(&self, by: Duration) {
        self.advance(by);
    }
}

/// Waits: for stores whose server has a clock of its own.
pub struct RealTime<T> {
    timer: T,
    clock: SystemClock,
    terms: Terms,
}

impl<T: Timer> RealTime<T> {
    /// Waits with `timer`, for the durations of `terms`.
    pub fn new(timer: T, terms: Terms) -> Self {
        Self {
            timer,
            clock: SystemClock::new(),
            terms,
        }
    }
}

impl<T> fmt::Debug for RealTime<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RealTime")
            .field("terms", &self.terms)
            .finish_non_exhaustive()
    }
}

impl<T: Timer> Passage for RealTime<T> {
    fn terms(&self) -> Terms {
        self.terms
    }

    fn elapsed(&self) -> Duration {
        self.clock.monotonic()
    }

    async fn pass(&self, by: Duration) {
        self.timer.sleep(by).await;
    }
}
