//! What is measured: sets of keys, and one new event in each.

use std::{
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use hookgate::{
    EventKey,
    dedup::{Claim, DedupStore, End, MemoryStore, OwnerToken},
};
use moka::{policy::EvictionPolicy, sync::Cache};

const LEASE: Duration = Duration::from_secs(30);
const RETAIN: Duration = Duration::from_secs(86_400);

/// A set of keys that can take one more.
pub(crate) trait Subject: Sized {
    const NAME: &'static str;

    fn with_capacity(keys: usize) -> Self;

    /// Handles a new event.
    fn handle(&self, key: EventKey);

    /// Holds `size` keys, with room for as many again.
    fn filled(size: usize, keys: &mut Keys) -> Self {
        let subject = Self::with_capacity(2 * size);
        keys.take(size).for_each(|key| subject.handle(key));
        subject
    }

    /// How long that many new events take.
    fn time(&self, events: usize, keys: &mut Keys) -> Duration {
        let keys: Vec<_> = keys.take(events).collect();
        let start = Instant::now();
        keys.into_iter().for_each(|key| self.handle(key));
        start.elapsed()
    }
}

/// A claim and a settle, which is what an event costs.
impl Subject for MemoryStore {
    const NAME: &'static str = "hookgate";

    fn with_capacity(keys: usize) -> Self {
        Self::with_capacity(keys)
    }

    fn handle(&self, key: EventKey) {
        let owner = OwnerToken::from_bytes([1; 16]);
        let Ok(Claim::Won(lease)) = ready(self.claim(&key, None, owner, LEASE)) else {
            panic!("a new key is won");
        };
        let settled = ready(self.settle(&lease, End::Processed, RETAIN));
        assert!(black_box(settled).is_ok());
    }
}

/// The one atomic insert that a simple dedup would be built on: no lease, no end. The policy is the
/// one that at least forgets the oldest keys first.
impl Subject for Cache<EventKey, ()> {
    const NAME: &'static str = "moka";

    fn with_capacity(keys: usize) -> Self {
        Cache::builder()
            .max_capacity(keys as u64)
            .time_to_live(RETAIN)
            .eviction_policy(EvictionPolicy::lru())
            .build()
    }

    fn handle(&self, key: EventKey) {
        assert!(black_box(self.entry(key).or_insert(())).is_fresh());
    }
}

/// Keys as random as a digest, and cheaper (SplitMix64).
pub(crate) struct Keys(u64);

impl Keys {
    pub(crate) const fn new() -> Self {
        Self(0)
    }
}

impl Iterator for Keys {
    type Item = EventKey;

    fn next(&mut self) -> Option<EventKey> {
        let mut bytes = [0; 32];
        for word in bytes.chunks_exact_mut(8) {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = self.0;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            word.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
        }
        Some(EventKey::from_bytes(bytes))
    }
}

/// The memory store answers at once.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the memory store never waits"),
    }
}
