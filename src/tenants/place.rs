//! The place of a name in the cache while it is looked up.

use std::time::Duration;

use quick_cache::{
    DefaultHashBuilder, UnitWeighter,
    sync::{DefaultLifecycle, PlaceholderGuard},
};

use super::Tenant;

#[derive(Clone)]
pub(super) struct Remembered {
    pub(super) tenant: Option<Tenant>,
    pub(super) until: Duration,
}

pub(super) type Vacant<'a> = PlaceholderGuard<
    'a,
    String,
    Remembered,
    UnitWeighter,
    DefaultHashBuilder,
    DefaultLifecycle<String, Remembered>,
>;

/// The place of a name that is looked up. It may be left without an answer, because the source failed or its caller is
/// gone. Then it has what it had before. So a tenant that was found stays one, of which there are only so many. Those
/// who make names up never keep it out.
pub(super) struct Place<'a> {
    vacant: Option<Vacant<'a>>,
    lapsed: Option<Remembered>,
}

impl<'a> Place<'a> {
    pub(super) fn after(vacant: Vacant<'a>, lapsed: Option<Remembered>) -> Self {
        Self {
            vacant: Some(vacant),
            lapsed: lapsed.filter(|lapsed| lapsed.tenant.is_some()),
        }
    }

    pub(super) fn was_found(&self) -> bool {
        self.lapsed.is_some()
    }

    pub(super) fn fill(&mut self, known: Remembered) {
        if let Some(vacant) = self.vacant.take() {
            // Refused only when the cache dropped the place meanwhile: then it is not remembered.
            let _ = vacant.insert(known);
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(lapsed) = self.lapsed.take() {
            self.fill(lapsed);
        }
    }
}
