//! The inbox of one process, for tests.
//!
//! | file | holds |
//! | --- | --- |
//! | `row` | what is kept of one event until it is handled |
//! | `rows` | all of them: who gets which, and in which order |
//! | `view` | what an operator sees of them |

mod row;
mod rows;
mod view;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use event_listener::Event;

use self::{
    row::{Place, Row},
    rows::{Now, Rows},
};
use super::{
    Accept, Ask, Batch, Counts, DeadReason, Entry, Filter, Inbox, Kept, OrderKey, Page, Pause,
    Position, Quarantine, QuarantineCap, Totals,
};
use crate::{
    dedup::{Claim, DedupStore, End, Lease, MemoryStore, OwnerToken, Promises, Settled, State},
    identity::{ContentDigest, EventKey},
    time::Clock,
    verdict::StoreError,
};

/// How long a key is held whose line is not done: longer than any process runs.
const WITHOUT_END: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// Keeps deliveries in this process: **for tests alone**. Whatever it accepted and has not handled is lost with the
/// process. So a receiver takes it only by [`inbox_for_tests`](crate::ReceiverBuilder::inbox_for_tests).
///
/// Clones are one inbox. It is bounded by the number of its lines, and finds due ones by looking at all of them.
#[derive(Clone)]
pub struct MemoryInbox(Arc<Inner>);

struct Inner {
    clock: Box<dyn Clock>,
    /// Marks and inline leases. The key of each line is held there too, so nothing else can claim it.
    keys: MemoryStore,
    /// Locked before `keys` is asked, so that both change together.
    rows: Mutex<Rows>,
    capacity: usize,
    due: Event,
}

impl MemoryInbox {
    /// For 10,000 lines, by the operating system's clock.
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    pub fn new() -> Self {
        Self::with_clock(10_000, crate::time::SystemClock::new())
    }

    /// For `capacity` lines, by `clock`. It remembers ten times as many keys.
    pub fn with_clock(capacity: usize, clock: impl Clock + Clone) -> Self {
        Self(Arc::new(Inner {
            keys: MemoryStore::with_clock(capacity.saturating_mul(10), clock.clone()),
            clock: Box::new(clock),
            rows: Mutex::default(),
            capacity,
            due: Event::new(),
        }))
    }

    /// How many lines it holds, dead letters included.
    pub fn len(&self) -> usize {
        self.rows().len()
    }

    /// Whether it holds no line.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many lines wait or run.
    #[cfg(all(feature = "testing", feature = "simulator"))]
    pub(crate) fn queued(&self) -> usize {
        let rows = self.rows();
        rows.rows.values().filter(|row| !row.is_dead()).count()
    }

    /// Always read before the lock is taken: the clock may be anyone's code.
    fn now(&self) -> Now {
        Now {
            wall: self.0.clock.now(),
            monotonic: self.0.clock.monotonic(),
        }
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        // Nothing panics half-way, so what a poisoned lock guards is whole.
        self.0.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        self.0.due.notify(usize::MAX);
    }

    fn accept_one(&self, rows: &mut Rows, entry: Entry, now: Now) -> Result<Accept, StoreError> {
        if let Some(row) = rows.get(&entry.key) {
            let is_own = *row.held.owner() == entry.token && !row.is_dead();
            return Ok(if is_own { Accept::Queued } else { Accept::Copy });
        }
        if rows.len() >= self.0.capacity {
            return Err(StoreError::Full);
        }
        let content = entry.content.as_ref();
        let claim = self
            .0
            .keys
            .claim_now(&entry.key, content, entry.token, WITHOUT_END)?;
        Ok(match claim {
            Claim::Won(held) => {
                let due = now.monotonic;
                rows.add(entry, held, Place::Waiting { due }, now);
                Accept::Queued
            }
            Claim::InProgress { retry_after } => Accept::InProgress { retry_after },
            Claim::Done { same_content } => Accept::Done { same_content },
        })
    }

    /// Ends a line with a mark. The mark is `owner`'s, so that its repeated settle is told that it was its own.
    fn end(&self, row: &Row, owner: OwnerToken, end: End, retain: Duration) -> Settled {
        let keys = &self.0.keys;
        keys.settle_now(&row.held, End::Release, Duration::ZERO);
        let content = row.entry.content.as_ref();
        match keys.claim_now(&row.entry.key, content, owner, WITHOUT_END) {
            Ok(Claim::Won(lease)) => keys.settle_now(&lease, end, retain),
            _ => Settled::LeaseLost,
        }
    }

    fn discard_one(&self, rows: &mut Rows, key: &EventKey) -> bool {
        if !rows.get(key).is_some_and(Row::is_dead) {
            return false;
        }
        rows.remove(key).is_some_and(|row| {
            let settled = self
                .0
                .keys
                .settle_now(&row.held, End::Rejected, row.entry.retain);
            settled == Settled::Ok
        })
    }

    fn settle_work(&self, lease: &Lease, end: End, retain: Duration) -> Settled {
        let now = self.now();
        let mut rows = self.rows();
        let is_held = rows.held(lease, now.monotonic).is_some();
        match end {
            End::Release => {
                rows.give_back(lease, Duration::ZERO, Counts::Nothing, None, now.monotonic);
                Settled::Ok
            }
            End::Processed | End::Ignored | End::Rejected if is_held => {
                rows.remove(lease.key()).map_or(Settled::LeaseLost, |row| {
                    self.end(&row, *lease.owner(), end, retain)
                })
            }
            // The line may be gone by this owner's own settle.
            _ if rows.get(lease.key()).is_none() => self.0.keys.settle_now(lease, end, retain),
            _ => Settled::LeaseLost,
        }
    }
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
impl Default for MemoryInbox {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryInbox")
            .field("len", &self.len())
            .field("capacity", &self.0.capacity)
            .finish_non_exhaustive()
    }
}

