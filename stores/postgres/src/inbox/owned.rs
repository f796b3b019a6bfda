//! [`Owned`]: the leases that this store has handed out.
//!
//! The server's clock decides which of them still hold. What is noted here only says where to look: an ask that is
//! repeated is answered with the same lines, and a line whose lease has lapsed is found without a search.

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
}

#[derive(Debug, Default)]
pub(super) struct Owned(Mutex<HashMap<Key, Own>>);

impl Owned {
    fn leases(&self) -> MutexGuard<'_, HashMap<Key, Own>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `until` is no earlier than the end by the server's clock: it is counted from the answer.
    pub(super) fn granted(
        &self,
        keys: impl IntoIterator<Item = Key>,
        owner: OwnerToken,
        lasts: Duration,
    ) {
        let until = Instant::now() + lasts;
        let own = Own { owner, until };
        self.leases().extend(keys.into_iter().map(|key| (key, own)));
    }

    pub(super) fn extended(&self, key: &Key, owner: &OwnerToken, by: Duration) {
        if let Some(own) = self.leases().get_mut(key)
            && own.owner == *owner
        {
            own.until = Instant::now() + by;
        }
    }

    pub(super) fn ended(&self, key: &Key, owner: &OwnerToken) {
        let mut leases = self.leases();
        if leases.get(key).is_some_and(|own| own.owner == *owner) {
            leases.remove(key);
        }
    }

    /// The lines that `owner` was given.
    pub(super) fn of(&self, owner: &OwnerToken) -> Vec<Key> {
        let leases = self.leases();
        let of_it = leases.iter().filter(|(_, own)| own.owner == *owner);
        of_it.map(|(key, _)| *key).collect()
    }

    /// The lines whose lease has lapsed. They are forgotten here.
    pub(super) fn lapsed(&self, now: Instant) -> Vec<Key> {
        let lapsed = self
            .leases()
            .extract_if(|_, own| own.until <= now)
            .map(|(key, _)| key)
            .collect();
        lapsed
    }
}
