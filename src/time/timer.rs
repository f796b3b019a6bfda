//! [`Timer`]: what sleeps, and runs what nobody waits for.

use std::{future::Future, pin::Pin, time::Duration};

/// A wait that ends by itself.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Work that goes on beside everything else.
pub type Background = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Waits, and runs what nobody waits for. The framework crates bring their runtime's; tests bring one whose time they
/// move by hand.
///
/// The road asks for a timer only when something is really pending, so a delivery that never waits
/// pays for none.
pub trait Timer: Send + Sync + 'static {
    /// Resolves after `duration`.
    fn sleep(&self, duration: Duration) -> Sleep;

    /// Runs `work` to its end beside everything else; drops it where nothing can run it, as after the end of a runtime.
    ///
    /// This is how the store is told of leases that were given up. The default is a task of tokio's current runtime
    /// (feature `tokio`): on another one, give its own.
    fn spawn(&self, work: Background) {
        #[cfg(feature = "tokio")]
        super::tokio_timer::spawn(work);
        #[cfg(not(feature = "tokio"))]
        drop(work);
    }
}

impl<T: Timer + ?Sized> Timer for std::sync::Arc<T> {
    fn sleep(&self, duration: Duration) -> Sleep {
        (**self).sleep(duration)
    }

    fn spawn(&self, work: Background) {
        (**self).spawn(work);
    }
}
