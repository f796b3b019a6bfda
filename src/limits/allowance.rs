//! [`Allowance`]: a bounded amount of something (bytes in flight, running handlers, waiting copies).

use std::sync::Arc;

use event_listener::Event;

use crate::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    telemetry::Level,
};

/// A bounded amount that grants are taken from, and given back to when dropped.
#[derive(Debug, Clone)]
pub(crate) struct Allowance(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limit: usize,
    used: AtomicUsize,
    unused: Event,
    /// Somebody waits, or has waited, for it. To notify nobody costs a fence and a lock, each time that the last grant is
    /// given back; to look here costs a load.
    awaited: AtomicBool,
    level: Level,
}

impl Allowance {
    /// `level` follows what is granted.
    pub(crate) fn new(limit: usize, level: Level) -> Self {
        Self(Arc::new(Shared {
            limit,
            used: AtomicUsize::new(0),
            unused: Event::new(),
            awaited: AtomicBool::new(false),
            level,
        }))
    }

    /// Takes `amount`, or `None` when that is more than is left.
    pub(crate) fn take(&self, amount: usize) -> Option<Grant> {
        let mut grant = Grant {
            of: self.clone(),
            amount: 0,
        };
        grant.grow(amount).then_some(grant)
    }

    /// How much is granted.
    pub(crate) fn used(&self) -> usize {
        self.0.used.load(Ordering::SeqCst)
    }

    /// Resolves when nothing is granted.
    pub(crate) async fn unused(&self) {
        // Said before it is looked, and given back before it is asked whether somebody waits: in one order for all
        // threads, so that one of the two sees the other.
        self.0.awaited.store(true, Ordering::SeqCst);
        while self.used() > 0 {
            let listener = self.0.unused.listen();
            if self.used() == 0 {
                return;
            }
            listener.await;
        }
    }
}

/// Part of an [`Allowance`].
#[derive(Debug)]
pub(crate) struct Grant {
    of: Allowance,
    amount: usize,
}

impl Grant {
    /// Takes `more`; `false`, and nothing taken, when that is more than is left.
    pub(super) fn grow(&mut self, more: usize) -> bool {
        let shared = &self.of.0;
        let taken = shared
            .used
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |used| {
                used.checked_add(more).filter(|used| *used <= shared.limit)
            })
            .is_ok();
        if taken {
            shared.level.rise(more);
            self.amount = self.amount.saturating_add(more);
        }
        taken
    }
}

impl Drop for Grant {
    fn drop(&mut self) {
        let shared = &self.of.0;
        shared.level.fall(self.amount);
        let used = shared.used.fetch_sub(self.amount, Ordering::SeqCst);
        if used == self.amount && shared.awaited.load(Ordering::SeqCst) {
            shared.unused.notify(usize::MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        sync::atomic::{AtomicUsize, Ordering::SeqCst},
        task::{Context, Wake, Waker},
    };

    use super::*;

    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, SeqCst);
        }
    }

    #[test]
    fn who_waits_for_the_last_grant_is_woken_by_it_alone() {
        let allowance = Allowance::new(10, Level::unmetered());
        let grants = [2, 3, 5].map(|amount| allowance.take(amount).unwrap());
        assert!(allowance.take(1).is_none());
        let woken = Arc::new(Woken(AtomicUsize::new(0)));
        let waker = Waker::from(woken.clone());
        let mut context = Context::from_waker(&waker);
        let mut unused = pin!(allowance.unused());
        assert!(unused.as_mut().poll(&mut context).is_pending());
        for (grant, (wakes, used)) in grants.into_iter().zip([(0, 8), (0, 5), (1, 0)]) {
            drop(grant);
            assert_eq!((woken.0.load(SeqCst), allowance.used()), (wakes, used));
        }
        assert!(unused.poll(&mut context).is_ready());
    }
}
