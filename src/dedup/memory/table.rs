//! From a key's hash to its slot.

use super::{hash::KeyHash, slab::NONE};

/// A hash table of (hash, slot), eight bytes each, that does not know the keys.
///
/// In a large store, a claim costs what it has to wait for memory. Open addressing by linear
/// probing touches one or two neighbouring cache lines, where a table with separate control bytes
/// touches two distant ones. Robin Hood order keeps probes short when the table is nearly full, and
/// the hash that is kept spares nearly every look at another key's entry. An entry that leaves is
/// closed up by its followers: no tombstones, so the table never grows for less than its content.
pub(super) struct Table {
    /// A power of two of them, or none.
    buckets: Box<[Bucket]>,
    /// The home of a hash is in its high bits: so a larger table has the same order, and growing is
    /// one pass over both.
    shift: u32,
    len: usize,
}

#[derive(Clone, Copy)]
struct Bucket {
    hash: KeyHash,
    slot: u32,
}

const EMPTY: Bucket = Bucket {
    hash: KeyHash::ZERO,
    slot: NONE,
};

const FEWEST_BITS: u32 = 4;

impl Table {
    pub(super) fn new() -> Self {
        Self {
            buckets: Box::default(),
            shift: 0,
            len: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The slot of this hash that `is_it`.
    pub(super) fn find(&self, hash: KeyHash, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let position = self.position(hash, is_it)?;
        self.buckets.get(position).map(|bucket| bucket.slot)
    }

    /// Adds a slot, which must not be in the table.
    pub(super) fn insert(&mut self, hash: KeyHash, slot: u32) {
        // At most four fifths full: beyond, probes grow long.
        if self.len.saturating_add(1).saturating_mul(5) > self.buckets.len().saturating_mul(4) {
            self.grow();
        }
        self.place(Bucket { hash, slot });
        self.len = self.len.saturating_add(1);
    }

    /// Lets the hash that leads to `old` lead to `new`.
    pub(super) fn repoint(&mut self, hash: KeyHash, old: u32, new: u32) {
        let position = self.position(hash, |slot| slot == old);
        if let Some(bucket) = position.and_then(|position| self.buckets.get_mut(position)) {
            bucket.slot = new;
        }
    }

    /// Removes `slot`; `false` if it is not in the table.
    pub(super) fn remove(&mut self, hash: KeyHash, slot: u32) -> bool {
        let Some(mut hole) = self.position(hash, |known| known == slot) else {
            return false;
        };
        // Whoever is not at home moves one closer to it.
        let mut next = self.after(hole);
        while let Some(&bucket) = self.buckets.get(next) {
            if bucket.slot == NONE || self.distance(bucket.hash, next) == 0 {
                break;
            }
            self.set(hole, bucket);
            hole = next;
            next = self.after(next);
        }
        self.set(hole, EMPTY);
        self.len = self.len.saturating_sub(1);
        true
    }

    fn position(&self, hash: KeyHash, is_it: impl Fn(u32) -> bool) -> Option<usize> {
        let mut position = self.home(hash);
        let mut distance = 0;
        loop {
            // There is always an empty bucket, so the search ends.
            let bucket = self.buckets.get(position)?;
            if bucket.slot == NONE || self.distance(bucket.hash, position) < distance {
                return None;
            }
            if bucket.hash == hash && is_it(bucket.slot) {
                return Some(position);
            }
            position = self.after(position);
            distance += 1;
        }
    }

    /// Puts a bucket where it belongs: before those that are closer to their homes than it is.
    fn place(&mut self, mut bucket: Bucket) {
        let mut position = self.home(bucket.hash);
        let mut distance = 0;
        while let Some(&there) = self.buckets.get(position) {
            if there.slot == NONE {
                break;
            }
            let its_distance = self.distance(there.hash, position);
            if its_distance < distance {
                self.set(position, bucket);
                bucket = there;
                distance = its_distance;
            }
            position = self.after(position);
            distance += 1;
        }
        self.set(position, bucket);
    }

    fn grow(&mut self) {
        let bits = match self.buckets.len() {
            0 => FEWEST_BITS,
            buckets => buckets.ilog2().saturating_add(1),
        };
        let larger = vec![EMPTY; 1 << bits].into_boxed_slice();
        let smaller = std::mem::replace(&mut self.buckets, larger);
        self.shift = u32::BITS.saturating_sub(bits);
        for bucket in smaller.into_iter().filter(|bucket| bucket.slot != NONE) {
            self.place(bucket);
        }
    }

    fn set(&mut self, position: usize, bucket: Bucket) {
        if let Some(there) = self.buckets.get_mut(position) {
            *there = bucket;
        }
    }

    fn home(&self, hash: KeyHash) -> usize {
        (hash.get() >> self.shift) as usize
    }

    fn distance(&self, hash: KeyHash, position: usize) -> usize {
        position.wrapping_sub(self.home(hash)) & self.mask()
    }

    fn after(&self, position: usize) -> usize {
        position.wrapping_add(1) & self.mask()
    }

    fn mask(&self) -> usize {
        self.buckets.len().wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// Numbers as random as a test of collisions needs them (Knuth's MMIX generator), the same in each run.
    fn numbers(seed: u64) -> impl Iterator<Item = u32> {
        let next = |state: &u64| {
            let product = state.wrapping_mul(6_364_136_223_846_793_005);
            Some(product.wrapping_add(1_442_695_040_888_963_407))
        };
        std::iter::successors(Some(seed), next).map(|state| (state >> 33) as u32)
    }

    /// Few hashes, at both ends of the table, so that they collide and wrap around.
    fn hash(number: u32) -> u32 {
        match number % 12 {
            low @ 0..4 => low,
            top => u32::MAX - ((top - 4) << 27),
        }
    }

    #[test]
    fn it_finds_what_was_put_in_and_nothing_else() {
        for seed in 0..256 {
            let mut table = Table::new();
            let mut model = HashMap::new();
            let mut numbers = numbers(seed).skip(1);
            let mut number = || numbers.next().unwrap();
            for _ in 0..number() % 300 {
                let (hash, slot, add) = (hash(number()), number() % 40, number() % 2 == 0);
                match (add, model.get(&slot).copied()) {
                    (true, None) => {
                        table.insert(KeyHash::from(hash), slot);
                        model.insert(slot, hash);
                    }
                    (false, Some(known)) => {
                        assert!(table.remove(KeyHash::from(known), slot), "{seed}");
                        model.remove(&slot);
                    }
                    (true, Some(_)) => {}
                    (false, None) => assert!(!table.remove(KeyHash::from(hash), slot), "{seed}"),
                }
                assert_eq!(table.len(), model.len(), "{seed}");
                for (slot, hash) in &model {
                    let found = table.find(KeyHash::from(*hash), |known| known == *slot);
                    assert_eq!(found, Some(*slot), "{seed}");
                }
            }
        }
    }
}
