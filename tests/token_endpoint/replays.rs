//! Assertions that are taken once, while the store that keeps them has faults.

use std::{pin::pin, task::Poll, time::Duration};

use hookgate::{dedup::MemoryStore, testing::FakeClock};

use super::private_key_jwt;
use crate::props::{
    CAUSE, Fault, Log, On, ScriptedStore,
    endpoint::{Endpoint, NOW, header, refused},
    poll, until,
};

fn endpoint(store: &ScriptedStore) -> Endpoint {
    let client = private_key_jwt::signing_client("unico");
    Endpoint::of(|builder| builder.client(client).replay_store(store.clone()))
}

fn assertion() -> String {
    private_key_jwt::posted(&private_key_jwt::signer().token(NOW))
}

/// A store whose leases do not end while a test lasts.
fn store() -> ScriptedStore {
    ScriptedStore::over(MemoryStore::new())
}

/// Lets what runs in the background run: the store is told again after a pause.
async fn until_released(endpoint: &Endpoint, store: &ScriptedStore, releases: usize) {
    until("the release", || {
        endpoint.clock.advance(Duration::from_millis(50));
        store.count(On::Release) == releases
    })
    .await;
}

#[tokio::test]
async fn what_a_store_did_not_confirm_is_released_and_the_client_that_comes_again_gets_its_token() {
    let log = Log::begin();
    let store = store();
    let endpoint = endpoint(&store);
    let faults = [
        (On::Claim, Fault::Silent),
        (On::Mark, Fault::Down),
        (On::Mark, Fault::Hangs),
    ];
    // More often than an address may fail.
    for (round, (on, fault)) in (1..).zip(faults.iter().cycle().take(21).cloned()) {
        let assertion = assertion();
        store.next(on, fault);
        let mut answer = pin!(endpoint.form(&assertion));
        let answer = match poll(answer.as_mut()) {
            Poll::Ready(answer) => answer,
            Poll::Pending => {
                endpoint.clock.advance(Duration::from_secs(2));
                answer.await
            }
        };
        refused(&answer, 503, "temporarily_unavailable");
        until_released(&endpoint, &store, round).await;
        let again = endpoint.form(&assertion).await;
        assert!(endpoint.opens(&again));
    }
    let told = log.with("the store of used assertions failed");
    assert_eq!(told.len(), 21);
    assert_eq!(
        told.iter().filter(|(_, line)| line.contains(CAUSE)).count(),
        7
    );
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_asked_for_once_more() {
    let store = store();
    let endpoint = endpoint(&store);
    store.next(On::Claim, Fault::AnswerLost);
    assert!(endpoint.opens(&endpoint.form(&assertion()).await));
    assert_eq!(store.count(On::Claim), 2);
}

#[tokio::test]
async fn a_request_that_is_dropped_while_the_store_is_asked_gives_its_assertion_back() {
    let store = store();
    let endpoint = endpoint(&store);
    for (round, (on, fault)) in (1..).zip([(On::Claim, Fault::Silent), (On::Mark, Fault::Hangs)]) {
        let assertion = assertion();
        store.next(on, fault);
        {
            let mut dropped = pin!(endpoint.form(&assertion));
            assert!(poll(dropped.as_mut()).is_pending());
        }
        until_released(&endpoint, &store, round).await;
        assert!(endpoint.opens(&endpoint.form(&assertion).await));
    }
}

#[tokio::test]
async fn while_a_request_with_an_assertion_is_under_way_another_with_it_is_no_guess() {
    let store = store();
    let endpoint = endpoint(&store);
    let assertion = assertion();
    store.next(On::Mark, Fault::Hangs);
    let mut first = pin!(endpoint.form(&assertion));
    assert!(poll(first.as_mut()).is_pending());
    for _ in 0..20 {
        let answer = endpoint.form(&assertion).await;
        refused(&answer, 503, "temporarily_unavailable");
        assert!(header(&answer, "retry-after").is_some());
    }
    // Only what was used is a replay.
    endpoint.clock.advance(Duration::from_secs(2));
    refused(&first.await, 503, "temporarily_unavailable");
    until_released(&endpoint, &store, 1).await;
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
