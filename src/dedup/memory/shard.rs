//! One part of the store, behind one lock: the rules of claiming and settling.

use std::{collections::BTreeMap, time::Duration};

use event_listener::{Event, EventListener};

use super::{
    claimant::Claimant,
    entry::{Entry, OwnerMark, Phase},
    expiry::Expiry,
    given_up::GivenUp,
    hash::KeyHash,
    leases::Leases,
    moment::{Moment, Now},
    room::Room,
    slab::Slab,
    table::Table,
};
use crate::{
    dedup::{Claim, End, Lease, Settled, State},
    identity::EventKey,
    verdict::StoreError,
};

/// A part of the keys.
pub(super) struct Shard {
    table: Table,
    slab: Slab,
    leases: Leases,
    expiry: Expiry,
    /// Who waits for a key in progress, by slot. Entries that nobody waits for have none.
    waiters: BTreeMap<u32, Event>,
    given_up: GivenUp,
    /// The highest attempt of a lapsed lease that was dropped to make room. Later attempts are
    /// higher, so that its owner's writes stay fenced.
    dropped_attempt: u32,
}

/// What a search for room brought.
pub(super) enum Reclaimed {
    Nothing,
    /// One key or more, and whoever waited for it.
    Room(Option<Event>),
}

/// Expired entries that each claim removes. They are more than the one that it may add, so that the
/// store shrinks when fewer events arrive. They are few, so that no claim pauses for long.
const PURGED_BY_CLAIM: usize = 4;

/// Expired entries that a search for room removes in one shard. Most searches end at the first; a
/// row of keys that were claimed again before they were purged gives no room.
const PURGED_FOR_ROOM: usize = 1024;

/// The pause told to a claim that was given up before it came, where nobody holds the key. Nobody
/// listens.
const GIVEN_UP: Duration = Duration::from_secs(1);

impl Shard {
    pub(super) fn new() -> Self {
        Self {
            table: Table::new(),
            slab: Slab::new(),
            leases: Leases::new(),
            expiry: Expiry::new(),
            waiters: BTreeMap::new(),
            given_up: GivenUp::new(),
            dropped_attempt: 0,
        }
    }

    pub(super) fn claim(
        &mut self,
        hash: KeyHash,
        claimant: &Claimant<'_>,
        now: Now,
        room: &Room,
    ) -> Result<Claim, StoreError> {
        for _ in 0..PURGED_BY_CLAIM {
            if !self.purge_one(now, room) {
                break;
            }
        }
        let owner = OwnerMark::of(&claimant.owner);
        self.given_up.purge(now);
        if self.given_up.has(hash, owner) {
            return Ok(self.refuse(hash, claimant, now));
        }
        let Some(slot) = self.find(hash, claimant.key) else {
            return self.admit(hash, claimant, owner, room);
        };
        let Some(entry) = self.slab.get_mut(slot) else {
            return Err(StoreError::Full);
        };
        let attempt = match entry.phase(now) {
            Phase::Done => {
                let same_content = entry.has_same_content(claimant.content);
                return Ok(Claim::Done { same_content });
            }
            Phase::Running if !entry.is_owned_by(owner) => {
                let retry_after = now.until(entry.until());
                return Ok(Claim::InProgress { retry_after });
            }
            Phase::Running => {
                entry.set_until(claimant.until);
                self.leases.attempt(entry.link)
            }
            Phase::Lapsed => {
                entry.hand_over(claimant.content, owner, claimant.until);
                self.leases.next_attempt(entry.link)
            }
            Phase::Forgotten => return self.readmit(hash, slot, claimant, owner),
        };
        Ok(claimant.won(attempt))
    }

    pub(super) fn settle(
        &mut self,
        hash: KeyHash,
        lease: &Lease,
        end: End,
        retain: Duration,
        now: Now,
        room: &Room,
    ) -> (Settled, Option<Event>) {
        let owner = OwnerMark::of(lease.owner());
        // A release asks for no more than that nothing is held: it may be a repeated one.
        let not_held = if end == End::Release {
            self.given_up.add(hash, owner, now);
            (Settled::Ok, None)
        } else {
            (Settled::LeaseLost, None)
        };
        let Some(slot) = self.find(hash, lease.key()) else {
            return not_held;
        };
        let Some(entry) = self.slab.get_mut(slot) else {
            return not_held;
        };
        if !entry.is_owned_by(owner) {
            return not_held;
        }
        match (entry.phase(now), end) {
            (Phase::Done, End::Processed | End::Ignored | End::Rejected) => (Settled::Ok, None),
            (Phase::Running, End::Release) => {
                let waiters = self.drop_running(hash, slot);
                room.give_back();
                (Settled::Ok, waiters)
            }
            (Phase::Running, End::Processed | End::Ignored | End::Rejected) => {
                let waiters = take_waiters(&mut self.waiters, slot, entry);
                let until = now.plus(retain);
                let index = entry.link;
                entry.mark_done(until);
                self.end_lease(index);
                self.expiry.push(&mut self.slab, slot, retain, until);
                (Settled::Ok, waiters)
            }
            (Phase::Lapsed | Phase::Forgotten, _) | (Phase::Done, End::Release) => not_held,
        }
    }

