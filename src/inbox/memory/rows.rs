//! [`Rows`]: everything that was accepted and is not handled yet.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;

use super::{
    super::{
        Ask, Batch, Counts, DeadReason, Entry, History, Leased, Pause, Quarantine, QuarantineCap,
    },
    row::{Place, Row},
};
use crate::{
    dedup::{Lease, OwnerToken, Settled},
    identity::{EventKey, OrderKey},
    time::UnixTime,
};

/// The time by both clocks.
#[derive(Clone, Copy)]
pub(super) struct Now {
    pub(super) wall: UnixTime,
    pub(super) monotonic: Duration,
}

impl Now {
    /// A moment of the monotonic clock, by the other one.
    pub(super) fn wall_of(self, moment: Duration) -> UnixTime {
        let ahead = moment.saturating_sub(self.monotonic);
        let ago = self.monotonic.saturating_sub(moment);
        self.wall.saturating_add(ahead).saturating_sub(ago)
    }
}

/// What is known of an endpoint beside its lines.
#[derive(Default)]
pub(super) struct Endpoint {
    pub(super) pause: Option<Standing>,
    pub(super) is_held: bool,
    pub(super) asked: Option<Duration>,
}

/// A pause, and the line that tried last whether it is over.
pub(super) struct Standing {
    pub(super) pause: Pause,
    pub(super) until: Duration,
    probe: Option<EventKey>,
}

/// Everything that was accepted and is not handled yet.
#[derive(Default)]
pub(super) struct Rows {
    /// By number, and so in the order in which they came.
    pub(super) rows: BTreeMap<u64, Row>,
    numbers: HashMap<EventKey, u64>,
    last_number: u64,
    pub(super) endpoints: HashMap<Arc<str>, Endpoint>,
}

impl Rows {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn get(&self, key: &EventKey) -> Option<&Row> {
        self.rows.get(self.numbers.get(key)?)
    }

    fn get_mut(&mut self, key: &EventKey) -> Option<&mut Row> {
        self.rows.get_mut(self.numbers.get(key)?)
    }

    /// `held` is the lease of the entry's key, which never ends by itself.
    pub(super) fn add(&mut self, entry: Entry, held: Lease, place: Place, now: Now) {
        self.last_number = self.last_number.saturating_add(1);
        self.numbers.insert(entry.key, self.last_number);
        self.endpoints.entry(entry.endpoint.clone()).or_default();
        let mut history = History::default();
        if let Place::Dead { reason, at } = place {
            history.died(at, reason);
        }
        let row = Row {
            number: self.last_number,
            is_quarantined: matches!(place, Place::Dead { .. }),
            place,
            attempt: held.attempt().saturating_sub(1),
            failures: 0,
            vanished: 0,
            replays: 0,
            error: None,
            history,
            accepted_at: now.wall,
            since: now.monotonic,
            held,
            ended_by: None,
            entry,
        };
        self.rows.insert(row.number, row);
    }

    pub(super) fn remove(&mut self, key: &EventKey) -> Option<Row> {
        self.rows.remove(&self.numbers.remove(key)?)
    }

    /// Whether one more request that cannot be decoded is within `cap`.
    pub(super) fn has_room(&self, entry: &Entry, cap: QuarantineCap) -> Quarantine {
        let (mut rows, mut bytes) = (1_u32, entry.payload.len() as u64);
        for row in self.rows.values() {
            if row.is_quarantined && row.entry.endpoint == entry.endpoint {
                rows = rows.saturating_add(1);
                bytes = bytes.saturating_add(row.entry.payload.len() as u64);
            }
        }
        if rows > cap.rows || bytes > cap.bytes {
            return Quarantine::Full;
        }
        Quarantine::Kept
    }

