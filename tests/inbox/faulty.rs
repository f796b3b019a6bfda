//! [`Faulty`]: a memory inbox that fails, and has something to say, as a test wants it.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use hookgate::{
    EventKey, Finding,
    dedup::{DedupStore, StoreError},
    inbox::{Inbox, MemoryInbox, Totals},
};

/// Clones are one inbox.
#[derive(Clone)]
pub(crate) struct Faulty {
    pub(crate) inbox: MemoryInbox,
    /// How many replays and erasures succeed from now on.
    pub(crate) good: Arc<AtomicUsize>,
    /// How many totals were asked for.
    pub(crate) looks: Arc<AtomicUsize>,
    /// Whether totals cannot be had.
    pub(crate) is_dark: Arc<AtomicBool>,
    /// What it has to say.
    pub(crate) findings: Arc<Mutex<Vec<Finding>>>,
}

impl Faulty {
    pub(crate) fn new(inbox: MemoryInbox, good: usize) -> Self {
        Self {
            inbox,
            good: Arc::new(good.into()),
            looks: Arc::default(),
            is_dark: Arc::default(),
            findings: Arc::default(),
        }
    }

    fn spend(&self) -> Result<(), StoreError> {
        let spent = self
            .good
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        spent.map(drop).map_err(|_| StoreError::Timeout)
    }
}

impl DedupStore for Faulty {
    fn findings(&self) -> Vec<Finding> {
        self.findings.lock().unwrap().clone()
    }

    hookgate::forward_calls!(inbox: claim, settle, extend, look, promises, settled, held);
}

impl Inbox for Faulty {
    async fn totals(&self) -> Result<Vec<Totals>, StoreError> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        if self.is_dark.load(Ordering::SeqCst) {
            return Err(StoreError::Timeout);
        }
        self.inbox.totals().await
    }

    async fn replay(&self, key: &EventKey, why: &str) -> Result<bool, StoreError> {
        self.spend()?;
        self.inbox.replay(key, why).await
    }

    async fn erase(&self, age: Duration, limit: usize) -> Result<u64, StoreError> {
        self.spend()?;
        self.inbox.erase(age, limit).await
    }

    hookgate::forward_calls!(inbox: accept, quarantine, lease, keep, give_back, bury, pause, resume, promote, work_may_wait, hold, list, read, discard);
}
