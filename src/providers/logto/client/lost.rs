//! [`Lost`]: what a pass has found that nobody handled.

use std::{cmp::Reverse, collections::VecDeque};

use super::log::Shown;
use crate::{identity::EventKey, time::UnixTime};

/// Bytes of lost events that a pass keeps.
const MOST_KEPT: usize = 64 * 1024 * 1024;

/// The event that a pass tried last.
#[derive(Clone, Copy)]
pub(super) struct Tried {
    pub(super) key: EventKey,
    pub(super) created_at: UnixTime,
}

/// The oldest first. Where the last pass ended in failures, those behind its last event come first. Events that always fail
/// would keep all later ones from their turn, until these leave the log.
#[derive(Default)]
pub(super) struct Lost {
    begins_behind: Option<Tried>,
    /// Whether that event was found. The log shows the latest first.
    has_passed: bool,
    /// Those behind it, the oldest last.
    first: VecDeque<(EventKey, Shown)>,
    /// It, and those before it, the oldest last.
    then: VecDeque<(EventKey, Shown)>,
    bytes: usize,
}

impl Lost {
    pub(super) fn beginning_behind(tried: Option<Tried>) -> Self {
        Self {
            begins_behind: tried,
            ..Self::default()
        }
    }

    /// Takes the next one that the log shows.
    pub(super) fn keep(&mut self, key: EventKey, event: Shown) {
        self.bytes = self.bytes.saturating_add(event.body.len());
        let is_before = self.begins_behind.is_some_and(|tried| {
            self.has_passed |= tried.key == key;
            event.created_at < tried.created_at
                || event.created_at == tried.created_at && self.has_passed
        });
        let side = if is_before {
            &mut self.then
        } else {
            &mut self.first
        };
        side.push_back((key, event));
    }

    /// What there is no room for: the latest of those that come last. One is kept whatever its size.
    pub(super) fn excess(&mut self) -> Option<Shown> {
        let count = self.first.len().saturating_add(self.then.len());
        if self.bytes <= MOST_KEPT || count <= 1 {
            return None;
        }
        let dropped = self.then.pop_front().or_else(|| self.first.pop_front());
        self.without(dropped).map(|(_, event)| event)
    }

    /// Entries come to the log in another order than their events have.
    pub(super) fn sort(&mut self) {
        for side in [&mut self.first, &mut self.then] {
            side.make_contiguous()
                .sort_by_key(|(_, event)| Reverse(event.created_at));
        }
    }

    /// The next one to be handled.
    pub(super) fn next(&mut self) -> Option<(EventKey, Shown)> {
        let next = self.first.pop_back().or_else(|| self.then.pop_back());
        self.without(next)
    }

    fn without(&mut self, taken: Option<(EventKey, Shown)>) -> Option<(EventKey, Shown)> {
        let length = taken.as_ref().map_or(0, |(_, event)| event.body.len());
        self.bytes = self.bytes.saturating_sub(length);
        taken
    }
}
