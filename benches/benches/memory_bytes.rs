//! What a key costs in memory, of 1,000,000, and a process that is awaited, of 100,000. And how long the slowest call takes
//! while a store grows to 5,000,000 keys.

use std::{
    alloc::System,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use hookgate::{
    EventKey,
    dedup::{Claim, DedupStore, End, MemoryStore, OwnerToken},
    pack::ContentDigest,
    polling::{Expectation, ExpectationKey, Expectations, MemoryExpectations},
    time::SystemClock,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    println!("| what | figure |");
    println!("| --- | --- |");
    bytes(1_000_000);
    expectations(100_000);
    pauses(5_000_000);
}

fn bytes(keys: usize) {
    let region = Region::new(ALLOCATOR);
    let store = MemoryStore::with_capacity(keys);
    (0..keys).for_each(|number| handle(&store, number));
    let stats = region.change();
    let held = stats
        .bytes_allocated
        .saturating_sub(stats.bytes_deallocated);
    println!("| bytes a key | {:.1} |", held as f64 / keys as f64);
    assert_eq!(store.len(), keys);
}

/// Ids are UUIDs, as those of IDCloud.
fn expectations(count: usize) {
    let endpoint: Arc<str> = "idcloud".into();
    let region = Region::new(ALLOCATOR);
    let store = MemoryExpectations::with_clock(count, SystemClock::new());
    for number in 0..count {
        let key = *ContentDigest::of(&number.to_be_bytes()).as_bytes();
        let one = Expectation {
            key: ExpectationKey::from_bytes(key),
            endpoint: endpoint.clone(),
            tenant: None,
            id: format!("8263a268-5388-492a-bca2-{number:012}").into(),
            first_after: Duration::from_secs(10),
            give_up_after: Duration::from_secs(86_400),
        };
        assert!(ready(store.expect(&one)).is_ok());
    }
    let stats = region.change();
    let held = stats
        .bytes_allocated
        .saturating_sub(stats.bytes_deallocated);
    println!(
        "| bytes an expectation | {:.1} |",
        held as f64 / count as f64
    );
    assert_eq!(store.len(), count);
}

/// The machine pauses too, so the slowest of several runs' fastest tells what the store does.
fn pauses(keys: usize) {
    const RUNS: usize = 3;
    let mut slowest = vec![Duration::MAX; keys];
    for _ in 0..RUNS {
        let store = MemoryStore::with_capacity(keys);
        for (number, slowest) in slowest.iter_mut().enumerate() {
            let start = Instant::now();
            handle(&store, number);
            *slowest = start.elapsed().min(*slowest);
        }
    }
    let longest = slowest.iter().max().copied().unwrap_or_default();
    println!(
        "| longest pause while growing | {:.2} ms |",
        longest.as_secs_f64() * 1e3
    );
}

fn handle(store: &MemoryStore, number: usize) {
    let content = ContentDigest::of(&number.to_be_bytes());
    let key = EventKey::from_bytes(*content.as_bytes());
    let owner = OwnerToken::from_bytes([1; 16]);
    let claim = ready(store.claim(&key, Some(&content), owner, Duration::from_secs(30)));
    let Ok(Claim::Won(lease)) = claim else {
        panic!("a new key is won");
    };
    let settled = ready(store.settle(&lease, End::Processed, Duration::from_secs(86_400)));
    assert!(settled.is_ok());
}

/// The memory store answers at once.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the memory store never waits"),
    }
}
