//! How many keys the store may hold, exactly.

use crate::sync::atomic::{AtomicUsize, Ordering};

/// Counts keys over all shards.
///
/// One counter, since shares of the capacity for each shard would report a full store while there
/// is room in another one. It orders nothing but itself, hence `Relaxed`.
pub(super) struct Room {
    taken: AtomicUsize,
    capacity: usize,
}

impl Room {
    pub(super) const fn new(capacity: usize) -> Self {
        Self {
            taken: AtomicUsize::new(0),
            capacity,
        }
    }

    /// Takes room for one key, if there is any.
    pub(super) fn take(&self) -> bool {
        self.taken
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| {
                (taken < self.capacity).then(|| taken.saturating_add(1))
            })
            .is_ok()
    }

    /// Gives back the room of one key.
    pub(super) fn give_back(&self) {
        self.taken.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    pub(super) const fn capacity(&self) -> usize {
        self.capacity
    }
}
