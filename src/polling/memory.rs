//! [`MemoryExpectations`]: what one process awaits.

use std::{
    collections::{BTreeSet, HashMap, hash_map::Entry},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{AskDue, Due, DueBatch, Expectation, Expectations, Expecting, Heard, Rate, Turn};
use crate::{
    dedup::{OwnerToken, Promises, Settled},
    identity::ExpectationKey,
    time::Clock,
    verdict::StoreError,
};

const LOWEST: ExpectationKey = ExpectationKey::from_bytes([0; 32]);
const HIGHEST: ExpectationKey = ExpectationKey::from_bytes([0xff; 32]);

/// Keeps what is awaited in this process. It forgets at a restart: what was awaited then is never asked for. Clones are one.
///
/// ```
/// use hookgate::polling::MemoryExpectations;
///
/// let expectations = MemoryExpectations::new();
/// assert!(expectations.is_empty());
/// ```
#[derive(Clone)]
pub struct MemoryExpectations(Arc<Inner>);

struct Inner {
    clock: Box<dyn Clock>,
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    rows: HashMap<ExpectationKey, Row>,
    /// In the order in which they are due. One that is leased is due when its lease ends.
    due: BTreeSet<(Arc<str>, Duration, ExpectationKey)>,
    /// The next moment of each rate that nobody has.
    turns: HashMap<Box<str>, Duration>,
    heard: HashMap<Box<str>, Watched>,
}

struct Row {
    expected: Expectation,
    since: Duration,
    due: Duration,
    owner: Option<OwnerToken>,
    asked: u32,
}

/// The silence of an endpoint.
#[derive(Default)]
struct Watched {
    /// When it last took a delivery.
    at: Duration,
    /// When somebody was told of a silence that goes on.
    told_at: Option<Duration>,
    /// Who has noted the last change of that.
    owner: Option<OwnerToken>,
}

impl Row {
    fn place(&self, key: ExpectationKey) -> (Arc<str>, Duration, ExpectationKey) {
        (self.expected.endpoint.clone(), self.due, key)
    }
}

impl MemoryExpectations {
    /// For 100,000 processes, by the operating system's clock.
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    #[expect(
        clippy::new_without_default,
        reason = "as the other stores of one process"
    )]
    pub fn new() -> Self {
        Self::with_clock(100_000, crate::time::SystemClock::new())
    }

    /// For `capacity` processes, by `clock`.
    pub fn with_clock(capacity: usize, clock: impl Clock) -> Self {
        Self(Arc::new(Inner {
            clock: Box::new(clock),
            capacity,
            state: Mutex::default(),
        }))
    }

    /// How many processes are awaited.
    pub fn len(&self) -> usize {
        self.state().rows.len()
    }

    /// Whether none is awaited.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Always read before the lock is taken: the clock may be anyone's code.
    fn now(&self) -> Duration {
        self.0.clock.monotonic()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics half-way, so what a poisoned lock guards is whole.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn lease(&mut self, ask: AskDue<'_>, now: Duration) -> DueBatch {
        let endpoint: Arc<str> = ask.endpoint.into();
        let bounds = (endpoint.clone(), Duration::ZERO, LOWEST)..=(endpoint.clone(), now, HIGHEST);
        let places: Vec<_> = self.due.range(bounds).take(ask.limit).cloned().collect();
        let mut rows = Vec::with_capacity(places.len());
        for place in places {
            let key = place.2;
            let Some(row) = self.rows.get_mut(&key) else {
                continue;
            };
            self.due.remove(&place);
            row.due = now.saturating_add(ask.lasts);
            row.owner = Some(ask.owner);
            self.due.insert(row.place(key));
            let age = now.saturating_sub(row.since);
            rows.push(Due {
                key,
                owner: ask.owner,
                tenant: row.expected.tenant.clone(),
                id: row.expected.id.clone(),
                asked: row.asked,
                age,
                left: row.expected.give_up_after.saturating_sub(age),
            });
        }
        let all = (endpoint.clone(), Duration::ZERO, LOWEST)..=(endpoint, Duration::MAX, HIGHEST);
        let next = self.due.range(all).next();
        DueBatch {
            rows,
            next_due: next.map(|(_, due, _)| due.saturating_sub(now)),
        }
    }

    /// The row that `due` is a lease of. One that has lapsed is held until somebody else has it.
    fn held(&mut self, due: &Due) -> Option<&mut Row> {
        let row = self.rows.get_mut(&due.key)?;
        (row.owner == Some(due.owner)).then_some(row)
    }

    fn postpone(&mut self, due: &Due, until: Duration, was_asked: bool) -> Settled {
        let Some(row) = self.held(due) else {
            return Settled::LeaseLost;
        };
        let before = row.place(due.key);
        row.due = until;
        row.owner = None;
        row.asked = row.asked.saturating_add(u32::from(was_asked));
        let place = row.place(due.key);
        self.due.remove(&before);
        self.due.insert(place);
        Settled::Ok
    }

    fn end(&mut self, due: &Due) -> Settled {
        let Some(row) = self.held(due) else {
            return Settled::LeaseLost;
        };
        let place = row.place(due.key);
        self.due.remove(&place);
        self.rows.remove(&due.key);
        Settled::Ok
    }
}

