//! Where entries live: slots that never move.

use super::entry::Entry;

/// No slot. Ends a list.
pub(super) const NONE: u32 = u32::MAX;

/// Entries in chunks, so that growth never copies what is there and never stops the world.
///
/// A vacant slot is reused before a new one is taken, so the slab is as large as the most entries
/// that it held at one time.
pub(super) struct Slab {
    #[expect(
        clippy::vec_box,
        reason = "a vector of chunks would copy all of them when it grows"
    )]
    chunks: Vec<Box<[Entry; CHUNK]>>,
    /// Slots taken at least once.
    touched: u32,
    /// The first vacant slot, linked through [`Entry::link`].
    vacant: u32,
}

/// Small, since every shard has one that is partly empty; large enough to make its pointer cheap.
const CHUNK: usize = 64;

impl Slab {
    pub(super) const fn new() -> Self {
        Self {
            chunks: Vec::new(),
            touched: 0,
            vacant: NONE,
        }
    }

    /// Puts `entry` into a slot; `None` when there are no more numbers for slots.
    pub(super) fn insert(&mut self, entry: Entry) -> Option<u32> {
        if let Some(vacant) = self.get_mut(self.vacant) {
            let next = vacant.link;
            *vacant = entry;
            return Some(std::mem::replace(&mut self.vacant, next));
        }
        let slot = self.touched;
        if slot == NONE {
            return None;
        }
        self.touched = slot.saturating_add(1);
        match self.get_mut(slot) {
            Some(untouched) => *untouched = entry,
            None => self.chunks.push(Box::new([entry; CHUNK])),
        }
        Some(slot)
    }

    /// Makes `slot` vacant.
    pub(super) fn remove(&mut self, slot: u32) {
        let next = self.vacant;
        if let Some(entry) = self.get_mut(slot) {
            entry.link = next;
            self.vacant = slot;
        }
    }

    pub(super) fn get(&self, slot: u32) -> Option<&Entry> {
        let slot = slot as usize;
        self.chunks.get(slot / CHUNK)?.get(slot % CHUNK)
    }

    pub(super) fn get_mut(&mut self, slot: u32) -> Option<&mut Entry> {
        let slot = slot as usize;
        self.chunks.get_mut(slot / CHUNK)?.get_mut(slot % CHUNK)
    }

    #[cfg(test)]
    pub(super) fn touched(&self) -> u32 {
        self.touched
    }
}
