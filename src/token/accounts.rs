//! [`Accounts`]: the failures under each id.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::throttle::Throttle;

/// Slots that ids fall into: 512 KiB for each issuer. Whoever makes ids up has to fail in all of them to keep one client
/// out, 6.5 million times a minute with the default of 100 failures each.
const SLOTS: usize = 1 << 16;

/// What an id is the id of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Client,
    User,
    /// The subject of an assertion.
    Subject,
}

/// Where the failures under one id are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account(usize);

/// When the failures under each id are forgiven, in a fixed number of slots.
///
/// An id is counted as it was presented, whether it is known or not, so that waiting tells nothing of who exists. Which
/// slot is whose depends on a key of this process, so that nobody can aim at another's with an id of their own.
pub(super) struct Accounts {
    throttle: Throttle,
    key: RandomState,
    /// In nanoseconds of the monotonic clock.
    forgiven: Mutex<Box<[u64]>>,
}

impl Accounts {
    pub(super) fn new(throttle: Throttle) -> Self {
        Self {
            throttle,
            key: RandomState::new(),
            forgiven: Mutex::new(vec![0; SLOTS].into()),
        }
    }

    /// The account of this id.
    pub(super) fn of(&self, kind: Kind, id: &str) -> Account {
        let hash = self.key.hash_one((kind, id));
        Account(usize::try_from(hash % SLOTS as u64).unwrap_or_default())
    }

    /// How long whoever shows this id has to wait, if they have.
    pub(super) fn wait(&self, account: Account, now: Duration) -> Option<Duration> {
        let forgiven = self.lock().get(account.0).copied()?;
        self.throttle.wait(Duration::from_nanos(forgiven), now)
    }

    /// Counts a failure.
    pub(super) fn failed(&self, account: Account, now: Duration) {
        if let Some(slot) = self.lock().get_mut(account.0) {
            let until = self
                .throttle
                .after_failure(Duration::from_nanos(*slot), now);
            *slot = u64::try_from(until.as_nanos()).unwrap_or(u64::MAX);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Box<[u64]>> {
        self.forgiven.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts")
            .field("throttle", &self.throttle)
            .finish_non_exhaustive()
    }
}
