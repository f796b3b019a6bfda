//! What an operator sees of [`Rows`].

use std::sync::Arc;

use super::{
    super::{Filter, Kept, Listed, Page, Paused, Position, Totals},
    row::{Place, Row},
    rows::{Endpoint, Now, Rows},
};
use crate::{identity::EventKey, time::UnixTime};

impl Rows {
    pub(super) fn totals(&self, now: Now) -> Vec<Totals> {
        let mut totals: Vec<_> = (self.endpoints.iter())
            .map(|(name, known)| self.totals_of(name, known, now))
            .collect();
        totals.sort_by(|one, other| one.endpoint.cmp(&other.endpoint));
        totals
    }

    fn totals_of(&self, name: &Arc<str>, known: &Endpoint, now: Now) -> Totals {
        let mut totals = Totals::new(name.clone());
        totals.is_held = known.is_held;
        totals.asked = known.asked.map(|at| now.monotonic.saturating_sub(at));
        totals.pause = known.pause.as_ref().map(|it| Paused {
            reason: it.pause.reason,
            strikes: it.pause.strikes,
            left: it.until.saturating_sub(now.monotonic),
        });
        for row in (self.rows.values()).filter(|row| row.entry.endpoint == *name) {
            if row.is_quarantined {
                totals.quarantined += 1;
                totals.quarantined_bytes += row.entry.payload.len() as u64;
            }
            let oldest = if let Place::Dead { at, .. } = row.place {
                totals.dead += 1;
                let age = now.wall.since(at);
                (&mut totals.oldest_dead, age)
            } else {
                totals.queued += 1;
                let age = now.monotonic.saturating_sub(row.since);
                (&mut totals.oldest_queued, age)
            };
            *oldest.0 = (*oldest.0).max(Some(oldest.1));
        }
        totals
    }

    fn listed(&self, row: &Row, now: Now) -> Listed {
        row.listed(self.is_first_of_its_order(row), now)
    }

    /// A position is the place of its row in the list's order: see [`place`].
    pub(super) fn list(
        &self,
        filter: &Filter,
        after: Option<&Position>,
        limit: usize,
        now: Now,
    ) -> Page {
        let newest_first = filter.newest_first;
        let after = after.and_then(|after| {
            let (part, number) = after.as_str().split_once(' ')?;
            Some(place(newest_first, part == "dead", number.parse().ok()?))
        });
        let place_of = |row: &Row| place(newest_first, row.is_dead(), row.number);
        let mut rows: Vec<_> = self.rows.values().collect();
        rows.sort_by_key(|row| place_of(row));
        let mut found = (rows.into_iter())
            .filter(|row| after.is_none_or(|after| place_of(row) > after))
            .map(|row| (row, self.listed(row, now)))
            .filter(|(_, listed)| filter.matches(listed))
            .peekable();
        let mut page = Page::default();
        let mut last = None;
        while page.rows.len() < limit
            && let Some((row, listed)) = found.next()
        {
            page.rows.push(listed);
            last = Some(row);
        }
        let more = last.filter(|_| found.peek().is_some());
        page.next = more.map(|row| {
            let part = if row.is_dead() { "dead" } else { "queued" };
            Position::new(format!("{part} {}", row.number))
        });
        page
    }

    pub(super) fn read(&self, key: &EventKey, now: Now) -> Option<Kept> {
        let row = self.get(key)?;
        Some(row.kept(self.listed(row, now)))
    }

    /// The keys of dead letters that died before `time`, the oldest first.
    pub(super) fn died_before(&self, time: UnixTime, limit: usize) -> Vec<EventKey> {
        let mut dead: Vec<_> = (self.rows.values())
            .filter_map(|row| match row.place {
                Place::Dead { at, .. } if at < time => Some((at, row.entry.key)),
                _ => None,
            })
            .collect();
        dead.sort_by_key(|(at, _)| *at);
        dead.into_iter().map(|(_, key)| key).take(limit).collect()
    }
}

/// What waits or runs stands before the dead letters, the oldest first; or all by their numbers, the newest first.
fn place(newest_first: bool, is_dead: bool, number: u64) -> (bool, u64) {
    if newest_first {
        (false, u64::MAX.saturating_sub(number))
    } else {
        (is_dead, number)
    }
}
