//! A cluster of three nodes: the contract, and a node that goes and comes back.
#![cfg(feature = "cluster")]
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::time::{Duration, Instant};

use hookgate::{
    dedup::{
        Claim, DedupStore, End, Settled, State, StoreError,
        contract::{self, RealTime, Terms},
    },
    time::TokioTimer,
};
use hookgate_redis::RedisStore;
use hookgate_test_support::{LEASE, RETAIN, RedisServer, key, owner, win};
use place::fresh_prefix;

async fn store_on(cluster: &[RedisServer], limit: Duration) -> RedisStore {
    // One address is enough: the store learns the others from it.
    let url = cluster[0].url();
    RedisStore::builder()
        .prefix(fresh_prefix())
        .call_timeout(limit)
        .connect_cluster([&*url])
        .await
        .expect("connect")
}

#[tokio::test]
async fn the_store_keeps_the_contract_on_a_cluster() {
    let Some(cluster) = RedisServer::start_cluster(3) else {
        return;
    };
    let time = RealTime::new(TokioTimer, Terms::short());
    let patience = Duration::from_secs(20);
    contract::run(|| store_on(&cluster, patience), &time).await;
}

#[tokio::test]
async fn a_node_that_goes_costs_its_own_keys_alone_and_is_found_again() {
    let Some(cluster) = RedisServer::start_cluster(3) else {
        return;
    };
    let store = store_on(&cluster, Duration::from_millis(1500)).await;
    for number in 0..30 {
        let lease = win(&store, number).await;
        let settled = store.settle(&lease, End::Processed, RETAIN).await;
        assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    }
    for node in &cluster {
        let keys = node.send("DBSIZE");
        assert!(!keys.starts_with(":0\r"), "a node has no key");
    }

    cluster[2].crash();
    let (mut known, mut refused) = (0, 0);
    for number in 0..30 {
        match store.claim(&key(number), None, owner(9), LEASE).await {
            Ok(Claim::Done { .. }) => known += 1,
            Err(StoreError::Unavailable(_) | StoreError::Timeout) => refused += 1,
            other => panic!("a copy of a completed event was told {other:?}"),
        }
    }
    assert!(known > 0 && refused > 0, "{known} known, {refused} refused");

    cluster[2].resume();
    let resumed = Instant::now();
    for number in 0..30 {
        while !matches!(store.look(&key(number)).await, Ok(State::Done)) {
            assert!(resumed.elapsed() < Duration::from_secs(60), "{number}");
        }
    }
}
