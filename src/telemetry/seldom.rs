//! [`Seldom`]: what is said at most once a minute, each thing by itself.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How often one thing is said, at most.
const EVERY: Duration = Duration::from_secs(60);

/// When things were last said. They are of a fixed set, such as the labels of types, so it does not grow without bound.
#[derive(Debug, Default)]
pub(super) struct Seldom(Mutex<BTreeMap<&'static str, Duration>>);

impl Seldom {
    /// Whether `what` is to be said, at `now` in monotonic time. It then counts as said.
    pub(super) fn is_due(&self, what: &'static str, now: Duration) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = said
            .get(what)
            .is_none_or(|then| now.saturating_sub(*then) >= EVERY);
        if is_due {
            said.insert(what, now);
        }
        is_due
    }
}
