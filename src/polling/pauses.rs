//! [`Pauses`]: until when this process leaves an API alone. Others learn it from the store.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

/// Beyond so many accounts, those that are not held are forgotten. They are known anew with their next question.
const MOST_ACCOUNTS: usize = 1000;
/// Nothing is kept off for longer, whatever an API asks for.
pub(super) const LONGEST_ASKED_HOLD: Duration = Duration::from_secs(600);

/// Until when each account is left alone, and what is due as well.
#[derive(Default)]
pub(super) struct Pauses {
    /// Of questions that all count together.
    whole: Arc<Pause>,
    accounts: Mutex<HashMap<Arc<str>, Arc<Pause>>>,
    /// In monotonic milliseconds.
    rests_until: AtomicU64,
}

/// Of one account, in monotonic milliseconds.
#[derive(Default)]
pub(super) struct Pause {
    held_until: AtomicU64,
    /// When the last one that found no turn comes back.
    parked_until: AtomicU64,
    /// How often in a row the API took no more questions.
    in_a_row: AtomicU32,
}

impl Pauses {
    /// Of the questions of an account; of all, where the API counts them together.
    pub(super) fn of(&self, account: Option<&Arc<str>>, now: Duration) -> Arc<Pause> {
        let Some(account) = account else {
            return self.whole.clone();
        };
        let mut accounts = self.accounts();
        if accounts.len() >= MOST_ACCOUNTS && !accounts.contains_key(account) {
            accounts.retain(|_, it| !it.held(now).is_zero());
        }
        accounts.entry(account.clone()).or_default().clone()
    }

    fn accounts(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Pause>>> {
        // Nothing panics half-way, so what a poisoned lock guards is whole.
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing that is due is looked at until then: it would get no turn.
    pub(super) fn rest(&self, until: Duration) {
        self.rests_until.fetch_max(millis(until), Ordering::Relaxed);
    }

    /// How long nothing is looked at.
    pub(super) fn rests(&self, now: Duration) -> Duration {
        left(&self.rests_until, now)
    }
}

impl Pause {
    /// The API takes no more questions: how often in a row it said so before. Answers to questions that were under way when
    /// it first did are one with that.
    pub(super) fn limited(&self, now: Duration) -> u32 {
        if self.held(now).is_zero() {
            self.in_a_row.fetch_add(1, Ordering::Relaxed)
        } else {
            self.in_a_row.load(Ordering::Relaxed).saturating_sub(1)
        }
    }

    /// The API took a question.
    pub(super) fn answered(&self) {
        self.in_a_row.store(0, Ordering::Relaxed);
    }

    /// The API takes no questions until then.
    pub(super) fn hold(&self, until: Duration) {
        self.held_until.fetch_max(millis(until), Ordering::Relaxed);
    }

    /// How long the API still takes none.
    pub(super) fn held(&self, now: Duration) -> Duration {
        left(&self.held_until, now)
    }

    /// In how long one that finds no turn comes back: `by` at least, and `pause` behind the one before. So those of a busy account
    /// come back one by one, and are leased about once for each question.
    ///
    /// Once the places of the longest hold are taken, they are given again from the soonest on. A place beyond, kept for what
    /// is cut to the longest hold, would bring all of it back in one moment, and leave the account unasked until then.
    pub(super) fn park(&self, now: Duration, by: Duration, pause: Duration) -> Duration {
        let soonest = millis(now.saturating_add(by));
        let latest = millis(now.saturating_add(LONGEST_ASKED_HOLD));
        let pause = millis(pause).max(1);
        let place = |last: u64| {
            let next = soonest.max(last.saturating_add(pause));
            if next > latest { soonest } else { next }
        };
        let order = Ordering::Relaxed;
        let moved = self
            .parked_until
            .fetch_update(order, order, |last| Some(place(last)));
        let last = moved.unwrap_or_else(|last| last);
        Duration::from_millis(place(last)).saturating_sub(now)
    }
}

fn left(until: &AtomicU64, now: Duration) -> Duration {
    Duration::from_millis(until.load(Ordering::Relaxed)).saturating_sub(now)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
