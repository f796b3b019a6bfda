//! Which tokens gave a key up.

use std::{collections::VecDeque, time::Duration};

use super::{
    entry::OwnerMark,
    hash::KeyHash,
    moment::{Moment, Now},
    table::Table,
};

/// Tokens that released a key: a claim of theirs that comes late is not granted, since nobody
/// waits for it any more.
///
/// Apart from the entries, so that a note takes no room of a key, and a full store can take one.
pub(super) struct GivenUp {
    /// In the order in which they were made.
    notes: VecDeque<Note>,
    /// From a key's hash to the places of its notes: every release leaves a note, so a claim must not
    /// look at all of them.
    places: Table,
    /// The place of the oldest note. The others follow, and after the last place comes the first.
    first: u32,
}

struct Note {
    owner: OwnerMark,
    key: KeyHash,
    until: Moment,
}

/// How long a note is kept. A call of this store runs when it is polled; a minute is longer than
/// whoever stands in between holds one back.
const STAY: Duration = Duration::from_secs(60);

/// The most notes of a shard; then the oldest goes. 10 KiB with their places.
const MOST: u32 = 256;

impl GivenUp {
    pub(super) fn new() -> Self {
        Self {
            notes: VecDeque::new(),
            places: Table::new(),
            first: 0,
        }
    }

    pub(super) fn add(&mut self, key: KeyHash, owner: OwnerMark, now: Now) {
        if self.has(key, owner) {
            return;
        }
        if self.notes.len() >= MOST as usize {
            self.forget_oldest();
        }
        let place = self.first.wrapping_add(self.notes.len() as u32) % MOST;
        self.places.insert(key, place);
        self.notes.push_back(Note {
            owner,
            key,
            until: now.plus(STAY),
        });
    }

    /// Whether `owner` gave up `key`, which its hash stands for: tokens are unique, keys need not be.
    pub(super) fn has(&self, key: KeyHash, owner: OwnerMark) -> bool {
        let is_it = |place: u32| {
            let number = place.wrapping_sub(self.first) % MOST;
            let note = self.notes.get(number as usize);
            note.is_some_and(|note| note.owner == owner)
        };
        !self.notes.is_empty() && self.places.find(key, is_it).is_some()
    }

    /// Forgets what was noted long ago.
    pub(super) fn purge(&mut self, now: Now) {
        while let Some(oldest) = self.notes.front()
            && now.has_reached(oldest.until)
        {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some(oldest) = self.notes.pop_front() {
            self.places.remove(oldest.key, self.first);
            self.first = self.first.wrapping_add(1) % MOST;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dedup::OwnerToken;

    fn owner(number: usize) -> OwnerMark {
        OwnerMark::of(&OwnerToken::from_bytes((number as u128).to_be_bytes()))
    }

    #[test]
    fn notes_are_bounded_in_number_and_in_time() {
        let (key, start) = (KeyHash::from(7), Now::new(Duration::ZERO));
        let mut given_up = GivenUp::new();
        for number in 0..=MOST as usize {
            given_up.add(key, owner(number), start);
            given_up.add(key, owner(number), start);
        }
        assert_eq!(given_up.notes.len(), MOST as usize);
        assert!(!given_up.has(key, owner(0)) && given_up.has(key, owner(1)));
        assert!(!given_up.has(KeyHash::from(8), owner(1)));

        given_up.purge(Now::new(STAY - Duration::from_millis(1)));
        assert!(given_up.has(key, owner(MOST as usize)));
        given_up.purge(Now::new(STAY));
        assert!(given_up.notes.is_empty());
    }

    /// Places go round, and one key may have all of them.
    #[test]
    fn a_claim_looks_at_the_notes_of_its_key_alone() {
        let mut given_up = GivenUp::new();
        let of = |number: usize| KeyHash::from((number / 3) as u32);
        for number in 0..2000_usize {
            let now = Now::new(Duration::from_secs(number as u64));
            given_up.purge(now);
            given_up.add(of(number), owner(number), now);
            for (back, expected) in [(0, true), (59, true), (60, false)] {
                let Some(earlier) = number.checked_sub(back) else {
                    continue;
                };
                assert_eq!(
                    given_up.has(of(earlier), owner(earlier)),
                    expected,
                    "{number} {back}"
                );
            }
            assert_eq!(given_up.places.len(), given_up.notes.len());
            let key = of(number);
            let looked_at = std::cell::Cell::new(0);
            given_up.places.find(key, |_| {
                looked_at.set(looked_at.get() + 1);
                false
            });
            assert!(looked_at.get() <= 3, "{}", looked_at.get());
        }
    }
}