impl DedupStore for MemoryInbox {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let rows = self.rows();
        if rows.get(key).is_some() {
            return Ok(Claim::Done { same_content: true });
        }
        self.0.keys.claim_now(key, content, owner, lease)
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        if !lease.is_of_work() {
            return Ok(self.0.keys.settle_now(lease, end, retain));
        }
        let settled = self.settle_work(lease, end, retain);
        self.wake();
        Ok(settled)
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        if !lease.is_of_work() {
            return self.0.keys.extend(lease, by).await;
        }
        let now = self.now();
        Ok(self.rows().extend(lease, by, now.monotonic))
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        let rows = self.rows();
        if rows.get(key).is_some() {
            return Ok(State::Done);
        }
        Ok(self.0.keys.look_now(key))
    }

    async fn settled(&self, key: &EventKey) {
        if self.rows().get(key).is_none() {
            self.0.keys.settled(key).await;
        }
    }

    fn promises(&self) -> Promises {
        DedupStore::promises(&self.0.keys)
    }

    fn held(&self) -> Option<u64> {
        DedupStore::held(&self.0.keys)
    }
}

impl Inbox for MemoryInbox {
    async fn accept(&self, entries: Vec<Entry>) -> Result<Vec<Accept>, StoreError> {
        let now = self.now();
        let accepted = {
            let mut rows = self.rows();
            let each = entries.into_iter();
            each.map(|entry| self.accept_one(&mut rows, entry, now))
                .collect()
        };
        self.wake();
        accepted
    }

    async fn quarantine(&self, entry: Entry, cap: QuarantineCap) -> Result<Quarantine, StoreError> {
        let now = self.now();
        let mut rows = self.rows();
        if rows.get(&entry.key).is_some() {
            return Ok(Quarantine::Kept);
        }
        if rows.has_room(&entry, cap) == Quarantine::Full || rows.len() >= self.0.capacity {
            return Ok(Quarantine::Full);
        }
        let claim = self
            .0
            .keys
            .claim_now(&entry.key, None, entry.token, WITHOUT_END)?;
        Ok(match claim {
            Claim::Won(held) => {
                let (reason, at) = (DeadReason::Undecodable, now.wall);
                rows.add(entry, held, Place::Dead { reason, at }, now);
                Quarantine::Kept
            }
            // Somebody discarded it.
            Claim::Done { .. } => Quarantine::Kept,
            Claim::InProgress { .. } => Quarantine::Full,
        })
    }

    async fn lease(&self, ask: Ask<'_>) -> Result<Batch, StoreError> {
        let now = self.now();
        Ok(self.rows().lease(&ask, now.monotonic))
    }

    async fn keep(&self, leases: &[&Lease], by: Duration) -> Result<Vec<Settled>, StoreError> {
        let now = self.now();
        let mut rows = self.rows();
        let each = leases.iter();
        Ok(each
            .map(|lease| rows.extend(lease, by, now.monotonic))
            .collect())
    }

    async fn give_back(
        &self,
        lease: &Lease,
        delay: Duration,
        counts: Counts,
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        let now = self.now().monotonic;
        let settled = self.rows().give_back(lease, delay, counts, error, now);
        self.wake();
        Ok(settled)
    }

    async fn bury(
        &self,
        lease: &Lease,
        reason: DeadReason,
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        let now = self.now();
        let settled = self.rows().bury(lease, reason, error, now);
        // What waits behind it goes on.
        self.wake();
        Ok(settled)
    }

    async fn pause(&self, endpoint: &str, pause: Pause) -> Result<(), StoreError> {
        let now = self.now();
        self.rows().pause(endpoint, pause, now.monotonic);
        Ok(())
    }

    async fn resume(&self, endpoint: &str) -> Result<(), StoreError> {
        self.rows().resume(endpoint);
        self.wake();
        Ok(())
    }

    /// What is first is found anew with each lease.
    async fn promote(&self, order: &OrderKey) -> Result<(), StoreError> {
        if self.rows().is_waiting_for(order) {
            self.wake();
        }
        Ok(())
    }

    async fn work_may_wait(&self) {
        self.0.due.listen().await;
    }

    async fn hold(&self, endpoint: &str, is_held: bool) -> Result<(), StoreError> {
        self.rows().hold(endpoint, is_held);
        self.wake();
        Ok(())
    }

    async fn totals(&self) -> Result<Vec<Totals>, StoreError> {
        let now = self.now();
        Ok(self.rows().totals(now))
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let now = self.now();
        Ok(self.rows().list(filter, after, limit, now))
    }

    async fn read(&self, key: &EventKey) -> Result<Option<Kept>, StoreError> {
        let now = self.now();
        Ok(self.rows().read(key, now))
    }

    async fn replay(&self, key: &EventKey, why: &str) -> Result<bool, StoreError> {
        let now = self.now();
        let replayed = self.rows().replay(key, why, now);
        self.wake();
        Ok(replayed)
    }

    async fn discard(&self, key: &EventKey) -> Result<bool, StoreError> {
        Ok(self.discard_one(&mut self.rows(), key))
    }

    async fn erase(&self, age: Duration, limit: usize) -> Result<u64, StoreError> {
        let now = self.now();
        let mut rows = self.rows();
        let keys = rows.died_before(now.wall.saturating_sub(age), limit);
        let erased = keys.iter().filter(|key| self.discard_one(&mut rows, key));
        Ok(erased.count() as u64)
    }
}
