//! [`Cursors`]: from where the lines of each endpoint are read on.
//!
//! Numbers are given before their lines are committed, so one that was passed may still come. Three things bring the cursor
//! back to it:
//!
//! - the accept's own message, which names it;
//! - every second, the numbers that were given of late;
//! - a repeated reading of everything that is left, a piece with each statement.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::lease::STRIDE;

/// So many halves of a call's limit after a number was given, its accept has ended. Its transaction waits three times at
/// most, each time for three quarters of that limit.
const UNSURE_FOR: u32 = 5;
/// How often numbers that were given within that time are read again.
const REREAD_EVERY: Duration = Duration::from_secs(1);
/// How often everything that is left is read again, at most and at least. A reading that takes long is repeated seldom.
const AGAIN_EVERY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// The same for each piece that the last reading had.
const AGAIN_AFTER_EACH: Duration = Duration::from_millis(500);
/// How often that begins at the very first line.
const FROM_THE_START_EVERY: Duration = Duration::from_secs(600);
/// No more numbers than these belong to accepts under way. Nobody accepts as many within the limit of a few calls.
const UNDER_WAY: i64 = 10 * STRIDE;

/// From where lines are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// After this number.
    pub(super) ahead: i64,
    /// And once more after this one, a [stride](STRIDE) and no further than `ahead`.
    pub(super) again: Option<i64>,
    /// The repeated reading ends here.
    pub(super) upto: i64,
}

/// What a statement that began at a [`Place`] has found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// The greatest number that it took after `ahead`.
    pub(super) last_ahead: Option<i64>,
    /// The greatest number that it took after `again`.
    pub(super) last_again: Option<i64>,
    /// It may have left lines, since it has as many as it was asked for.
    pub(super) is_full: bool,
    /// It has left none of the repeated reading's piece, full or not.
    pub(super) is_again_read: bool,
    /// The newest number of all.
    pub(super) newest: i64,
}

#[derive(Debug)]
pub(super) struct Cursors {
    each: Mutex<HashMap<Arc<str>, Cursor>>,
    /// So long a number that was given may still come.
    unsure_for: Duration,
}

#[derive(Debug)]
struct Cursor {
    /// The newest format that is read. Lines of a newer one were passed.
    format: u16,
    ahead: i64,
    /// The greatest number that `ahead` has had. The repeated reading ends there. A lease that has lapsed after it is found
    /// once `ahead` has come there, or as the line that tries the endpoint.
    reached: i64,
    /// The lowest number of an accept that has told of itself since.
    told: Option<i64>,
    /// The newest number when.
    marks: VecDeque<(Instant, i64)>,
    reread_at: Instant,
    again: Option<i64>,
    /// What `reached` was when the repeated reading began: it ends there.
    again_upto: i64,
    again_at: Instant,
    /// How many pieces the repeated reading has had.
    pieces: u32,
    /// The lowest number that it has met, less one: the next one begins there.
    floor: i64,
    lowest: Option<i64>,
    from_the_start_at: Instant,
}

/// From where to read an endpoint that has no line before `lowest`, when `newest` is the newest number of all.
pub(super) fn before_all(lowest: Option<i64>, newest: i64) -> i64 {
    let lowest = lowest.unwrap_or(newest).saturating_sub(1);
    lowest.min(newest.saturating_sub(UNDER_WAY)).max(0)
}

impl Cursor {
    fn new(format: u16, start: i64, now: Instant) -> Self {
        Self {
            format,
            ahead: start,
            reached: start,
            told: None,
            marks: VecDeque::from([(now, start)]),
            reread_at: now,
            // At once: a worker that is killed soon after each of its starts would never look at what the dead have left.
            again: Some(start),
            again_upto: start.saturating_add(STRIDE),
            again_at: now,
            pieces: 0,
            floor: start,
            lowest: None,
            from_the_start_at: now + FROM_THE_START_EVERY,
        }
    }

    fn place(&mut self, unsure_for: Duration, now: Instant) -> Place {
        if let Some(told) = self.told.take() {
            self.ahead = self.ahead.min(told.saturating_sub(1));
        }
        if now.duration_since(self.reread_at) >= REREAD_EVERY {
            self.reread_at = now;
            let is_sure = |mark: &(Instant, i64)| now.duration_since(mark.0) >= unsure_for;
            while self.marks.get(1).is_some_and(is_sure) {
                self.marks.pop_front();
            }
            let sure = self.marks.front().map_or(0, |mark| mark.1);
            self.ahead = self.ahead.min(sure);
        }
        if self.again.is_none() && now >= self.again_at {
            (self.again, self.pieces, self.lowest) = (Some(self.floor), 0, None);
            self.again_upto = self.reached;
        }
        Place {
            ahead: self.ahead,
            again: self.again,
            upto: self.again_upto,
        }
    }

