//! [`Counted`]: the memory store, with the number of its calls.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hookgate::{
    dedup::{OwnerToken, Promises, Settled, StoreError},
    polling::{
        AskDue, Due, DueBatch, Expectation, Expectations, Expecting, Heard, MemoryExpectations,
        Rate, Turn,
    },
    testing::FakeClock,
};

/// How often each was called.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) due: usize,
    /// What those calls handed out.
    pub(crate) leased: usize,
    pub(crate) postpone: usize,
    pub(crate) end: usize,
    pub(crate) turn: usize,
    pub(crate) hold: usize,
}

/// Cheap to clone; clones are one.
#[derive(Clone)]
pub(crate) struct Counted {
    store: MemoryExpectations,
    counts: Arc<Mutex<Counts>>,
    /// Notes of a silence, where the answer to each other one is lost.
    notes: Option<Arc<AtomicUsize>>,
}

impl Counted {
    pub(crate) fn new(capacity: usize, clock: &FakeClock) -> Self {
        Self {
            store: MemoryExpectations::with_clock(capacity, clock.clone()),
            counts: Arc::default(),
            notes: None,
        }
    }

    /// The same store. It takes each note of a silence, and the answer to each other one is lost, from the first on.
    pub(crate) fn losing_notes(&self) -> Self {
        Self {
            notes: Some(Arc::default()),
            ..self.clone()
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.store.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.store.is_empty()
    }

    /// Those since the last time.
    pub(crate) fn take_counts(&self) -> Counts {
        std::mem::take(&mut *self.counts.lock().unwrap())
    }

    fn count(&self, add: impl FnOnce(&mut Counts)) {
        add(&mut self.counts.lock().unwrap());
    }
}

impl Expectations for Counted {
    async fn expect(&self, one: &Expectation) -> Result<Expecting, StoreError> {
        self.store.expect(one).await
    }

    async fn due(&self, ask: AskDue<'_>) -> Result<DueBatch, StoreError> {
        let batch = self.store.due(ask).await?;
        self.count(|it| {
            it.due += 1;
            it.leased += batch.rows.len();
        });
        Ok(batch)
    }

    async fn postpone(&self, due: &Due, by: Duration, asked: bool) -> Result<Settled, StoreError> {
        self.count(|it| it.postpone += 1);
        self.store.postpone(due, by, asked).await
    }

    async fn end(&self, due: &Due) -> Result<Settled, StoreError> {
        self.count(|it| it.end += 1);
        self.store.end(due).await
    }

    async fn turn(&self, rate: &Rate, patience: Duration) -> Result<Turn, StoreError> {
        self.count(|it| it.turn += 1);
        self.store.turn(rate, patience).await
    }

    async fn hold(&self, rate: &Rate, lasts: Duration) -> Result<(), StoreError> {
        self.count(|it| it.hold += 1);
        self.store.hold(rate, lasts).await
    }

    async fn heard(&self, endpoint: &str) -> Result<(), StoreError> {
        self.store.heard(endpoint).await
    }

    async fn last_heard(&self, endpoint: &str) -> Result<Heard, StoreError> {
        self.store.last_heard(endpoint).await
    }

    async fn tell(
        &self,
        endpoint: &str,
        is_silent: bool,
        after: Duration,
        owner: OwnerToken,
    ) -> Result<bool, StoreError> {
        let noted = self.store.tell(endpoint, is_silent, after, owner).await;
        let notes = self.notes.as_ref();
        let number = notes.map(|notes| notes.fetch_add(1, Ordering::Relaxed));
        if number.is_some_and(|number| number.is_multiple_of(2)) {
            return Err(StoreError::Timeout);
        }
        noted
    }

    async fn open(&self, endpoint: &str) -> Result<u64, StoreError> {
        self.store.open(endpoint).await
    }

    fn promises(&self) -> Promises {
        self.store.promises()
    }
}
