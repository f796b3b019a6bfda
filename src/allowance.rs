//! [`Allowance`]: a bounded amount of something (bytes in flight, running handlers, waiting copies).

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use event_listener::Event;

use crate::meter::Level;

/// A bounded amount that grants are taken from, and given back to when dropped.
#[derive(Debug, Clone)]
pub(crate) struct Allowance(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limit: usize,
    used: AtomicUsize,
    /// Only where somebody waits for it: to say that nobody does costs an atomic fence and a lock.
    unused: Option<Event>,
    level: Level,
}

impl Allowance {
    /// `level` follows what is granted.
    pub(crate) fn new(limit: usize, level: Level) -> Self {
        Self::of(limit, level, None)
    }

    /// One without a limit, whose end can be waited for.
    pub(crate) fn counted(level: Level) -> Self {
        Self::of(usize::MAX, level, Some(Event::new()))
    }

    fn of(limit: usize, level: Level, unused: Option<Event>) -> Self {
        Self(Arc::new(Shared {
            limit,
            used: AtomicUsize::new(0),
            unused,
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
        self.0.used.load(Ordering::Acquire)
    }

    /// Resolves when nothing is granted; at once where nothing is [counted](Self::counted).
    pub(crate) async fn unused(&self) {
        let Some(unused) = &self.0.unused else {
            return;
        };
        while self.used() > 0 {
            let listener = unused.listen();
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
    pub(crate) fn grow(&mut self, more: usize) -> bool {
        let shared = &self.of.0;
        let taken = shared
            .used
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
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
        let used = shared.used.fetch_sub(self.amount, Ordering::AcqRel);
        if let Some(unused) = &shared.unused
            && used == self.amount
        {
            unused.notify(usize::MAX);
        }
    }
}
