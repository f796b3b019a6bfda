//! Which tokens gave a key up.

use std::{collections::VecDeque, time::Duration};

use super::{
    entry::OwnerMark,
    hash::KeyHash,
    moment::{Moment, Now},
};

/// Tokens that released a key: a claim of theirs that comes late is not granted, since nobody
/// waits for it any more.
///
/// Apart from the entries, so that a note takes no room of a key, and a full store can take one.
pub(super) struct GivenUp {
    /// In the order in which they were made.
    notes: VecDeque<Note>,
}

struct Note {
    owner: OwnerMark,
    key: KeyHash,
    until: Moment,
}

/// How long a note is kept. A call of this store runs when it is polled; a minute is longer than
/// whoever stands in between holds one back.
const STAY: Duration = Duration::from_secs(60);

/// The most notes of a shard; then the oldest goes. While there are any, each claim looks at them:
/// 6 KiB, a fraction of a microsecond.
const MOST: usize = 256;

impl GivenUp {
    pub(super) const fn new() -> Self {
        Self {
            notes: VecDeque::new(),
        }
    }

    pub(super) fn add(&mut self, key: KeyHash, owner: OwnerMark, now: Now) {
        if self.has(key, owner) {
            return;
        }
        if self.notes.len() >= MOST {
            self.notes.pop_front();
        }
        self.notes.push_back(Note {
            owner,
            key,
            until: now.plus(STAY),
        });
    }

    /// Whether `owner` gave up `key`, which its hash stands for: tokens are unique, keys need not be.
    pub(super) fn has(&self, key: KeyHash, owner: OwnerMark) -> bool {
        self.notes
            .iter()
            .any(|note| note.owner == owner && note.key == key)
    }

    /// Forgets what was noted long ago.
    pub(super) fn purge(&mut self, now: Now) {
        while let Some(oldest) = self.notes.front()
            && now.has_reached(oldest.until)
        {
            self.notes.pop_front();
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
        for number in 0..=MOST {
            given_up.add(key, owner(number), start);
            given_up.add(key, owner(number), start);
        }
        assert_eq!(given_up.notes.len(), MOST);
        assert!(!given_up.has(key, owner(0)) && given_up.has(key, owner(1)));
        assert!(!given_up.has(KeyHash::from(8), owner(1)));

        given_up.purge(Now::new(STAY - Duration::from_millis(1)));
        assert!(given_up.has(key, owner(MOST)));
        given_up.purge(Now::new(STAY));
        assert!(given_up.notes.is_empty());
    }
}
