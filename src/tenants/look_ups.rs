//! [`LookUps`]: what names stand for, asked of the application and remembered.

use std::{future::Future, time::Duration};

use quick_cache::sync::{Cache, EntryAction, EntryResult};

use super::place::{Place, Remembered};
use crate::{limits::Allowance, telemetry::Level, verdict::Rejection};

/// Longest name that is looked up: more is no name, and would only fill the cache.
pub(super) const MAX_NAME_BYTES: usize = 256;

/// How long an unknown name is remembered, so that one which is said again does not reach the source.
const UNKNOWN_FOR: Duration = Duration::from_secs(10);

/// Look-ups of names that were not found before, at once. Whoever makes names up, and passes what stands in front, then
/// holds this much of the source and no more. A database's pool of connections is of this size. At 5 ms for one that is
/// 12,800 new names a second, which no restart of a receiver needs.
const AT_ONCE: usize = 64;

/// What names stand for. Each name has one look-up at a time, and whoever waits for it has its answer.
pub(super) struct LookUps<V> {
    found: Cache<String, Remembered<V>>,
    /// Until when names are unknown. Apart, so that whoever makes names up takes no place of one that was found.
    unknown: Cache<String, Duration>,
    at_once: Allowance,
}

impl<V: Clone> LookUps<V> {
    /// Remembers `names` that were found, and as many that are unknown.
    pub(super) fn of(names: usize) -> Self {
        Self {
            found: Cache::new(names),
            unknown: Cache::new(names),
            at_once: Allowance::new(AT_ONCE, Level::unmetered()),
        }
    }

    /// What `name` stands for, and whether that was asked now. What is found is remembered for `found_for`. `ask` is told
    /// whether it was found before. `now` is monotonic.
    pub(super) async fn find<A: Future<Output = Result<Option<V>, Rejection>>>(
        &self,
        name: &str,
        now: Duration,
        found_for: Duration,
        ask: impl FnOnce(bool) -> A,
    ) -> Result<(Option<V>, bool), Rejection> {
        if let Some(known) = self.found.get(name)
            && known.until > now
        {
            return Ok((Some(known.found), false));
        }
        if self.unknown.get(name).is_some_and(|until| until > now) {
            return Ok((None, false));
        }
        let lapsed = |_: &String, known: &mut Remembered<V>| match known.until > now {
            true => EntryAction::Retain(known.found.clone()),
            false => EntryAction::ReplaceWithGuard,
        };
        let mut place = match self.found.entry_async(name, lapsed).await {
            EntryResult::Retained(found) => return Ok((Some(found), false)),
            EntryResult::Replaced(place, lapsed) => Place::after(place, Some(lapsed)),
            EntryResult::Vacant(place) => Place::after(place, None),
            // Neither is asked for.
            EntryResult::Removed(..) | EntryResult::Timeout => {
                return Err(Rejection::KeysUnavailable);
            }
        };
        // Whoever had the place before may have learned that there is none.
        if self.unknown.get(name).is_some_and(|until| until > now) {
            place.forget();
            return Ok((None, false));
        }
        let _one_of_them = if place.was_found() {
            None
        } else {
            Some(self.at_once.take(1).ok_or(Rejection::Overloaded)?)
        };
        let found = ask(place.was_found()).await?;
        match &found {
            Some(found) => place.fill(Remembered {
                found: found.clone(),
                until: now.saturating_add(found_for),
            }),
            None => {
                self.unknown
                    .insert(name.to_owned(), now.saturating_add(UNKNOWN_FOR));
                place.forget();
            }
        }
        Ok((found, true))
    }
}
