//! Assertions that are taken once, while the store that keeps them has faults.

use std::{
    future::pending,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use hookgate::{
    EventKey,
    dedup::{
        Claim, DedupStore, End, Lease, MemoryStore, OwnerToken, Promises, Settled, State,
        StoreError,
    },
    pack::ContentDigest,
    testing::FakeClock,
};

use super::{Endpoint, NOW, header, private_key_jwt, refused};

/// What goes wrong with one call.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    /// The claim is made, and its answer is an error.
    ClaimLost,
    /// The claim is made, and no answer comes.
    ClaimSilent,
    /// The mark is not written.
    MarkFails,
    /// The mark is not written, and no answer comes.
    MarkHangs,
}

#[derive(Default)]
struct Faulty {
    memory: MemoryStore,
    next: Mutex<Option<Fault>>,
    releases: AtomicUsize,
}

impl Faulty {
    fn fails(&self, fault: Fault) -> bool {
        let mut next = self.next.lock().unwrap();
        next.take_if(|next| *next == fault).is_some()
    }

    fn releases(&self) -> usize {
        self.releases.load(Ordering::SeqCst)
    }
}

impl DedupStore for Faulty {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let claimed = self.memory.claim(key, content, owner, lease).await;
        if self.fails(Fault::ClaimLost) {
            return Err(StoreError::Timeout);
        }
        if self.fails(Fault::ClaimSilent) {
            return pending().await;
        }
        claimed
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        if self.fails(Fault::MarkFails) {
            return Err(StoreError::Timeout);
        }
        if self.fails(Fault::MarkHangs) {
            return pending().await;
        }
        let settled = self.memory.settle(lease, end, retain).await;
        self.releases
            .fetch_add(usize::from(end == End::Release), Ordering::SeqCst);
        settled
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        self.memory.extend(lease, by).await
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        self.memory.look(key).await
    }

    fn promises(&self) -> Promises {
        self.memory.promises()
    }
}

fn endpoint(store: &Arc<Faulty>) -> Endpoint {
    let client = private_key_jwt::signing_client("unico");
    Endpoint::of(|builder| builder.client(client).replay_store(store.clone()))
}

fn assertion() -> String {
    private_key_jwt::posted(&private_key_jwt::signer().token(NOW))
}

/// Lets what runs in the background run.
async fn until_released(store: &Faulty, releases: usize) {
    for _ in 0..1_000 {
        if store.releases() == releases {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{} releases instead of {releases}", store.releases());
}

#[tokio::test]
async fn what_a_store_did_not_confirm_is_released_and_the_client_that_comes_again_gets_its_token() {
    let store = Arc::<Faulty>::default();
    let endpoint = endpoint(&store);
    let faults = [
        Fault::ClaimLost,
        Fault::ClaimSilent,
        Fault::MarkFails,
        Fault::MarkHangs,
    ];
    // More often than an address may fail.
    for (round, fault) in (1..).zip(faults.repeat(5)) {
        let assertion = assertion();
        *store.next.lock().unwrap() = Some(fault);
        let mut answer = pin!(endpoint.form(&assertion));
        let mut context = Context::from_waker(Waker::noop());
        let answer = match answer.as_mut().poll(&mut context) {
            Poll::Ready(answer) => answer,
            Poll::Pending => {
                endpoint.clock.advance(Duration::from_secs(2));
                answer.await
            }
        };
        refused(&answer, 503, "temporarily_unavailable");
        until_released(&store, round).await;
        let again = endpoint.form(&assertion).await;
        assert!(endpoint.opens(&again));
    }
}

#[tokio::test]
async fn a_request_that_is_dropped_while_the_store_is_asked_gives_its_assertion_back() {
    let store = Arc::<Faulty>::default();
    let endpoint = endpoint(&store);
    for (round, fault) in (1..).zip([Fault::ClaimSilent, Fault::MarkHangs]) {
        let assertion = assertion();
        *store.next.lock().unwrap() = Some(fault);
        {
            let mut dropped = pin!(endpoint.form(&assertion));
            let mut context = Context::from_waker(Waker::noop());
            assert!(dropped.as_mut().poll(&mut context).is_pending());
        }
        until_released(&store, round).await;
        assert!(endpoint.opens(&endpoint.form(&assertion).await));
    }
}

#[tokio::test]
async fn while_a_request_with_an_assertion_is_under_way_another_with_it_is_no_guess() {
    let store = Arc::<Faulty>::default();
    let endpoint = endpoint(&store);
    let assertion = assertion();
    *store.next.lock().unwrap() = Some(Fault::MarkHangs);
    let mut first = pin!(endpoint.form(&assertion));
    let mut context = Context::from_waker(Waker::noop());
    assert!(first.as_mut().poll(&mut context).is_pending());
    for _ in 0..20 {
        let answer = endpoint.form(&assertion).await;
        refused(&answer, 503, "temporarily_unavailable");
        assert!(header(&answer, "retry-after").is_some());
    }
    // Only what was used is a replay.
    endpoint.clock.advance(Duration::from_secs(2));
    refused(&first.await, 503, "temporarily_unavailable");
    until_released(&store, 1).await;
    assert!(endpoint.opens(&endpoint.form(&assertion).await));
    refused(&endpoint.form(&assertion).await, 401, "invalid_client");
}

#[tokio::test]
async fn an_assertion_is_remembered_for_longer_than_it_is_taken() {
    let clock = FakeClock::at(NOW);
    let client = private_key_jwt::signing_client("unico");
    let store = MemoryStore::with_clock(100, clock.clone());
    let endpoint = Endpoint::of(|builder| builder.client(client).replay_store(store));
    let lives = Duration::from_secs(60);
    let assertion = private_key_jwt::signer().lifetime(lives).token(NOW);
    let assertion = private_key_jwt::posted(&assertion);
    assert!(endpoint.opens(&endpoint.form(&assertion).await));
    // The store's clock is ahead of the issuer's: an assertion is taken for 60 s beyond its end.
    clock.advance(Duration::from_secs(179));
    endpoint.clock.advance(Duration::from_secs(119));
    refused(&endpoint.form(&assertion).await, 401, "invalid_client");
}
