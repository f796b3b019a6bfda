//! Where a key belongs.

use crate::identity::EventKey;

/// Spreads keys over shards and, by [`KeyHash`], over the table of one.
pub(super) struct Place {
    pub(super) hash: KeyHash,
    spread: u32,
}

impl Place {
    /// An event key is a digest and needs no second hash. The one multiplication is for authors
    /// of tests, who number their keys: those differ in a few bytes only.
    pub(super) fn of(key: &EventKey) -> Self {
        let folded = words(key.as_bytes())
            .into_iter()
            .fold(0_u64, |folded, word| folded.rotate_left(17) ^ word);
        let spread = folded.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Self {
            hash: KeyHash((spread >> 32) as u32 ^ spread as u32),
            spread: (spread >> 32) as u32,
        }
    }

    /// The number of its shard out of `count`, without a division.
    pub(super) fn shard(&self, count: usize) -> usize {
        ((u64::from(self.spread) * count as u64) >> 32) as usize
    }
}

fn words(bytes: &[u8; 32]) -> [u64; 4] {
    let mut words = [0; 4];
    let (eights, _) = bytes.as_chunks::<8>();
    for (word, eight) in words.iter_mut().zip(eights) {
        *word = u64::from_le_bytes(*eight);
    }
    words
}

/// 32 bits of hash, as a table's entry keeps them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyHash(u32);

impl KeyHash {
    pub(super) const ZERO: Self = Self(0);

    pub(super) fn of(key: &EventKey) -> Self {
        Place::of(key).hash
    }

    pub(super) const fn get(self) -> u32 {
        self.0
    }
}

#[cfg(test)]
impl From<u32> for KeyHash {
    fn from(hash: u32) -> Self {
        Self(hash)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Keys that count in their first or last bytes, in either order.
    fn numbered(number: u64) -> [EventKey; 4] {
        let mut keys = [[0; 32]; 4];
        keys[0][..8].copy_from_slice(&number.to_le_bytes());
        keys[1][..8].copy_from_slice(&number.to_be_bytes());
        keys[2][24..].copy_from_slice(&number.to_le_bytes());
        keys[3][24..].copy_from_slice(&number.to_be_bytes());
        keys.map(EventKey::from_bytes)
    }

    #[test]
    fn numbered_keys_are_spread_over_shards_and_hashes() {
        for style in 0..4 {
            let places: Vec<_> = (0..10_000)
                .filter_map(|number| numbered(number).get(style).map(Place::of))
                .collect();
            let hashes: HashSet<_> = places.iter().map(|place| place.hash.0).collect();
            assert!(hashes.len() > 9_900, "style {style}: {}", hashes.len());
            for shard in 0..16 {
                let held = places.iter().filter(|p| p.shard(16) == shard).count();
                assert!((400..900).contains(&held), "style {style}: {held}");
            }
        }
    }
}
