//! [`RecordClock`]: the time that a record says it is.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use hookgate::{UnixTime, time::Clock};

/// Set for each record, read by the receivers that judge it.
#[derive(Default)]
pub(crate) struct RecordClock(AtomicI64);

impl RecordClock {
    pub(crate) fn set(&self, now: UnixTime) {
        self.0.store(now.as_millis(), Ordering::Relaxed);
    }
}

impl Clock for RecordClock {
    fn now(&self) -> UnixTime {
        UnixTime::from_millis(self.0.load(Ordering::Relaxed))
    }

    /// It stands still: no verdict may depend on how long the others took.
    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}
