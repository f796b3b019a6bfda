//! The store of one process: bounded, exact, and fast.
//!
//! | file | holds |
//! | --- | --- |
//! | `shard` | the rules of claiming and settling, for a part of the keys |
//! | `entry` | what is kept of one key |
//! | `slab` | the slots where entries live |
//! | `table` | from a key to its slot |
//! | `leases` | which entries are in progress |
//! | `expiry` | in which order the others are forgotten |
//! | `given_up` | whose late claims are not granted |
//! | `room` | how many keys there are, over all shards |
//! | `hash`, `moment` | where a key belongs; time as entries keep it |

mod claimant;
mod entry;
mod expiry;
mod given_up;
mod hash;
mod leases;
mod moment;
mod room;
mod shard;
mod slab;
mod table;

use std::{fmt, sync::Arc, time::Duration};

use event_listener::EventListener;

use self::{
    claimant::Claimant,
    hash::Place,
    moment::Now,
    room::Room,
    shard::{Reclaimed, Shard},
};
use super::{Claim, DedupStore, End, Lease, OwnerToken, Promises, Settled, State};
use crate::{
    identity::{ContentDigest, EventKey},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Clock,
    verdict::StoreError,
};

/// Remembers events in this process: for a service of one instance, and for tests.
///
/// It forgets everything at a restart, so a copy that arrives after one runs again. Two instances
/// behind one address do not see each other's events. A receiver that cannot bear either needs one
/// of the durable stores.
///
/// Clones share their keys. Every call answers at once: nothing waits but
/// [`settled`](DedupStore::settled).
///
/// # Capacity
///
/// It holds up to its capacity of keys, in progress and done together, and grows as they come. A
/// key takes 67 bytes when the store is full, and 77 at most on the way there. What is kept of a
/// key never moves, so that no claim pauses for the others. Marks whose retention is over are
/// removed a few at a time by each claim. Nothing that has not expired is ever evicted: a full
/// store answers [`StoreError::Full`], which the sender sees as 503. Capacity divided by retention
/// is the rate of new events that it can bear: a million keys and 24 hours are 11 a second.
///
/// A lapsed lease keeps its key's attempts until somebody takes it over. It makes room when the
/// store would otherwise be full, so that handlers that never settle cannot fill it for ever. A
/// claim that finds no room looks at some of the running leases only. It may be told that the store
/// is full, although a later one finds a lapsed lease.
///
/// # Leases
///
/// Time is the clock's [`monotonic`](Clock::monotonic) one, in milliseconds, rounded up. A lease is
/// lost when it lapses, even if nobody took it over: its owner is told
/// [`Settled::LeaseLost`]. A release of a key that is not known is [`Settled::Ok`], since it may
/// be a repeated one.
///
/// A release is remembered for a minute, so that a later claim of the same token is not granted.
/// Each shard remembers the last 256, beside the capacity. A full store takes them too.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use hookgate::{EventKey, dedup::{Claim, DedupStore, End, MemoryStore, OwnerToken, Settled}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), hookgate::dedup::StoreError> {
/// let store = MemoryStore::new();
/// let key = EventKey::from_bytes([7; 32]);
/// let owner = OwnerToken::from_bytes([1; 16]);
///
/// let Claim::Won(lease) = store.claim(&key, None, owner, Duration::from_secs(30)).await? else {
///     unreachable!("nobody else has claimed it");
/// };
/// // ... the event is handled ...
/// let day = Duration::from_secs(86_400);
/// assert_eq!(store.settle(&lease, End::Processed, day).await?, Settled::Ok);
///
/// let copy = OwnerToken::from_bytes([2; 16]);
/// let claim = store.claim(&key, None, copy, Duration::from_secs(30)).await?;
/// assert!(matches!(claim, Claim::Done { same_content: true }));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MemoryStore(Arc<Inner>);

struct Inner {
    clock: Box<dyn Clock>,
    started: Duration,
    room: Room,
    shards: Box<[Padded]>,
    /// The shard where the next search for room begins.
    search: AtomicUsize,
}

/// A lock of its own line, so that threads in neighbouring shards do not slow each other down.
#[repr(align(128))]
struct Padded(Mutex<Shard>);

/// How many keys a full shard holds.
///
/// It bounds the one thing that is not done in small steps: the growth of a shard's table, less than
/// half a millisecond for this many. Fewer would bound it closer, but the lines that each shard
/// keeps busy would then no longer fit a processor's inner cache, and claims would slow down. It is
/// just below what a table of 65,536 buckets takes, so that a full store wastes little.
const KEYS_A_SHARD: usize = 50_000;

/// Small stores have the fewest shards, for the sake of threads. No store has more than the most,
/// for the sake of a search over all of them: past 50,000,000 keys, shards grow instead.
const FEWEST_SHARDS: usize = 16;
const MOST_SHARDS: usize = 1024;

/// Running leases that one claim looks at to find room.
const LEASES_SEARCHED: usize = 1024;

/// How often a claim searches for room that another claim then takes.
const SEARCHES: usize = 4;

impl MemoryStore {
    /// For 1,000,000 keys, by the operating system's clock.
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    pub fn new() -> Self {
        Self::with_capacity(1_000_000)
    }

