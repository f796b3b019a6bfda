//! [`Shared`]: what all runs of a worker share, and the slots that they take.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use event_listener::{Event, EventListener};

use super::{Retries, Served, Worker, keeper::Keeper};
use crate::{dedup::OwnerTokens, inbox::BoxInbox, setup::BuildError, time::Clock};

/// How long a call of the inbox may take.
pub(super) const CALL_TIMEOUT: Duration = Duration::from_secs(5);

/// What all runs of a worker share.
pub(super) struct Shared {
    pub(super) inbox: BoxInbox,
    pub(super) served: HashMap<Arc<str>, Endpoint>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) keeper: Keeper,
    pub(super) retries: Retries,
    pub(super) lease: Duration,
    pub(super) owners: OwnerTokens,
    pub(super) slots: usize,
    pub(super) poll: Duration,
    pub(super) grace: Duration,
    /// Handlers that run.
    running: AtomicUsize,
    /// Lines that have not ended. Fewer than run, where handlers outlive their lines.
    open: AtomicUsize,
    freed: Event,
    stopped: AtomicBool,
    stop: Event,
}

/// An endpoint, and when one of its lines last succeeded.
pub(super) struct Endpoint {
    pub(super) served: Served,
    /// In monotonic milliseconds; zero where none did.
    succeeded: AtomicU64,
}

impl Endpoint {
    pub(super) fn succeeded(&self, at: Duration) {
        self.succeeded.fetch_max(millis(at), Ordering::Relaxed);
    }

    pub(super) fn has_succeeded_since(&self, began: Duration) -> bool {
        self.succeeded.load(Ordering::Relaxed) > millis(began)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Shared {
    pub(super) fn new(worker: Worker) -> Result<Self, BuildError> {
        let clock = worker.clock.ok_or(BuildError::NoClock)?;
        let inbox = worker.inbox;
        let endpoint = |served| Endpoint {
            served,
            succeeded: AtomicU64::new(0),
        };
        let served = worker.served.into_iter();
        Ok(Self {
            keeper: Keeper::new(inbox.clone(), clock.clone(), worker.lease),
            served: served.map(|(name, it)| (name, endpoint(it))).collect(),
            owners: OwnerTokens::new()?,
            inbox,
            clock,
            retries: worker.retries,
            lease: worker.lease,
            slots: worker.slots,
            poll: worker.poll,
            grace: worker.grace,
            running: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            freed: Event::new(),
            stopped: AtomicBool::new(false),
            stop: Event::new(),
        })
    }

    pub(super) fn running(&self) -> usize {
        self.running.load(Ordering::SeqCst)
    }

    pub(super) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// Resolves when a slot is let go or given back, from now on.
    pub(super) fn freed(&self) -> EventListener {
        self.freed.listen()
    }

    /// The lines of running handlers are to end without them.
    pub(super) fn let_go(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.stop.notify(usize::MAX);
    }

    /// Resolves when the lines of running handlers are to end without them.
    pub(super) async fn lets_go(&self) {
        loop {
            let listener = self.stop.listen();
            if self.stopped.load(Ordering::SeqCst) {
                return;
            }
            listener.await;
        }
    }

    /// Resolves when `count` is none.
    pub(super) async fn none(&self, count: impl Fn(&Self) -> usize) {
        loop {
            let listener = self.freed.listen();
            if count(self) == 0 {
                return;
            }
            listener.await;
        }
    }
}

/// A slot that is taken.
pub(super) struct Slot {
    shared: Arc<Shared>,
    is_open: AtomicBool,
}

impl Slot {
    pub(super) fn take(shared: &Arc<Shared>) -> Self {
        shared.running.fetch_add(1, Ordering::SeqCst);
        shared.open.fetch_add(1, Ordering::SeqCst);
        Self {
            shared: shared.clone(),
            is_open: AtomicBool::new(true),
        }
    }

    /// Its line has ended. Its handler may go on.
    pub(super) fn let_go(&self) {
        if self.is_open.swap(false, Ordering::SeqCst) {
            self.shared.open.fetch_sub(1, Ordering::SeqCst);
            self.shared.freed.notify(usize::MAX);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.let_go();
        self.shared.running.fetch_sub(1, Ordering::SeqCst);
        self.shared.freed.notify(usize::MAX);
    }
}
