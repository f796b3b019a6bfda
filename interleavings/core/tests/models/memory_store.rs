//! Claims that meet in the memory store.

use std::{sync::Arc, time::Duration};

use hookgate_interleavings::{
    EventKey, UnixTime,
    dedup::{Claim, DedupStore, End, Lease, MemoryStore, OwnerToken, Settled, StoreError},
    testing::FakeClock,
};
use shuttle::{
    future::{block_on, spawn, yield_now},
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::check::check;

const LEASE: Duration = Duration::from_secs(30);
const RETAIN: Duration = Duration::from_secs(3600);

fn clock() -> FakeClock {
    FakeClock::at(UnixTime::from_secs(1_700_000_000))
}

fn store(capacity: usize) -> MemoryStore {
    MemoryStore::with_clock(capacity, clock())
}

fn key(number: u8) -> EventKey {
    EventKey::from_bytes([number; 32])
}

fn owner(number: u8) -> OwnerToken {
    OwnerToken::from_bytes([number; 16])
}

async fn claim(store: &MemoryStore, at: u8, by: u8) -> Result<Claim, StoreError> {
    store.claim(&key(at), None, owner(by), LEASE).await
}

async fn settle(store: &MemoryStore, lease: &Lease, end: End) -> Settled {
    store.settle(lease, end, RETAIN).await.unwrap()
}

/// How many run, and how many have ended well.
#[derive(Default)]
struct Runs {
    now: AtomicUsize,
    done: AtomicUsize,
}

impl Runs {
    /// Runs alone, or the model fails.
    async fn alone(&self) {
        assert_eq!(self.now.fetch_add(1, Ordering::SeqCst), 0, "two run");
        yield_now().await;
        self.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Delivers key 1 until it is done. The run fails so many times, over all who deliver.
async fn deliver(store: MemoryStore, by: u8, runs: Arc<Runs>, failures: Arc<AtomicUsize>) {
    loop {
        match claim(&store, 1, by).await.unwrap() {
            Claim::Won(lease) => {
                runs.alone().await;
                let fails = failures
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                        left.checked_sub(1)
                    })
                    .is_ok();
                if fails {
                    assert_eq!(settle(&store, &lease, End::Release).await, Settled::Ok);
                    // A released token is not used again.
                    return;
                }
                runs.done.fetch_add(1, Ordering::SeqCst);
                assert_eq!(settle(&store, &lease, End::Processed).await, Settled::Ok);
            }
            Claim::InProgress { .. } => store.settled(&key(1)).await,
            Claim::Done { .. } => return,
        }
    }
}

fn deliveries(failures: usize) {
    block_on(async {
        let (store, runs) = (store(100), Arc::<Runs>::default());
        let failures = Arc::new(AtomicUsize::new(failures));
        let all: Vec<_> = (1..=4)
            .map(|by| spawn(deliver(store.clone(), by, runs.clone(), failures.clone())))
            .collect();
        for one in all {
            one.await.unwrap();
        }
        assert_eq!(runs.done.load(Ordering::SeqCst), 1, "it ran once");
        assert_eq!(store.len(), 1);
    });
}

#[test]
fn of_claims_at_the_same_time_one_runs_and_the_others_hear_its_end() {
    check(|| deliveries(0));
}

#[test]
fn what_was_released_is_run_by_another_who_waits() {
    check(|| deliveries(2));
}

/// A claim whose caller left is released under its token, before the claim or behind it.
#[test]
fn a_claim_that_was_given_up_holds_nothing() {
    check(|| {
        block_on(async {
            let store = store(100);
            let (first, second) = (store.clone(), store.clone());
            let late = spawn(async move { claim(&first, 1, 1).await });
            let lease = Lease::granted(key(1), owner(1), 0);
            let given_up = spawn(async move { settle(&second, &lease, End::Release).await });
            late.await.unwrap().unwrap();
            assert_eq!(given_up.await.unwrap(), Settled::Ok);
            let next = claim(&store, 1, 2).await.unwrap();
            assert!(matches!(next, Claim::Won(_)), "{next:?}");
        });
    });
}

#[test]
fn a_store_never_holds_more_than_its_capacity_and_gets_all_of_it_back() {
    check(|| {
        block_on(async {
            let store = store(2);
            let all: Vec<_> = (1..=4)
                .map(|number| {
                    let store = store.clone();
                    spawn(async move {
                        let claimed = claim(&store, number, number).await;
                        assert!(store.len() <= 2, "{}", store.len());
                        match claimed {
                            Ok(Claim::Won(lease)) => {
                                settle(&store, &lease, End::Release).await;
                                true
                            }
                            Err(StoreError::Full) => false,
                            other => panic!("{other:?}"),
                        }
                    })
                })
                .collect();
            let mut won = 0;
            for one in all {
                won += usize::from(one.await.unwrap());
            }
            assert!(won >= 2, "there was room for two");
            assert_eq!(store.len(), 0);
        });
    });
}

/// A full store makes room of lapsed leases. Two who look for it at the same time get one place each.
#[test]
fn the_room_of_a_lapsed_lease_is_given_once() {
    check(|| {
        block_on(async {
            let clock = clock();
            let store = MemoryStore::with_clock(2, clock.clone());
            claim(&store, 1, 1).await.unwrap();
            clock.advance(LEASE * 2);
            claim(&store, 2, 2).await.unwrap();
            let all: Vec<_> = (3..=5)
                .map(|number| {
                    let store = store.clone();
                    spawn(async move { claim(&store, number, number).await.is_ok() })
                })
                .collect();
            let mut won = 0;
            for one in all {
                won += usize::from(one.await.unwrap());
            }
            assert_eq!((won, store.len()), (1, 2));
        });
    });
}