    /// For `capacity` keys, by the operating system's clock.
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_clock(capacity, crate::time::SystemClock::new())
    }

    /// For `capacity` keys, by `clock`.
    pub fn with_clock(capacity: usize, clock: impl Clock) -> Self {
        let shards = capacity
            .div_ceil(KEYS_A_SHARD)
            .clamp(FEWEST_SHARDS, MOST_SHARDS);
        Self(Arc::new(Inner {
            started: clock.monotonic(),
            clock: Box::new(clock),
            room: Room::new(capacity),
            shards: (0..shards)
                .map(|_| Padded(Mutex::new(Shard::new())))
                .collect(),
            search: AtomicUsize::new(0),
        }))
    }

    /// How many keys it holds: those in progress, those done, and those whose time is over but which
    /// no claim has removed yet.
    pub fn len(&self) -> usize {
        self.0.room.taken()
    }

    /// Whether it holds no key.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many keys it can hold.
    pub fn capacity(&self) -> usize {
        self.0.room.capacity()
    }

    /// [`DedupStore::claim`], at once.
    pub(crate) fn claim_now(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let now = self.0.now();
        let claimant = Claimant {
            key,
            content,
            owner,
            until: now.plus(lease),
        };
        self.0.claim(&claimant, now)
    }

    /// [`DedupStore::settle`], at once.
    pub(crate) fn settle_now(&self, lease: &Lease, end: End, retain: Duration) -> Settled {
        self.0.settle(lease, end, retain)
    }

    /// [`DedupStore::look`], at once.
    pub(crate) fn look_now(&self, key: &EventKey) -> State {
        self.0.look(key)
    }
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}

impl Inner {
    /// Always read before a shard is locked: the clock may be anyone's code.
    fn now(&self) -> Now {
        Now::new(self.clock.monotonic().saturating_sub(self.started))
    }

    fn shard(&self, index: usize) -> Option<MutexGuard<'_, Shard>> {
        let Padded(shard) = self.shards.get(index)?;
        // Nothing in a shard panics half-way, so what a poisoned lock guards is whole.
        Some(shard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn shard_of(&self, place: &Place) -> Option<MutexGuard<'_, Shard>> {
        self.shard(place.shard(self.shards.len()))
    }

    fn claim(&self, claimant: &Claimant<'_>, now: Now) -> Result<Claim, StoreError> {
        let place = Place::of(claimant.key);
        for _ in 0..SEARCHES {
            let Some(mut shard) = self.shard_of(&place) else {
                break;
            };
            let claim = shard.claim(place.hash, claimant, now, &self.room);
            drop(shard);
            match claim {
                Err(StoreError::Full) if self.find_room(now) => {}
                claim => return claim,
            }
        }
        Err(StoreError::Full)
    }

    /// Makes room for a key in any shard, one lock at a time; `false` if none was found.
    fn find_room(&self, now: Now) -> bool {
        let shards = self.shards.len();
        let mut leases = LEASES_SEARCHED;
        let first = self.search.load(Ordering::Relaxed);
        for step in 0..shards {
            let index = first.wrapping_add(step).checked_rem(shards).unwrap_or(0);
            let Some(mut shard) = self.shard(index) else {
                continue;
            };
            let reclaimed = shard.reclaim(now, &self.room, &mut leases);
            drop(shard);
            if let Reclaimed::Room(waiters) = reclaimed {
                if let Some(waiters) = waiters {
                    waiters.notify(usize::MAX);
                }
                self.search.store(index, Ordering::Relaxed);
                return true;
            }
        }
        // The leases of the first shards may have used up the search, so the next one begins later.
        self.search.store(first.wrapping_add(1), Ordering::Relaxed);
        false
    }

    fn settle(&self, lease: &Lease, end: End, retain: Duration) -> Settled {
        let place = Place::of(lease.key());
        let now = self.now();
        let Some(mut shard) = self.shard_of(&place) else {
            return Settled::LeaseLost;
        };
        let (settled, waiters) = shard.settle(place.hash, lease, end, retain, now, &self.room);
        drop(shard);
        // Woken without the lock: a waker may be anyone's code, and may come back at once.
        if let Some(waiters) = waiters {
            waiters.notify(usize::MAX);
        }
        settled
    }

    fn extend(&self, lease: &Lease, by: Duration) -> Settled {
        let place = Place::of(lease.key());
        let now = self.now();
        self.shard_of(&place)
            .map_or(Settled::LeaseLost, |mut shard| {
                shard.extend(place.hash, lease, now.plus(by), now)
            })
    }

    fn look(&self, key: &EventKey) -> State {
        let place = Place::of(key);
        let now = self.now();
        self.shard_of(&place)
            .map_or(State::Free, |shard| shard.look(place.hash, key, now))
    }

    fn listen(&self, key: &EventKey) -> Option<EventListener> {
        let place = Place::of(key);
        let now = self.now();
        self.shard_of(&place)?.listen(place.hash, key, now)
    }
}

impl DedupStore for MemoryStore {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        self.claim_now(key, content, owner, lease)
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        Ok(self.settle_now(lease, end, retain))
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        Ok(self.0.extend(lease, by))
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        Ok(self.look_now(key))
    }

    async fn settled(&self, key: &EventKey) {
        if let Some(listener) = self.0.listen(key) {
            listener.await;
        }
    }

    fn promises(&self) -> Promises {
        Promises::in_process(u64::try_from(self.capacity()).unwrap_or(u64::MAX))
    }

    fn held(&self) -> Option<u64> {
        u64::try_from(self.len()).ok()
    }
}
