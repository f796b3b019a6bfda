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
        reason = "when the vector grows, chunks must not move"
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

    /// Takes a slot, whatever was in it; `None` when there are no more numbers for slots.
    ///
    /// The caller writes the entry in place: built elsewhere and moved here, it would cost a claim a
    /// tenth of its time.
    pub(super) fn take(&mut self) -> Option<(u32, &mut Entry)> {
        let slot = if self.vacant != NONE {
            let slot = self.vacant;
            self.vacant = self.get(slot)?.link;
            slot
        } else if self.touched != NONE {
            let slot = self.touched;
            if slot as usize == self.chunks.len().saturating_mul(CHUNK) {
                self.chunks.push(Box::new([Entry::VACANT; CHUNK]));
            }
            self.touched = slot.saturating_add(1);
            slot
        } else {
            return None;
        };
        Some((slot, self.get_mut(slot)?))
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