impl fmt::Debug for MemoryExpectations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryExpectations")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

impl Expectations for MemoryExpectations {
    async fn expect(&self, one: &Expectation) -> Result<Expecting, StoreError> {
        let now = self.now();
        let mut state = self.state();
        let state = &mut *state;
        let is_full = state.rows.len() >= self.0.capacity;
        let Entry::Vacant(place) = state.rows.entry(one.key) else {
            return Ok(Expecting::Known);
        };
        if is_full {
            return Err(StoreError::Full);
        }
        let row = place.insert(Row {
            expected: one.clone(),
            since: now,
            due: now.saturating_add(one.first_after),
            owner: None,
            asked: 0,
        });
        state.due.insert(row.place(one.key));
        Ok(Expecting::New)
    }

    async fn due(&self, ask: AskDue<'_>) -> Result<DueBatch, StoreError> {
        let now = self.now();
        Ok(self.state().lease(ask, now))
    }

    async fn postpone(
        &self,
        due: &Due,
        by: Duration,
        was_asked: bool,
    ) -> Result<Settled, StoreError> {
        let until = self.now().saturating_add(by);
        Ok(self.state().postpone(due, until, was_asked))
    }

    async fn end(&self, due: &Due) -> Result<Settled, StoreError> {
        Ok(self.state().end(due))
    }

    async fn turn(&self, rate: &Rate, patience: Duration) -> Result<Turn, StoreError> {
        let now = self.now();
        let mut state = self.state();
        let next = state.turns.get(rate.name()).copied().unwrap_or_default();
        let at = next.max(now);
        let wait = at.saturating_sub(now);
        if wait > patience {
            return Ok(Turn::Later(wait));
        }
        let following = at.saturating_add(rate.pause());
        state.turns.insert(rate.name().into(), following);
        Ok(Turn::In(wait))
    }

    async fn hold(&self, rate: &Rate, lasts: Duration) -> Result<(), StoreError> {
        let until = self.now().saturating_add(lasts);
        let mut state = self.state();
        let next = state.turns.entry(rate.name().into()).or_default();
        *next = until.max(*next);
        Ok(())
    }

    async fn heard(&self, endpoint: &str) -> Result<(), StoreError> {
        let now = self.now();
        let mut state = self.state();
        state.heard.entry(endpoint.into()).or_default().at = now;
        Ok(())
    }

    async fn last_heard(&self, endpoint: &str) -> Result<Heard, StoreError> {
        let now = self.now();
        let mut state = self.state();
        let first = || Watched {
            at: now,
            ..Watched::default()
        };
        let watched = state.heard.entry(endpoint.into()).or_insert_with(first);
        Ok(Heard {
            ago: now.saturating_sub(watched.at),
            is_told: watched.told_at.is_some(),
        })
    }

    async fn tell(
        &self,
        endpoint: &str,
        is_silent: bool,
        after: Duration,
        owner: OwnerToken,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let mut state = self.state();
        let Some(watched) = state.heard.get_mut(endpoint) else {
            return Ok(false);
        };
        if watched.told_at.is_some() == is_silent {
            return Ok(watched.owner == Some(owner));
        }
        let is_over = now.saturating_sub(watched.at) < after;
        let changes = match watched.told_at {
            None => !is_over,
            Some(told_at) => is_over && watched.at >= told_at,
        };
        if changes {
            watched.told_at = is_silent.then_some(now);
            watched.owner = Some(owner);
        }
        Ok(changes)
    }

    async fn open(&self, endpoint: &str) -> Result<u64, StoreError> {
        let endpoint: Arc<str> = endpoint.into();
        let all = (endpoint.clone(), Duration::ZERO, LOWEST)..=(endpoint, Duration::MAX, HIGHEST);
        let count = self.state().due.range(all).count();
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    fn promises(&self) -> Promises {
        Promises::in_process(u64::try_from(self.0.capacity).unwrap_or(u64::MAX))
    }
}
