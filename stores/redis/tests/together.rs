//! Calls that are under way at once share their way to the server. Each keeps its own outcome.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::{
    future::Future,
    task::{Context, Waker},
    time::Duration,
};

use hookgate::dedup::{Claim, DedupStore, End, Lease, Settled, StoreError};
use hookgate_redis::RedisStore;
use hookgate_test_support::{LEASE, RETAIN, RedisServer, key, owner};
use place::{fresh_prefix, store_under};
use tokio::{runtime, task::JoinSet};

/// What became of each, by its number.
async fn all_at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    numbers: impl IntoIterator<Item = u64>,
    call: impl Fn(u64) -> F,
) -> Vec<T> {
    let mut calls = JoinSet::new();
    for number in numbers {
        let call = call(number);
        calls.spawn(async move { (number, call.await) });
    }
    let mut ended = calls.join_all().await;
    ended.sort_by_key(|(number, _)| *number);
    ended.into_iter().map(|(_, what)| what).collect()
}

async fn claim(store: RedisStore, number: u64, by: u64) -> Result<Claim, StoreError> {
    store.claim(&key(number), None, owner(by), LEASE).await
}

async fn settle(store: RedisStore, number: u64, by: u64) -> Result<Settled, StoreError> {
    let lease = Lease::granted(key(number), owner(by), 1);
    store.settle(&lease, End::Processed, RETAIN).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_each_is_told_its_own() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    for count in [1, 2, 5, 64, 1000] {
        let store = store_under(fresh_prefix(), &server.url()).await;
        // Every key is claimed by two.
        let claims = all_at_once(0..2 * count, |n| claim(store.clone(), n / 2, n)).await;
        let won = |claim: &Result<Claim, StoreError>| match claim {
            Ok(Claim::Won(_)) => true,
            Ok(Claim::InProgress { .. }) => false,
            other => panic!("{count}: {other:?}"),
        };
        let won: Vec<bool> = claims.iter().map(won).collect();
        let settles = all_at_once(0..2 * count, |n| settle(store.clone(), n / 2, n)).await;
        for (pair, settled) in won.chunks(2).zip(settles.chunks(2)) {
            assert!(pair[0] != pair[1], "{count}: one of two wins");
            for (won, settled) in pair.iter().zip(settled) {
                match settled {
                    Ok(Settled::Ok) => assert!(won, "{count}: the loser cannot settle"),
                    Ok(Settled::LeaseLost) => assert!(!won, "{count}: the winner can"),
                    Err(error) => panic!("{count}: {error:?}"),
                }
            }
        }
    }
}

#[cfg(feature = "metrics")]
#[tokio::test]
async fn what_goes_together_is_recorded() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let store = store_under(fresh_prefix(), &server.url()).await;
    all_at_once(0..64, |n| claim(store.clone(), n, n)).await;
    let text = recorder.handle().render();
    let value = |name: &str| {
        let of = |line: &str| {
            line.strip_prefix(name)?
                .strip_prefix("{store=\"redis\"} ")?
                .parse()
                .ok()
        };
        let value: Option<f64> = text.lines().find_map(of);
        value.unwrap_or_else(|| panic!("no {name} in\n{text}"))
    };
    assert_eq!(value("hookgate_store_writes_under_way"), 0.0);
    assert_eq!(value("hookgate_store_batch_items_sum"), 64.0);
    assert!(value("hookgate_store_batch_items_count") < 64.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_does_not_fail_its_neighbours() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let prefix = fresh_prefix();
    let store = store_under(prefix.clone(), &server.url()).await;
    for number in [3, 40] {
        server.send(&format!("RPUSH {prefix}:{{{}}} x", key(number)));
    }
    let claims = all_at_once(0..64, |n| claim(store.clone(), n, n)).await;
    let settles = all_at_once(0..64, |n| settle(store.clone(), n, n)).await;
    for (number, (claim, settled)) in claims.iter().zip(&settles).enumerate() {
        if [3, 40].contains(&number) {
            assert!(claim.is_err() && settled.is_err(), "{claim:?} {settled:?}");
        } else {
            assert!(matches!(claim, Ok(Claim::Won(_))), "{number}: {claim:?}");
            assert!(matches!(settled, Ok(Settled::Ok)), "{number}: {settled:?}");
        }
    }
}

/// A node of a cluster takes no call on keys of several slots. Some proxies refuse it in their own words.
#[tokio::test(flavor = "multi_thread")]
async fn where_keys_may_not_go_together_each_goes_alone() {
    let Some(cluster) = RedisServer::start_cluster(1) else {
        return;
    };
    let store = store_under(fresh_prefix(), &cluster[0].url()).await;
    for round in 0..3 {
        let numbers = 64 * round..64 * (round + 1);
        all_at_once(numbers.clone(), |n| claim(store.clone(), n, n)).await;
        for settled in all_at_once(numbers, |n| settle(store.clone(), n, n)).await {
            assert!(matches!(settled, Ok(Settled::Ok)), "{round}: {settled:?}");
        }
    }
    let refused = cluster[0].send("INFO ERRORSTATS");
    assert!(
        refused.contains("errorstat_CROSSSLOT:count=1\r"),
        "{refused}"
    );
}

/// A server that has forgotten its scripts tells each call of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_the_server_forgot_is_sent_again_by_each() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let store = store_under(fresh_prefix(), &server.url()).await;
    for round in 0..3 {
        let numbers = 64 * round..64 * (round + 1);
        all_at_once(numbers.clone(), |n| claim(store.clone(), n, n)).await;
        server.send("SCRIPT FLUSH");
        for settled in all_at_once(numbers, |n| settle(store.clone(), n, n)).await {
            assert!(matches!(settled, Ok(Settled::Ok)), "{round}: {settled:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_leaves_takes_nobody_along() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let store = RedisStore::builder()
        .prefix(fresh_prefix())
        .call_timeout(Duration::from_secs(30))
        .connect(&server.url())
        .await
        .expect("connect");
    server.pause();
    let begun = (0..200).map(|number| {
        let mut call = Box::pin(claim(store.clone(), number, number));
        // It is under way, or waits for others, before the next one comes.
        let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
        call
    });
    let begun: Vec<_> = begun.collect();
    let (left, stay): (Vec<_>, Vec<_>) = (0..).zip(begun).partition(|(number, _)| number % 2 == 0);
    drop(left);
    server.unpause();
    for (number, call) in stay {
        let claim = call.await;
        assert!(matches!(claim, Ok(Claim::Won(_))), "{number}: {claim:?}");
    }
}

#[test]
fn a_store_outlives_the_runtime_that_connected_it() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let runtime = || {
        let mut builder = runtime::Builder::new_multi_thread();
        builder.worker_threads(2).enable_all().build()
    };
    let url = server.url();
    let first = runtime().expect("a runtime");
    let store = first.block_on(async {
        let store = store_under(fresh_prefix(), &url).await;
        all_at_once(0..100, |n| claim(store.clone(), n, n)).await;
        store
    });
    drop(first);
    let second = runtime().expect("a runtime");
    second.block_on(async {
        // The first calls find the connection's task gone.
        all_at_once(100..200, |n| claim(store.clone(), n, n)).await;
        let settles = all_at_once(0..100, |n| settle(store.clone(), n, n)).await;
        let again = all_at_once(0..100, |n| settle(store.clone(), n, n)).await;
        for (number, settled) in again.iter().enumerate() {
            let first = &settles[number];
            assert!(
                matches!(settled, Ok(Settled::Ok)),
                "{number}: {first:?}, {settled:?}"
            );
        }
    });
}
