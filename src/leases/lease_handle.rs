//! [`LeaseHandle`]: the lease of a running handler.

use std::{fmt, ops::Deref, sync::Arc, time::Duration};

use event_listener::Event;

use crate::{
    dedup::Lease,
    sync::atomic::{AtomicBool, Ordering},
};

/// The lease of a running handler: shared by the handler and the heartbeat that keeps it.
///
/// ```
/// use hookgate::{Ack, Delivery, Nack};
///
/// async fn on_event(delivery: Delivery<Vec<String>>) -> Result<Ack, Nack> {
///     for line in delivery.event() {
///         if delivery.lease().is_lost() {
///             return Err(Nack::retry()); // another handler may run: leave the rest to it
///         }
///         write(line, delivery.lease().attempt()).await?;
///     }
///     Ok(Ack::processed())
/// }
/// # async fn write(_: &str, _: u32) -> Result<(), std::io::Error> { Ok(()) }
/// # let _ = on_event;
/// ```
#[derive(Clone)]
pub struct LeaseHandle(Arc<Held>);

struct Held {
    lease: Lease,
    retain: Duration,
    stopped: AtomicBool,
    lost: AtomicBool,
    over: AtomicBool,
    changed: Event,
}

impl LeaseHandle {
    pub(crate) fn new(lease: Lease, retain: Duration) -> Self {
        Self(Arc::new(Held {
            lease,
            retain,
            stopped: AtomicBool::new(false),
            lost: AtomicBool::new(false),
            over: AtomicBool::new(false),
            changed: Event::new(),
        }))
    }

    /// 1 for the first run; grows with each takeover of a lapsed lease. Writes fenced with it cannot
    /// be overtaken by an earlier owner.
    pub fn attempt(&self) -> u32 {
        self.0.lease.attempt()
    }

    /// The lease as the store granted it, for `settle_in`.
    pub fn granted(&self) -> &Lease {
        &self.0.lease
    }

    /// How long a mark of this event is to be kept.
    pub fn retain(&self) -> Duration {
        self.0.retain
    }

    /// Ends the heartbeat: the lease then lapses by itself unless it is settled. For stores that settle
    /// inside the application's transaction.
    pub fn stop_heartbeat(&self) {
        self.0.stopped.store(true, Ordering::Release);
    }

    /// Whether the lease is known to be lost: another handler may run, so this one should stop.
    pub fn is_lost(&self) -> bool {
        self.0.lost.load(Ordering::Acquire)
    }

    /// Resolves when the lease is known to be lost, or no longer this handler's: its run has ended. So what
    /// was started for the handler and waits for this, a task say, is let go with it;
    /// [`is_lost`](Self::is_lost) tells the two apart.
    pub async fn lost(&self) {
        while !self.is_gone() {
            let listener = self.0.changed.listen();
            if self.is_gone() {
                return;
            }
            listener.await;
        }
    }

    fn is_gone(&self) -> bool {
        self.is_lost() || self.0.over.load(Ordering::Acquire)
    }

    pub(crate) fn heartbeat_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::Acquire)
    }

    /// Whether it was not known to be lost before.
    pub(crate) fn lose(&self) -> bool {
        let known = self.0.lost.swap(true, Ordering::AcqRel);
        self.0.changed.notify(usize::MAX);
        !known
    }
}

/// The lease of a run, as the road holds it. Dropped, the run has ended, well or not.
pub(crate) struct HeldLease(LeaseHandle);

impl HeldLease {
    pub(crate) fn new(lease: LeaseHandle) -> Self {
        Self(lease)
    }
}

impl Deref for HeldLease {
    type Target = LeaseHandle;

    fn deref(&self) -> &LeaseHandle {
        &self.0
    }
}

impl Drop for HeldLease {
    fn drop(&mut self) {
        let held = &*self.0.0;
        held.over.store(true, Ordering::Release);
        held.changed.notify(usize::MAX);
    }
}

impl fmt::Debug for LeaseHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeaseHandle")
            .field("attempt", &self.attempt())
            .field("lost", &self.is_lost())
            .finish_non_exhaustive()
    }
}