    fn found(&mut self, at: Place, found: Found, now: Instant) {
        let reached = if found.is_full {
            found.last_ahead.unwrap_or(at.ahead)
        } else {
            found.newest.min(at.ahead.saturating_add(STRIDE))
        };
        self.reached = self.reached.max(reached);
        // Another statement may have been sent from further back since: it comes to what lies between.
        if self.ahead >= at.ahead {
            self.ahead = self.ahead.max(reached);
        }
        if self
            .marks
            .back()
            .is_none_or(|(when, _)| now.duration_since(*when) >= REREAD_EVERY)
        {
            self.marks.push_back((now, found.newest));
        }
        if found.is_again_read {
            self.passed(at, now);
        } else if let Some(last) = found.last_again {
            self.go_on_again(at, last, now);
        }
    }

    /// The piece of the repeated reading at `at` is done.
    fn passed(&mut self, at: Place, now: Instant) {
        if let Some(again) = at.again.filter(|_| self.again == at.again) {
            self.pieces = self.pieces.saturating_add(1);
            self.go_on_again(at, again.saturating_add(STRIDE), now);
        }
    }

    fn go_on_again(&mut self, at: Place, last: i64, now: Instant) {
        if self.again.is_none() || self.again != at.again {
            return;
        }
        self.again = (last < self.again_upto).then_some(last);
        if self.again.is_none() {
            let every = AGAIN_AFTER_EACH.saturating_mul(self.pieces);
            self.again_at = now + every.clamp(AGAIN_EVERY.0, AGAIN_EVERY.1);
            self.floor = self
                .lowest
                .map_or(at.ahead, |lowest| lowest.saturating_sub(1));
        }
    }
}

impl Cursors {
    pub(super) fn new(call_timeout: Duration) -> Self {
        Self {
            each: Mutex::default(),
            unsure_for: call_timeout.saturating_mul(UNSURE_FOR) / 2,
        }
    }

    fn cursors(&self) -> MutexGuard<'_, HashMap<Arc<str>, Cursor>> {
        self.each.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those whose next reading begins at their first line.
    pub(super) fn to_begin<'a>(
        &self,
        endpoints: &'a [Arc<str>],
        format: u16,
        now: Instant,
    ) -> Vec<&'a Arc<str>> {
        let cursors = self.cursors();
        let goes_on = |cursor: &Cursor| {
            cursor.format == format && (cursor.again.is_some() || now < cursor.from_the_start_at)
        };
        let endpoints = endpoints.iter();
        endpoints
            .filter(|name| !cursors.get(&***name).is_some_and(goes_on))
            .collect()
    }

    /// Nothing of `endpoint` is before `start`. Where that is not known, it begins where it last met a line.
    pub(super) fn begin(&self, endpoint: &Arc<str>, format: u16, start: Option<i64>, now: Instant) {
        let mut cursors = self.cursors();
        match cursors.get_mut(endpoint) {
            Some(cursor) if cursor.format == format => {
                cursor.floor = start.unwrap_or(cursor.floor);
                cursor.from_the_start_at = now + FROM_THE_START_EVERY;
            }
            _ => {
                let cursor = Cursor::new(format, start.unwrap_or_default(), now);
                cursors.insert(endpoint.clone(), cursor);
            }
        }
    }

    /// From where to read the lines of `endpoint` up to `format` now.
    pub(super) fn place(&self, endpoint: &Arc<str>, format: u16, now: Instant) -> Place {
        let mut cursors = self.cursors();
        match cursors.get_mut(endpoint) {
            Some(cursor) if cursor.format == format => cursor.place(self.unsure_for, now),
            _ => {
                let mut cursor = Cursor::new(format, 0, now);
                let place = cursor.place(self.unsure_for, now);
                cursors.insert(endpoint.clone(), cursor);
                place
            }
        }
    }

    /// Notes what a statement that began at `at` has found. Says whether there is more to be read.
    pub(super) fn found(&self, endpoint: &str, at: Place, found: Found, now: Instant) -> bool {
        let mut cursors = self.cursors();
        let Some(cursor) = cursors.get_mut(endpoint) else {
            return false;
        };
        cursor.found(at, found, now);
        cursor.ahead < found.newest || cursor.again.is_some()
    }

    /// Notes that the piece of the repeated reading at `at` has no lines. Says where the next piece begins.
    pub(super) fn passed(&self, endpoint: &str, at: Place, now: Instant) -> Option<i64> {
        let mut cursors = self.cursors();
        let cursor = cursors.get_mut(endpoint)?;
        cursor.passed(at, now);
        cursor.again
    }

    /// Notes the lowest number that a repeated reading has met from `again` on, whoever has its line.
    pub(super) fn met(&self, endpoint: &str, number: i64) {
        if let Some(cursor) = self.cursors().get_mut(endpoint) {
            cursor.lowest = Some(cursor.lowest.map_or(number, |lowest| lowest.min(number)));
        }
    }

    /// Notes that lines from `number` on have been committed.
    pub(super) fn committed(&self, endpoint: &str, number: i64) {
        if let Some(cursor) = self.cursors().get_mut(endpoint) {
            cursor.told = Some(cursor.told.map_or(number, |told| told.min(number)));
        }
    }

    /// The same for all endpoints, where it is not known whose they are.
    pub(super) fn committed_anywhere(&self, number: i64) {
        for cursor in self.cursors().values_mut() {
            cursor.told = Some(cursor.told.map_or(number, |told| told.min(number)));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests;
