//! The memory store keeps every promise of a store, and its own.
#![cfg(feature = "testing")]

use hookgate::{
    UnixTime,
    dedup::{BoxDedupStore, MemoryStore, contract},
    testing::FakeClock,
};

fn fake_clock() -> FakeClock {
    FakeClock::at(UnixTime::from_secs(1_700_000_000))
}

#[tokio::test]
async fn it_keeps_the_contract() {
    let clock = fake_clock();
    contract::run(
        || async { MemoryStore::with_clock(500, clock.clone()) },
        &clock,
    )
    .await;
}

#[tokio::test]
async fn it_keeps_the_contract_in_a_box() {
    let clock = fake_clock();
    contract::run(
        || async { BoxDedupStore::new(MemoryStore::with_clock(500, clock.clone())) },
        &clock,
    )
    .await;
}
