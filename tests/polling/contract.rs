//! The memory store of expectations keeps every promise.

use hookgate::{
    UnixTime,
    dedup::StoreError,
    polling::{
        BoxExpectations, Expectation, Expectations, Expecting, MemoryExpectations, contract,
    },
    testing::FakeClock,
};

use crate::props::at_once;

fn clock() -> FakeClock {
    FakeClock::at(UnixTime::from_secs(1_700_000_000))
}

#[tokio::test]
async fn the_memory_store_keeps_every_promise() {
    let clock = clock();
    let store = async || MemoryExpectations::with_clock(100, clock.clone());
    contract::run(store, &clock).await;
}

#[tokio::test]
async fn a_store_in_a_box_keeps_every_promise() {
    let clock = clock();
    let store = async || BoxExpectations::new(MemoryExpectations::with_clock(100, clock.clone()));
    contract::run(store, &clock).await;
}

#[test]
fn a_full_store_takes_no_more_and_forgets_nothing() {
    let store = MemoryExpectations::with_clock(1, clock());
    let one = |byte: u8| Expectation {
        key: hookgate::polling::ExpectationKey::from_bytes([byte; 32]),
        endpoint: "idcloud".into(),
        tenant: None,
        id: "id".into(),
        first_after: std::time::Duration::ZERO,
        give_up_after: std::time::Duration::from_secs(60),
    };
    assert_eq!(at_once(store.expect(&one(1))).unwrap(), Expecting::New);
    assert!(matches!(
        at_once(store.expect(&one(2))),
        Err(StoreError::Full)
    ));
    assert_eq!(at_once(store.expect(&one(1))).unwrap(), Expecting::Known);
    assert_eq!(store.len(), 1);
}
