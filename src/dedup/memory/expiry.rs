//! In which order completed entries are forgotten.

use std::{cmp::Reverse, collections::BinaryHeap, time::Duration};

use super::{
    moment::{Moment, Now},
    slab::{NONE, Slab},
};

/// Completed entries by the end of their retention.
///
/// Marks of one retention end in the order in which they were made, so a list through
/// [`Entry::link`](super::entry::Entry::link) keeps them sorted without a byte of its own. It is
/// singly linked: an entry leaves at the head, by expiry, and in no other way. An application has
/// a retention for each receiver, a handful in all; marks of further durations go to a heap, which
/// costs memory but stays right whatever is asked for.
///
/// Two threads may make their marks in another order than they read the clock. Then a list is out
/// of order by that moment, and an entry leaves that moment late.
pub(super) struct Expiry {
    lists: Vec<List>,
    others: BinaryHeap<Reverse<(Moment, u32)>>,
}

struct List {
    retain: Duration,
    head: u32,
    tail: u32,
    /// When the head expires, so that a look whether anything is due does not touch the slab.
    due: Moment,
}

const MOST_LISTS: usize = 8;

impl Expiry {
    pub(super) const fn new() -> Self {
        Self {
            lists: Vec::new(),
            others: BinaryHeap::new(),
        }
    }

    /// Adds the entry in `slot`, which was completed now and is kept for `retain`.
    pub(super) fn push(&mut self, slab: &mut Slab, slot: u32, retain: Duration, until: Moment) {
        if let Some(entry) = slab.get_mut(slot) {
            entry.link = NONE;
        }
        let Some(list) = self.list_for(retain) else {
            self.others.push(Reverse((until, slot)));
            return;
        };
        match slab.get_mut(list.tail) {
            Some(tail) => tail.link = slot,
            None => {
                list.head = slot;
                list.due = until;
            }
        }
        list.tail = slot;
    }

    /// Takes one entry whose retention is over.
    pub(super) fn pop_due(&mut self, slab: &Slab, now: Now) -> Option<u32> {
        let due = |list: &&mut List| list.head != NONE && now.has_reached(list.due);
        if let Some(list) = self.lists.iter_mut().find(due) {
            return Some(list.pop(slab));
        }
        let Reverse((until, slot)) = *self.others.peek()?;
        now.has_reached(until).then(|| {
            self.others.pop();
            slot
        })
    }

    /// The list of this retention; an empty one changes its retention before there are more.
    fn list_for(&mut self, retain: Duration) -> Option<&mut List> {
        let known = self.lists.iter().position(|list| list.retain == retain);
        let empty = || self.lists.iter().position(|list| list.head == NONE);
        let index = match known.or_else(empty) {
            Some(index) => index,
            None if self.lists.len() < MOST_LISTS => {
                self.lists.push(List::empty(retain));
                self.lists.len().saturating_sub(1)
            }
            None => return None,
        };
        let list = self.lists.get_mut(index)?;
        list.retain = retain;
        Some(list)
    }
}

impl List {
    fn empty(retain: Duration) -> Self {
        Self {
            retain,
            head: NONE,
            tail: NONE,
            due: Moment::from_bits(0),
        }
    }

    fn pop(&mut self, slab: &Slab) -> u32 {
        let popped = self.head;
        self.head = slab.get(popped).map_or(NONE, |entry| entry.link);
        match slab.get(self.head) {
            Some(next) => self.due = next.until(),
            None => self.tail = NONE,
        }
        popped
    }
}
