//! Which entries of a shard are in progress.

/// The running leases, in no order: 8 bytes for each key in progress, none for a completed one.
///
/// It keeps what only a running lease needs, the attempt, and lets a full store find lapsed leases
/// without looking at completed entries.
pub(super) struct Leases {
    running: Vec<Running>,
    /// Where the next search for a lapsed lease goes on.
    sweep: usize,
}

#[derive(Clone, Copy)]
struct Running {
    slot: u32,
    attempt: u32,
}

impl Leases {
    pub(super) const fn new() -> Self {
        Self {
            running: Vec::new(),
            sweep: 0,
        }
    }

    /// Adds the lease of `slot`; returns its index, for the entry to keep.
    pub(super) fn add(&mut self, slot: u32, attempt: u32) -> u32 {
        // Each lease has a slot, and slots have numbers of 32 bits.
        let index = self.running.len() as u32;
        self.running.push(Running { slot, attempt });
        index
    }

    pub(super) fn attempt(&self, index: u32) -> u32 {
        self.running
            .get(index as usize)
            .map_or(0, |lease| lease.attempt)
    }

    /// Counts a takeover; returns the new attempt.
    pub(super) fn next_attempt(&mut self, index: u32) -> u32 {
        self.running.get_mut(index as usize).map_or(0, |lease| {
            lease.attempt = lease.attempt.saturating_add(1);
            lease.attempt
        })
    }

    /// Removes the lease at `index`. Another one may take its place: then its slot is returned, and
    /// its entry has to keep the new index.
    pub(super) fn remove(&mut self, index: u32) -> Option<u32> {
        let index = index as usize;
        if index >= self.running.len() {
            return None;
        }
        self.running.swap_remove(index);
        self.running.get(index).map(|moved| moved.slot)
    }

    /// The slots of up to `most` leases, each call going on where the last one ended.
    pub(super) fn sweep(&mut self, most: usize) -> impl Iterator<Item = u32> {
        let count = self.running.len();
        let most = most.min(count);
        let from = if self.sweep < count { self.sweep } else { 0 };
        self.sweep = from.saturating_add(most).checked_rem(count).unwrap_or(0);
        let (before, after) = self.running.split_at(from);
        let slots = after.iter().chain(before).map(|lease| lease.slot);
        slots.take(most)
    }
}