    pub(super) fn lease(&mut self, ask: &Ask<'_>, now: Duration) -> Batch {
        for endpoint in ask.endpoints {
            self.endpoints.entry(endpoint.clone()).or_default().asked = Some(now);
        }
        let rows = self.rows.values();
        let again: Vec<u64> = rows
            .filter(|row| row.is_held_by(&ask.owner, now))
            .map(|row| row.number)
            .collect();
        if !again.is_empty() {
            let rows = again.iter().filter_map(|number| self.rows.get(number));
            return Batch {
                rows: rows.map(|row| leased(row, ask.owner, None, now)).collect(),
                ..Batch::default()
            };
        }
        for row in self.rows.values_mut() {
            row.lapse(now);
        }
        let mut suspects_wait = false;
        let mut turns: Vec<_> = (ask.endpoints.iter())
            .map(|endpoint| self.due(endpoint, ask, now, &mut suspects_wait).into_iter())
            .collect();
        let mut rows = Vec::new();
        while rows.len() < ask.limit {
            let before = rows.len();
            for turn in &mut turns {
                if rows.len() < ask.limit
                    && let Some((number, probe)) = turn.next()
                {
                    rows.extend(self.hand_out(number, probe, ask, now));
                }
            }
            if rows.len() == before {
                break;
            }
        }
        Batch {
            rows,
            suspects_wait,
            next_due: self.next_due(ask, now),
        }
    }

    /// The lines of `endpoint` that may be handed out, in their order; for a probe how many pauses there were.
    fn due(
        &self,
        endpoint: &Arc<str>,
        ask: &Ask<'_>,
        now: Duration,
        suspects_wait: &mut bool,
    ) -> Vec<(u64, Option<u32>)> {
        let known = self.endpoints.get(endpoint);
        let pause = known.and_then(|known| known.pause.as_ref());
        if known.is_some_and(|known| known.is_held) || pause.is_some_and(|it| it.until > now) {
            return Vec::new();
        }
        let due = |row: &&Row| {
            row.entry.endpoint == *endpoint
                && row.entry.format <= ask.format
                && row.is_due(now)
                && self.is_first_of_its_order(row)
        };
        let (suspects, sound): (Vec<&Row>, Vec<&Row>) =
            (self.rows.values().filter(due)).partition(|row| row.is_suspect());
        *suspects_wait |= !ask.suspects && !suspects.is_empty();
        let asked = if ask.suspects { suspects } else { sound };
        let Some(pause) = pause else {
            return asked.iter().map(|row| (row.number, None)).collect();
        };
        let another = asked.iter().find(|row| Some(row.entry.key) != pause.probe);
        let probe = another.or_else(|| asked.first());
        probe
            .map(|row| (row.number, Some(pause.pause.strikes)))
            .into_iter()
            .collect()
    }

    pub(super) fn is_first_of_its_order(&self, row: &Row) -> bool {
        let Some(order) = row.entry.order else {
            return true;
        };
        let same = self
            .rows
            .values()
            .filter(|it| it.entry.order == Some(order));
        let mut ahead = same.filter(|it| !it.is_dead() && it.number != row.number);
        !ahead.any(|it| it.is_leased() || it.number < row.number)
    }

    fn hand_out(
        &mut self,
        number: u64,
        probe: Option<u32>,
        ask: &Ask<'_>,
        now: Duration,
    ) -> Option<Leased> {
        // One of the same order may have been handed out in this batch.
        let row = self.rows.get(&number)?;
        if !self.is_first_of_its_order(row) {
            return None;
        }
        let until = now.saturating_add(ask.lasts);
        let row = self.rows.get_mut(&number)?;
        row.attempt = row.attempt.saturating_add(1);
        row.place = Place::Leased {
            owner: ask.owner,
            until,
        };
        if probe.is_some()
            && let Some(known) = self.endpoints.get_mut(&row.entry.endpoint)
            && let Some(pause) = &mut known.pause
        {
            pause.until = until;
            pause.probe = Some(row.entry.key);
        }
        Some(leased(row, ask.owner, probe, now))
    }

    fn next_due(&self, ask: &Ask<'_>, now: Duration) -> Option<Duration> {
        let known = |row: &&Row| ask.endpoints.contains(&row.entry.endpoint);
        let next = |row: &Row| {
            let known = self.endpoints.get(&row.entry.endpoint)?;
            let until = known.pause.as_ref().map(|it| it.until);
            let next = row.next().filter(|_| !known.is_held)?;
            Some(next.max(until.unwrap_or_default()))
        };
        let all = self.rows.values().filter(known).filter_map(next);
        all.filter(|at| *at > now)
            .min()
            .map(|at| at.saturating_sub(now))
    }

    /// The line that `lease` holds.
    pub(super) fn held(&mut self, lease: &Lease, now: Duration) -> Option<&mut Row> {
        let row = self.get_mut(lease.key())?;
        row.is_held_by(lease.owner(), now).then_some(row)
    }

