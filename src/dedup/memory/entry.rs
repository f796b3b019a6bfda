//! What the store keeps of one key: 56 bytes.

use super::moment::{Moment, Now};
use crate::{
    dedup::OwnerToken,
    identity::{ContentDigest, EventKey},
};

/// One key: in progress or done.
///
/// Fields are bytes where a number would be aligned to 8 and cost 4 of padding in each entry.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    key: EventKey,
    owner: OwnerMark,
    /// The end of the lease or of the retention in the low [`Moment::BITS`], then the flags.
    end: [u8; 6],
    /// The first bytes of the content digest. A chance of 2⁻⁴⁸ to miss a difference is enough for
    /// an observation.
    content: [u8; 6],
    /// In progress: the index of its running lease. Done: the slot that expires next, see
    /// [`Expiry`](super::expiry::Expiry). Vacant: the next vacant slot.
    pub(super) link: u32,
}

// A million keys within 80 bytes each, table included, depends on it.
const _: () = assert!(size_of::<Entry>() == 56);

const DONE: u64 = 1 << Moment::BITS;
const HAS_CONTENT: u64 = 1 << (Moment::BITS + 1);
const WAITED_FOR: u64 = 1 << (Moment::BITS + 2);

/// What an entry means at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// An owner holds it.
    Running,
    /// Its lease ended and nobody took it over.
    Lapsed,
    /// It was handled within the retention.
    Done,
    /// Its retention is over.
    Forgotten,
}

impl Entry {
    /// What is in a slot that was never taken.
    pub(super) const VACANT: Self = Self {
        key: EventKey::from_bytes([0; 32]),
        owner: OwnerMark([0; 8]),
        end: [0; 6],
        content: [0; 6],
        link: 0,
    };

    /// A key that `owner` begins to handle.
    pub(super) fn claimed(
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerMark,
        until: Moment,
        lease: u32,
    ) -> Self {
        let has_content = if content.is_some() { HAS_CONTENT } else { 0 };
        Self {
            key: *key,
            owner,
            end: low_six(until.to_bits() | has_content),
            content: content.map_or([0; 6], first_bytes),
            link: lease,
        }
    }

    /// Gives the key to another owner. Who waits for it goes on waiting.
    pub(super) fn hand_over(
        &mut self,
        content: Option<&ContentDigest>,
        owner: OwnerMark,
        until: Moment,
    ) {
        self.owner = owner;
        self.content = content.map_or([0; 6], first_bytes);
        let has_content = if content.is_some() { HAS_CONTENT } else { 0 };
        let waited_for = self.end() & WAITED_FOR;
        self.set_end(until.to_bits() | has_content | waited_for);
    }

    /// The lease, or the mark, now ends at `until`.
    pub(super) fn set_until(&mut self, until: Moment) {
        let flags = self.end() & (DONE | HAS_CONTENT | WAITED_FOR);
        self.set_end(until.to_bits() | flags);
    }

    /// From a lease to a mark that is kept until `until`.
    pub(super) fn mark_done(&mut self, until: Moment) {
        let has_content = self.end() & HAS_CONTENT;
        self.set_end(until.to_bits() | has_content | DONE);
    }

    pub(super) fn key(&self) -> &EventKey {
        &self.key
    }

    pub(super) fn is_owned_by(&self, owner: OwnerMark) -> bool {
        self.owner == owner
    }

    pub(super) fn until(&self) -> Moment {
        Moment::from_bits(self.end())
    }

    pub(super) fn phase(&self, now: Now) -> Phase {
        match (self.end() & DONE != 0, now.has_reached(self.until())) {
            (false, false) => Phase::Running,
            (false, true) => Phase::Lapsed,
            (true, false) => Phase::Done,
            (true, true) => Phase::Forgotten,
        }
    }

    /// Whether `content` is what was claimed; `true` where either side gave none.
    pub(super) fn has_same_content(&self, content: Option<&ContentDigest>) -> bool {
        let known = self.end() & HAS_CONTENT != 0;
        content.is_none_or(|content| !known || self.content == first_bytes(content))
    }

    /// Whether a notifier for this key is in the shard's side table.
    pub(super) fn is_waited_for(&self) -> bool {
        self.end() & WAITED_FOR != 0
    }

    pub(super) fn set_waited_for(&mut self) {
        self.set_end(self.end() | WAITED_FOR);
    }

    fn end(&self) -> u64 {
        let [a, b, c, d, e, f] = self.end;
        u64::from_le_bytes([a, b, c, d, e, f, 0, 0])
    }

    fn set_end(&mut self, end: u64) {
        self.end = low_six(end);
    }
}

const fn low_six(bits: u64) -> [u8; 6] {
    let [a, b, c, d, e, f, _, _] = bits.to_le_bytes();
    [a, b, c, d, e, f]
}

fn first_bytes(content: &ContentDigest) -> [u8; 6] {
    let [a, b, c, d, e, f, ..] = *content.as_bytes();
    [a, b, c, d, e, f]
}

/// Half of an owner token: enough to tell two owners of one key apart.
///
/// Kept after completion, so that a settle repeated by its own owner is told from a late one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct OwnerMark([u8; 8]);

impl OwnerMark {
    pub(super) fn of(owner: &OwnerToken) -> Self {
        // Multiplied before they are added, or all tokens with equal halves would be one owner.
        let [high, low] = halves(owner.as_bytes());
        Self(
            high.wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .wrapping_add(low)
                .to_le_bytes(),
        )
    }
}

fn halves(bytes: &[u8; 16]) -> [u64; 2] {
    let both = u128::from_be_bytes(*bytes);
    [(both >> 64) as u64, both as u64]
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, time::Duration};

    use super::*;

    #[test]
    fn tokens_with_equal_halves_are_different_owners() {
        let marks: HashSet<_> = (0..=255)
            .map(|byte| OwnerMark::of(&OwnerToken::from_bytes([byte; 16])).0)
            .collect();
        assert_eq!(marks.len(), 256);
    }

    #[test]
    fn tokens_that_differ_in_one_byte_are_different_owners() {
        let marks: HashSet<_> = (0..16)
            .map(|place| {
                let mut token = [7; 16];
                token[place] = 8;
                OwnerMark::of(&OwnerToken::from_bytes(token)).0
            })
            .collect();
        assert_eq!(marks.len(), 16);
    }

    #[test]
    fn flags_and_time_do_not_touch_each_other() {
        let start = Now::new(Duration::ZERO);
        let latest = start.plus(Duration::MAX);
        let owner = OwnerMark::of(&OwnerToken::from_bytes([1; 16]));
        let content = ContentDigest::of(b"content");
        let mut entry = Entry::claimed(
            &EventKey::from_bytes([7; 32]),
            Some(&content),
            owner,
            latest,
            0,
        );
        assert_eq!(entry.until(), latest);
        assert_eq!(entry.phase(start), Phase::Running);
        assert!(!entry.is_waited_for());

        entry.set_waited_for();
        entry.set_until(start.plus(Duration::from_millis(1)));
        assert!(entry.is_waited_for());
        assert_eq!(entry.phase(start), Phase::Running);
        assert_eq!(
            entry.phase(Now::new(Duration::from_millis(1))),
            Phase::Lapsed
        );

        entry.mark_done(latest);
        assert!(!entry.is_waited_for());
        assert_eq!(entry.phase(start), Phase::Done);
        assert!(entry.has_same_content(Some(&content)));
        assert!(!entry.has_same_content(Some(&ContentDigest::of(b"other"))));
    }
}