    pub(super) fn extend(
        &mut self,
        hash: KeyHash,
        lease: &Lease,
        until: Moment,
        now: Now,
    ) -> Settled {
        let found = self.find(hash, lease.key());
        let owner = OwnerMark::of(lease.owner());
        match found.and_then(|slot| self.slab.get_mut(slot)) {
            Some(entry) if entry.phase(now) == Phase::Running && entry.is_owned_by(owner) => {
                entry.set_until(until);
                Settled::Ok
            }
            _ => Settled::LeaseLost,
        }
    }

    pub(super) fn look(&self, hash: KeyHash, key: &EventKey, now: Now) -> State {
        let Some(entry) = self.find(hash, key).and_then(|slot| self.slab.get(slot)) else {
            return State::Free;
        };
        match entry.phase(now) {
            Phase::Running => State::InProgress {
                retry_after: now.until(entry.until()),
            },
            Phase::Done => State::Done,
            Phase::Lapsed | Phase::Forgotten => State::Free,
        }
    }

    /// A listener for the end of the lease of `key`, if one runs.
    ///
    /// Looked up and registered under one lock, so no settle comes in between.
    pub(super) fn listen(
        &mut self,
        hash: KeyHash,
        key: &EventKey,
        now: Now,
    ) -> Option<EventListener> {
        let slot = self.find(hash, key)?;
        let entry = self.slab.get_mut(slot)?;
        (entry.phase(now) == Phase::Running).then(|| {
            entry.set_waited_for();
            self.waiters.entry(slot).or_default().listen()
        })
    }

    /// Makes room for a key, if an expired mark or one of up to `leases` lapsed leases is found;
    /// takes those that it looked at from `leases`.
    pub(super) fn reclaim(&mut self, now: Now, room: &Room, leases: &mut usize) -> Reclaimed {
        let known = self.table.len();
        for _ in 0..PURGED_FOR_ROOM {
            if !self.purge_one(now, room) {
                break;
            }
            if self.table.len() < known {
                return Reclaimed::Room(None);
            }
        }
        let most = *leases;
        let slab = &self.slab;
        let has_lapsed = |slot: &u32| {
            *leases = leases.saturating_sub(1);
            slab.get(*slot)
                .is_some_and(|entry| entry.phase(now) == Phase::Lapsed)
        };
        let lapsed = self.leases.sweep(most).find(has_lapsed);
        let Some((slot, entry)) = lapsed.and_then(|slot| Some((slot, slab.get(slot)?))) else {
            return Reclaimed::Nothing;
        };
        let attempt = self.leases.attempt(entry.link);
        self.dropped_attempt = self.dropped_attempt.max(attempt);
        let waiters = self.drop_running(KeyHash::of(entry.key()), slot);
        room.give_back();
        Reclaimed::Room(waiters)
    }

    /// The answer to a claim that its owner gave up before it came.
    fn refuse(&self, hash: KeyHash, claimant: &Claimant<'_>, now: Now) -> Claim {
        let found = self.find(hash, claimant.key);
        match found.and_then(|slot| self.slab.get(slot)) {
            Some(entry) if entry.phase(now) == Phase::Done => Claim::Done {
                same_content: entry.has_same_content(claimant.content),
            },
            Some(entry) if entry.phase(now) == Phase::Running => Claim::InProgress {
                retry_after: now.until(entry.until()),
            },
            _ => Claim::InProgress {
                retry_after: GIVEN_UP,
            },
        }
    }

    /// Begins with a key that is not known.
    fn admit(
        &mut self,
        hash: KeyHash,
        claimant: &Claimant<'_>,
        owner: OwnerMark,
        room: &Room,
    ) -> Result<Claim, StoreError> {
        if !room.take() {
            return Err(StoreError::Full);
        }
        let Some((slot, attempt)) = self.begin(claimant, owner) else {
            room.give_back();
            return Err(StoreError::Full);
        };
        self.table.insert(hash, slot);
        Ok(claimant.won(attempt))
    }

