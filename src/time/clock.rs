//! [`Clock`]: what time it is.

use std::{sync::Arc, time::Duration};

use super::UnixTime;

/// Tells the time. Passed in, so that tests hold it in their hands.
pub trait Clock: Send + Sync + 'static {
    /// The wall clock: what signed timestamps are compared with.
    fn now(&self) -> UnixTime;

    /// Time since a fixed, arbitrary start, never running backwards: what leases, deadlines and
    /// retention are measured with.
    fn monotonic(&self) -> Duration;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> UnixTime {
        (**self).now()
    }

    fn monotonic(&self) -> Duration {
        (**self).monotonic()
    }
}

/// The operating system's clock. `None` on a target without one: there the application gives its own.
pub(crate) fn of_system() -> Option<Arc<dyn Clock>> {
    #[cfg(all(target_family = "wasm", target_os = "unknown"))]
    return None;
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    return Some(Arc::new(super::SystemClock::new()));
}
