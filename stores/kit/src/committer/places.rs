//! [`Places`]: how many write at once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use super::{Bounds, LARGEST};
use crate::Meter;

/// How many write at once: commits, and callers by themselves.
///
/// They are given in the order in which they are asked for. A commit that waits for its place has the next ones that are
/// free, so callers who come later cannot keep it from writing.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    /// What a commit takes of them.
    share: u32,
    /// How many callers may write by themselves.
    alone: usize,
    /// Items of the batches that are under way.
    items: AtomicUsize,
    /// Whether those were more, when the last batch began, than callers may write by themselves. When a batch ends, its
    /// callers come back at once. Those of them that then wrote by themselves would take more from the engine than all
    /// others together.
    crowded: AtomicBool,
    meter: Meter,
}

/// The right to write one item by oneself. See [`Committer::alone`](super::Committer::alone).
#[derive(Debug)]
#[must_use = "it holds until it is dropped"]
pub struct Alone<'a> {
    _place: SemaphorePermit<'a>,
    places: &'a Places,
}

/// The right to write a batch.
pub(super) struct Place {
    _places: OwnedSemaphorePermit,
    places: Arc<Places>,
    items: usize,
}

impl Places {
    pub(super) fn new(bounds: Bounds, store: &'static str) -> Self {
        let at_once = bounds.at_once.clamp(1, LARGEST);
        let all = bounds.alone.clamp(at_once, LARGEST);
        Self {
            free: Arc::new(Semaphore::new(all)),
            share: u32::try_from(all / at_once).unwrap_or(1),
            alone: bounds.alone,
            items: AtomicUsize::new(0),
            crowded: AtomicBool::new(false),
            meter: Meter::of(store),
        }
    }

    pub(super) fn alone(&self) -> Option<Alone<'_>> {
        if self.alone == 0 || self.is_crowded() {
            return None;
        }
        let place = self.free.try_acquire().ok()?;
        self.meter.began();
        self.meter.has(1);
        Some(Alone {
            _place: place,
            places: self,
        })
    }

    pub(super) fn is_crowded(&self) -> bool {
        self.crowded.load(Ordering::Relaxed)
    }

    /// `None` never: nobody closes them.
    pub(super) async fn place(self: &Arc<Self>) -> Option<Place> {
        let taken = self.free.clone().acquire_many_owned(self.share).await;
        let taken = taken.ok()?;
        self.meter.began();
        Some(Place {
            _places: taken,
            places: self.clone(),
            items: 0,
        })
    }
}

impl Place {
    /// The batch that is about to be written has so many items.
    pub(super) fn has(&mut self, items: usize) {
        let Places { alone, meter, .. } = &*self.places;
        meter.has(items);
        self.items = items;
        let others = self.places.items.fetch_add(items, Ordering::Relaxed);
        let is_crowded = others.saturating_add(items) > *alone;
        self.places.crowded.store(is_crowded, Ordering::Relaxed);
    }
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.places.meter.ended();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.items.fetch_sub(self.items, Ordering::Relaxed);
        self.places.meter.ended();
    }
}
