//! The memory inbox keeps every promise, those of a store of claims too.

use hookgate::{
    UnixTime, dedup,
    inbox::{MemoryInbox, contract},
    testing::FakeClock,
};

fn clock() -> FakeClock {
    FakeClock::at(UnixTime::from_secs(1_700_000_000))
}

#[tokio::test]
async fn the_memory_inbox_keeps_every_promise() {
    let clock = clock();
    let store = async || MemoryInbox::with_clock(100, clock.clone());
    contract::run(store, &clock).await;
}

#[tokio::test]
async fn the_memory_inbox_is_a_store_of_claims() {
    let clock = clock();
    let store = async || MemoryInbox::with_clock(10, clock.clone());
    dedup::contract::run(store, &clock).await;
}