    pub(super) fn extend(&mut self, lease: &Lease, by: Duration, now: Duration) -> Settled {
        let Some(row) = self.held(lease, now) else {
            return Settled::LeaseLost;
        };
        row.place = Place::Leased {
            owner: *lease.owner(),
            until: now.saturating_add(by),
        };
        Settled::Ok
    }

    pub(super) fn give_back(
        &mut self,
        lease: &Lease,
        delay: Duration,
        counts: Counts,
        error: Option<Bytes>,
        now: Duration,
    ) -> Settled {
        let Some(row) = self.held(lease, now) else {
            return self.ended_before(lease, false);
        };
        row.place = Place::Waiting {
            due: now.saturating_add(delay),
        };
        if counts == Counts::Failure {
            row.failures = row.failures.saturating_add(1);
            row.vanished = 0;
        }
        row.error = error.or(row.error.take());
        row.ended_by = Some((*lease.owner(), false));
        Settled::Ok
    }

    pub(super) fn bury(
        &mut self,
        lease: &Lease,
        reason: DeadReason,
        error: Option<Bytes>,
        now: Now,
    ) -> Settled {
        let Some(row) = self.held(lease, now.monotonic) else {
            return self.ended_before(lease, true);
        };
        row.place = Place::Dead {
            reason,
            at: now.wall,
        };
        row.error = error.or(row.error.take());
        row.history.died(now.wall, reason);
        row.ended_by = Some((*lease.owner(), true));
        Settled::Ok
    }

    fn ended_before(&self, lease: &Lease, buried: bool) -> Settled {
        let ended_by = self.get(lease.key()).and_then(|row| row.ended_by);
        if ended_by == Some((*lease.owner(), buried)) {
            return Settled::Ok;
        }
        Settled::LeaseLost
    }

    /// The latest in the order: what came after it has gone on without it.
    pub(super) fn replay(&mut self, key: &EventKey, why: &str, now: Now) -> bool {
        if !self.get(key).is_some_and(Row::is_dead) {
            return false;
        }
        let Some(mut row) = self.remove(key) else {
            return false;
        };
        self.last_number = self.last_number.saturating_add(1);
        row.number = self.last_number;
        row.place = Place::Waiting { due: now.monotonic };
        row.history.replayed(now.wall, why);
        row.failures = 0;
        row.vanished = 0;
        row.replays = row.replays.saturating_add(1);
        row.since = now.monotonic;
        row.ended_by = None;
        self.numbers.insert(*key, row.number);
        self.rows.insert(row.number, row);
        true
    }

    pub(super) fn pause(&mut self, endpoint: &str, pause: Pause, now: Duration) {
        let known = self.endpoints.entry(endpoint.into()).or_default();
        let standing = known.pause.as_ref();
        if standing.is_some_and(|it| it.pause.strikes > pause.strikes) {
            return;
        }
        let probe = standing.and_then(|it| it.probe);
        let until = now.saturating_add(pause.lasts);
        known.pause = Some(Standing {
            pause,
            until,
            probe,
        });
    }

    pub(super) fn resume(&mut self, endpoint: &str) {
        if let Some(known) = self.endpoints.get_mut(endpoint) {
            known.pause = None;
        }
    }

    pub(super) fn hold(&mut self, endpoint: &str, is_held: bool) {
        self.endpoints.entry(endpoint.into()).or_default().is_held = is_held;
    }

    /// Whether something of `order` is not dead.
    pub(super) fn is_waiting_for(&self, order: &OrderKey) -> bool {
        let mut rows = self.rows.values();
        rows.any(|row| row.entry.order == Some(*order) && !row.is_dead())
    }
}

fn leased(row: &Row, owner: OwnerToken, probe: Option<u32>, now: Duration) -> Leased {
    Leased {
        lease: Lease::of_work(row.entry.key, owner, row.attempt),
        endpoint: row.entry.endpoint.clone(),
        event_type: row.entry.event_type.into(),
        key_id: row.entry.key_id.clone(),
        order: row.entry.order,
        format: row.entry.format,
        payload: row.entry.payload.clone(),
        failures: row.failures,
        vanished: row.vanished,
        age: now.saturating_sub(row.since),
        is_quarantined: row.is_quarantined,
        probe,
    }
}