    /// Begins anew with a key whose mark is over, but still in a list of the expiry.
    ///
    /// A list is left at its head only, so the old entry stays there without a pointer, and the key
    /// gets another one.
    fn readmit(
        &mut self,
        hash: KeyHash,
        old: u32,
        claimant: &Claimant<'_>,
        owner: OwnerMark,
    ) -> Result<Claim, StoreError> {
        let (slot, attempt) = self.begin(claimant, owner).ok_or(StoreError::Full)?;
        self.table.repoint(hash, old, slot);
        Ok(claimant.won(attempt))
    }

    /// Takes a slot and a lease; returns the slot and the attempt.
    fn begin(&mut self, claimant: &Claimant<'_>, owner: OwnerMark) -> Option<(u32, u32)> {
        let (slot, entry) = self.slab.take()?;
        let attempt = self.dropped_attempt.saturating_add(1);
        let lease = self.leases.add(slot, attempt);
        *entry = Entry::claimed(claimant.key, claimant.content, owner, claimant.until, lease);
        Some((slot, attempt))
    }

    /// Removes one expired entry, if there is one.
    fn purge_one(&mut self, now: Now, room: &Room) -> bool {
        let Some(slot) = self.expiry.pop_due(&self.slab, now) else {
            return false;
        };
        if let Some(entry) = self.slab.get(slot)
            && self.table.remove(KeyHash::of(entry.key()), slot)
        {
            room.give_back();
        }
        self.slab.remove(slot);
        true
    }

    /// Forgets a key in progress; returns who waited for it.
    fn drop_running(&mut self, hash: KeyHash, slot: u32) -> Option<Event> {
        let entry = self.slab.get(slot)?;
        let waiters = take_waiters(&mut self.waiters, slot, entry);
        self.end_lease(entry.link);
        self.table.remove(hash, slot);
        self.slab.remove(slot);
        waiters
    }

    /// Removes the lease at `index`, and tells the entry of the lease that takes its place.
    fn end_lease(&mut self, index: u32) {
        let moved = self.leases.remove(index);
        if let Some(entry) = moved.and_then(|slot| self.slab.get_mut(slot)) {
            entry.link = index;
        }
    }

    fn find(&self, hash: KeyHash, key: &EventKey) -> Option<u32> {
        let is_key = |slot| self.slab.get(slot).is_some_and(|entry| entry.key() == key);
        self.table.find(hash, is_key)
    }
}

/// The flag in the entry spares all others the look into the side table.
fn take_waiters(waiters: &mut BTreeMap<u32, Event>, slot: u32, entry: &Entry) -> Option<Event> {
    if entry.is_waited_for() {
        waiters.remove(&slot)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dedup::OwnerToken;

    const RETAIN: Duration = Duration::from_secs(60);

    fn handle(shard: &mut Shard, room: &Room, number: u8, now: Now) {
        let key = EventKey::from_bytes([number; 32]);
        let hash = KeyHash::of(&key);
        let claimant = Claimant {
            key: &key,
            content: None,
            owner: OwnerToken::from_bytes([number; 16]),
            until: now.plus(Duration::from_secs(1)),
        };
        let Ok(Claim::Won(lease)) = shard.claim(hash, &claimant, now, room) else {
            panic!("a free key is won");
        };
        let (settled, _) = shard.settle(hash, &lease, End::Processed, RETAIN, now, room);
        assert_eq!(settled, Settled::Ok);
    }

    /// In reverse order, a key's next claim comes before its old entry is purged.
    #[test]
    fn keys_that_come_again_take_no_more_slots_than_they_are() {
        let mut shard = Shard::new();
        let room = Room::new(100);
        for generation in 0..100 {
            let now = Now::new(RETAIN * generation);
            for number in 0..100 {
                let number = if generation % 2 == 0 {
                    number
                } else {
                    99 - number
                };
                handle(&mut shard, &room, number, now);
            }
            assert_eq!(shard.table.len(), room.taken());
            assert_eq!(room.taken(), 100);
            assert!(shard.slab.touched() <= 101, "{}", shard.slab.touched());
        }
    }

    /// A full store would otherwise say so although marks have ended.
    #[test]
    fn a_search_for_room_goes_past_entries_that_give_none() {
        let mut shard = Shard::new();
        let room = Room::new(100);
        for number in 0..100 {
            handle(&mut shard, &room, number, Now::new(Duration::ZERO));
        }
        // Each claim removes four, so the last twenty keys come again before their old entries have gone.
        for number in (80..100).rev() {
            handle(&mut shard, &room, number, Now::new(RETAIN));
        }
        assert_eq!(room.taken(), 20);
        let found = shard.reclaim(Now::new(RETAIN * 2), &room, &mut 0);
        assert!(matches!(found, Reclaimed::Room(None)));
        assert_eq!(room.taken(), 19);
    }
}
