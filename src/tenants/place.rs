//! The place of a name in the cache while it is looked up.

use std::time::Duration;

use quick_cache::{
    DefaultHashBuilder, UnitWeighter,
    sync::{DefaultLifecycle, PlaceholderGuard},
};

/// What a name stands for.
#[derive(Clone)]
pub(super) struct Remembered<V> {
    pub(super) found: V,
    pub(super) until: Duration,
}

pub(super) type Vacant<'a, V> = PlaceholderGuard<
    'a,
    String,
    Remembered<V>,
    UnitWeighter,
    DefaultHashBuilder,
    DefaultLifecycle<String, Remembered<V>>,
>;

/// The place of a name that is looked up. It may be left without an answer, because the source failed or its caller is
/// gone. Then it has what it had before. So a name that was found stays one, of which there are only so many. Those
/// who make names up never keep it out.
pub(super) struct Place<'a, V: Clone> {
    vacant: Option<Vacant<'a, V>>,
    lapsed: Option<Remembered<V>>,
}

impl<'a, V: Clone> Place<'a, V> {
    pub(super) fn after(vacant: Vacant<'a, V>, lapsed: Option<Remembered<V>>) -> Self {
        Self {
            vacant: Some(vacant),
            lapsed,
        }
    }

    pub(super) fn was_found(&self) -> bool {
        self.lapsed.is_some()
    }

    /// There is no such name any longer.
    pub(super) fn forget(&mut self) {
        self.lapsed = None;
    }

    pub(super) fn fill(&mut self, known: Remembered<V>) {
        self.lapsed = None;
        if let Some(vacant) = self.vacant.take() {
            // Refused only when the cache dropped the place meanwhile: then it is not remembered.
            let _ = vacant.insert(known);
        }
    }
}

impl<V: Clone> Drop for Place<'_, V> {
    fn drop(&mut self) {
        if let Some(lapsed) = self.lapsed.take() {
            self.fill(lapsed);
        }
    }
}
