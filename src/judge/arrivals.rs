//! [`Arrivals`]: how many requests came.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many requests were believed, and how many not.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    accepted: AtomicU64,
    refused: AtomicU64,
}

impl Arrivals {
    pub(super) fn add(&self, is_accepted: bool) {
        if is_accepted {
            self.accepted.fetch_add(1, Ordering::Relaxed);
            // Read first, since nearly always there is none, and a write would be shared by all cores.
            if self.refused.load(Ordering::Relaxed) > 0 {
                self.refused.store(0, Ordering::Relaxed);
            }
        } else {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many were believed since the start.
    pub(crate) fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// How many were refused since one was believed, or since the last call.
    pub(crate) fn take_refused(&self) -> u64 {
        self.refused.swap(0, Ordering::Relaxed)
    }
}
