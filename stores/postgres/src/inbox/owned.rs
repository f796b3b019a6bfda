//! [`Owned`]: the leases that this store has handed out.
//!
//! The server's clock decides which of them still hold. What is noted here only says where to look. An ask that is repeated
//! is answered with the same lines. A line whose lease has lapsed is found without a search.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use hookgate::dedup::OwnerToken;

type Key = [u8; 32];

#[derive(Debug, Clone, Copy)]
struct Own {
    owner: OwnerToken,
    until: Instant,
    order: Option<Key>,
}

#[derive(Debug, Default)]
pub(super) struct Owned {
    leases: Mutex<HashMap<Key, Own>>,
    /// Asks without an answer, and how long lines may be held by them at least.
    open: Mutex<HashMap<OwnerToken, Instant>>,
}

impl Owned {
    fn leases(&self) -> MutexGuard<'_, HashMap<Key, Own>> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> MutexGuard<'_, HashMap<OwnerToken, Instant>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes an ask of `owner`. Says whether one of it is without an answer.
    pub(super) fn asks(&self, owner: OwnerToken, lasts: Duration) -> bool {
        let now = Instant::now();
        let mut open = self.open();
        open.retain(|_, until| *until > now);
        open.insert(owner, now + lasts).is_some()
    }

    pub(super) fn answered(&self, owner: &OwnerToken) {
        self.open().remove(owner);
    }

    /// Each line is told by its key and its order. Their end here is no earlier than by the server's clock, since it is
    /// counted from the answer.
    pub(super) fn granted(
        &self,
        lines: impl IntoIterator<Item = (Key, Option<Key>)>,
        owner: OwnerToken,
        lasts: Duration,
    ) {
        let until = Instant::now() + lasts;
        let own = |order| Own {
            owner,
            until,
            order,
        };
        let lines = lines.into_iter().map(|(key, order)| (key, own(order)));
        self.leases().extend(lines);
    }

    pub(super) fn extended(&self, key: &Key, owner: &OwnerToken, by: Duration) {
        if let Some(own) = self.leases().get_mut(key)
            && own.owner == *owner
        {
            own.until = Instant::now() + by;
        }
    }

    /// Answers its order.
    pub(super) fn ended(&self, key: &Key, owner: &OwnerToken) -> Option<Key> {
        let mut leases = self.leases();
        if leases.get(key)?.owner != *owner {
            return None;
        }
        leases.remove(key)?.order
    }

    /// The lines that `owner` was given.
    pub(super) fn of(&self, owner: &OwnerToken) -> Vec<Key> {
        let leases = self.leases();
        let of_it = leases.iter().filter(|(_, own)| own.owner == *owner);
        of_it.map(|(key, _)| *key).collect()
    }

    /// The lines whose lease has lapsed. They are forgotten here.
    pub(super) fn lapsed(&self, now: Instant) -> Vec<Key> {
        self.leases()
            .extract_if(|_, own| own.until <= now)
            .map(|(key, _)| key)
            .collect()
    }
}
