//! What goes wrong, with a real server: each fault ends in an error or in the right answer, and service
//! resumes without a restart. Where Redis forgets, that is shown too.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::time::{Duration, Instant};

use hookgate::{
    Ack, StoreError,
    dedup::{Claim, DedupStore, End, Settled, State},
};
use hookgate_redis::{OpenError, RedisStore};
use hookgate_test_support::{
    App, Break, LEASE, Load, Proxy, RETAIN, RedisServer, key, owner, send, send_until_done,
    wait_for, win,
};
use place::{Place, fresh_prefix, store_under};

const DURABLE: &[&str] = &["--appendonly", "yes", "--appendfsync", "always"];

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_crashes_under_load_loses_nothing_that_it_wrote_down() {
    let Some(server) = RedisServer::start(DURABLE) else {
        return;
    };
    let store = store_under(fresh_prefix(), &server.url()).await;
    let app = App::start(store.clone(), |_| async { Ok(Ack::processed()) }).await;
    assert_eq!(send(app.address(), "before").await, Some(200));

    let load = Load::start(&store, 8, 2000);
    load.handled(300).await;
    server.crash();
    let asked = Instant::now();
    assert_eq!(send(app.address(), "during").await, Some(503));
    assert!(asked.elapsed() < Duration::from_secs(8));
    load.failed(8).await;
    server.resume();
    load.handled(600).await;
    server.crash();
    server.resume();
    assert!(load.finish().await > 0, "the load never noticed");

    assert_eq!(send(app.address(), "before").await, Some(200));
    send_until_done(|| app.address(), "during").await;
    for number in 0..2000 {
        let state = store.look(&key(number)).await;
        assert!(matches!(state, Ok(State::Done)), "{number}: {state:?}");
    }
}

#[tokio::test]
async fn a_server_without_persistence_forgets_and_goes_on() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let store = store_under(fresh_prefix(), &server.url()).await;
    let (done, running) = (win(&store, 1).await, win(&store, 2).await);
    store
        .settle(&done, End::Processed, RETAIN)
        .await
        .expect("settle");
    server.crash();
    server.resume();
    // The first answer may be an error; nothing needs a restart.
    let mut state = store.look(&key(1)).await;
    for _ in 0..50 {
        if state.is_ok() {
            break;
        }
        state = store.look(&key(1)).await;
    }
    assert!(matches!(state, Ok(State::Free)), "{state:?}");
    // What was running learns that it lost.
    let settled = store.settle(&running, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::LeaseLost)), "{settled:?}");
    win(&store, 1).await;
}

#[tokio::test]
async fn a_flush_is_noticed_by_whoever_holds_a_lease() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let store = store_under(fresh_prefix(), &server.url()).await;
    let lease = win(&store, 1).await;
    server.send("FLUSHALL");
    server.send("SCRIPT FLUSH");
    for told in [
        store.extend(&lease, LEASE).await,
        store.settle(&lease, End::Processed, RETAIN).await,
        store.settle(&lease, End::Release, RETAIN).await,
    ] {
        assert!(matches!(told, Ok(Settled::LeaseLost)), "{told:?}");
    }
    win(&store, 1).await;
}

#[tokio::test]
async fn a_full_server_that_evicts_nothing_is_full() {
    let limits = ["--maxmemory", "4mb", "--maxmemory-policy", "noeviction"];
    let Some(server) = RedisServer::start(&limits) else {
        return;
    };
    let store = store_under(fresh_prefix(), &server.url()).await;
    let app = App::start(store.clone(), |_| async { Ok(Ack::processed()) }).await;
    let mut number = 0;
    let refused = loop {
        match store.claim(&key(number), None, owner(number), LEASE).await {
            Ok(Claim::Won(_)) => number += 1,
            other => break other,
        }
        assert!(number < 100_000, "4 MB hold fewer keys");
    };
    assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
    assert_eq!(send(app.address(), "one").await, Some(503));
    for known in [0, number / 2, number - 1] {
        let state = store.look(&key(known)).await;
        assert!(matches!(state, Ok(State::InProgress { .. })), "{state:?}");
    }
    server.send("CONFIG SET maxmemory 0");
    assert_eq!(send(app.address(), "one").await, Some(200));
}

#[tokio::test]
async fn a_server_that_evicts_forgets_without_a_word() {
    let limits = ["--maxmemory", "3mb", "--maxmemory-policy", "allkeys-random"];
    let Some(server) = RedisServer::start(&limits) else {
        return;
    };
    let store = store_under(fresh_prefix(), &server.url()).await;
    let mut first = Vec::new();
    for number in 0..20_000 {
        let lease = win(&store, number).await;
        if number < 100 {
            first.push(lease);
        }
    }
    let mut lost = 0;
    for lease in &first {
        let settled = store
            .settle(lease, End::Processed, RETAIN)
            .await
            .expect("an answer");
        lost += usize::from(settled == Settled::LeaseLost);
    }
    // Nothing can be done about it but to say so: here, and in the documentation.
    assert!(lost > 0, "eviction was to be shown");
}

#[tokio::test]
async fn a_replica_refuses_and_a_promoted_one_serves() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let store = store_under(fresh_prefix(), &server.url()).await;
    server.send("REPLICAOF 127.0.0.1 1");
    let claim = store.claim(&key(1), None, owner(1), LEASE).await;
    assert!(
        matches!(claim, Err(StoreError::Unavailable(_))),
        "{claim:?}"
    );
    server.send("REPLICAOF NO ONE");
    win(&store, 1).await;
}

#[tokio::test]
async fn a_connection_cut_mid_claim_costs_nothing() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let proxy = Proxy::start(server.port()).await;
    let store = store_under(fresh_prefix(), &server.url_at(proxy.port())).await;
    for (number, breaks) in [(1, Break::BeforeRequest), (2, Break::BeforeAnswer)] {
        proxy.break_next(&[breaks]);
        let lease = win(&store, number).await;
        assert_eq!((proxy.breaks_left(), lease.attempt()), (0, 1));
        proxy.break_next(&[breaks]);
        let settled = store.settle(&lease, End::Processed, RETAIN).await;
        assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
        assert_eq!(proxy.breaks_left(), 0);
    }
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_held_by_its_owner() {
    let Some(place) = Place::find() else { return };
    let store = place.store().await;
    let first = win(&store, 1).await;
    let stranger = store.claim(&key(1), None, owner(2), LEASE).await;
    assert!(
        matches!(stranger, Ok(Claim::InProgress { .. })),
        "{stranger:?}"
    );
    let again = win(&store, 1).await;
    assert_eq!(again.attempt(), first.attempt());
}

#[tokio::test]
async fn a_connection_that_goes_silent_is_given_up() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let proxy = Proxy::start(server.port()).await;
    let limit = Duration::from_millis(500);
    let store = RedisStore::builder()
        .prefix(fresh_prefix())
        .call_limit(limit)
        .connect(&server.url_at(proxy.port()))
        .await
        .expect("connect");
    proxy.break_next(&[Break::Silence]);
    let asked = Instant::now();
    let claim = store.claim(&key(1), None, owner(1), LEASE).await;
    assert!(matches!(claim, Err(StoreError::Timeout)), "{claim:?}");
    assert!(asked.elapsed() < limit * 3);
    let began = Instant::now();
    loop {
        match store.claim(&key(1), None, owner(1), LEASE).await {
            Ok(Claim::Won(_)) => break,
            other => assert!(began.elapsed() < Duration::from_secs(10), "{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_uncontended_delivery_costs_two_round_trips() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let proxy = Proxy::start(server.port()).await;
    let store = store_under(fresh_prefix(), &server.url_at(proxy.port())).await;
    // The first settle of all carries its script to the server.
    let lease = win(&store, 0).await;
    store
        .settle(&lease, End::Processed, RETAIN)
        .await
        .expect("settle");
    for number in 1..4 {
        proxy.requests();
        let lease = win(&store, number).await;
        let settled = store.settle(&lease, End::Processed, RETAIN).await;
        assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
        assert_eq!(proxy.requests().len(), 2);
    }
}

#[tokio::test]
async fn no_call_guesses_while_the_server_is_gone() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let store = store_under(fresh_prefix(), &server.url()).await;
    let lease = win(&store, 1).await;
    server.crash();
    let claim = store.claim(&key(2), None, owner(2), LEASE).await;
    let look = store.look(&key(1)).await;
    let extended = store.extend(&lease, LEASE).await;
    let settled = store.settle(&lease, End::Processed, RETAIN).await;
    for told in [claim.err(), look.err(), extended.err(), settled.err()] {
        assert!(
            matches!(told, Some(StoreError::Unavailable(_) | StoreError::Timeout)),
            "{told:?}"
        );
    }
}

#[tokio::test]
async fn a_claims_silent_connection_costs_neither_lease_nor_mark() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let proxy = Proxy::start(server.port()).await;
    let store = store_under(fresh_prefix(), &server.url_at(proxy.port())).await;
    let lease = win(&store, 1).await;
    proxy.break_next(&[Break::Silence]);
    let claiming = tokio::spawn({
        let store = store.clone();
        async move { store.claim(&key(2), None, owner(2), LEASE).await }
    });
    wait_for("the claim is under way", || proxy.breaks_left() == 0).await;
    let extended = store.extend(&lease, LEASE).await;
    assert!(matches!(extended, Ok(Settled::Ok)), "{extended:?}");
    let settled = store.settle(&lease, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    let claim = claiming.await.expect("a claim");
    assert!(matches!(claim, Err(StoreError::Timeout)), "{claim:?}");
}

/// In the contract's short retention a mark looks like a lapsed lease to whoever forgets its tag.
#[tokio::test]
async fn a_late_heartbeat_leaves_a_long_mark_as_it_is() {
    const DAY: Duration = Duration::from_secs(86_400);
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let prefix = fresh_prefix();
    let store = store_under(prefix.clone(), &server.url()).await;
    let lease = win(&store, 1).await;
    for settled in [
        store.settle(&lease, End::Processed, DAY).await,
        // Repeated with another retention, too.
        store.settle(&lease, End::Processed, RETAIN).await,
    ] {
        assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    }
    let extended = store.extend(&lease, LEASE).await;
    assert!(matches!(extended, Ok(Settled::LeaseLost)), "{extended:?}");
    let left = server.send(&format!("PTTL {prefix}:{{{}}}", key(1)));
    let left: u64 = left
        .trim_matches([':', '\r', '\n'])
        .parse()
        .expect("a number");
    assert!(Duration::from_millis(left) > DAY / 2, "{left} ms");
}

#[tokio::test]
async fn durations_of_any_length_are_taken() {
    let Some(place) = Place::find() else { return };
    let store = place.store().await;
    let Ok(Claim::Won(lease)) = store.claim(&key(1), None, owner(1), Duration::MAX).await else {
        panic!("a claim of a free key is won");
    };
    for settled in [
        store.extend(&lease, Duration::MAX).await,
        store.settle(&lease, End::Processed, Duration::MAX).await,
    ] {
        assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    }
}

#[tokio::test]
async fn what_others_wrote_under_a_key_is_an_error_and_stays() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let prefix = fresh_prefix();
    let store = store_under(prefix.clone(), &server.url()).await;
    server.send(&format!("SET {prefix}:{{{}}} hello", key(1)));
    let claim = store.claim(&key(1), None, owner(1), LEASE).await;
    assert!(
        matches!(claim, Err(StoreError::Unavailable(_))),
        "{claim:?}"
    );
    let look = store.look(&key(1)).await;
    assert!(matches!(look, Err(StoreError::Unavailable(_))), "{look:?}");
    assert!(
        server
            .send(&format!("GET {prefix}:{{{}}}", key(1)))
            .contains("hello")
    );
}

#[tokio::test]
async fn no_error_repeats_an_address() {
    let secret = "hunter2-do-not-log";
    for url in [
        format!("redis://app:{secret}@[not an address"),
        format!("http://app:{secret}@127.0.0.1/"),
        format!("redis://app:{secret}@127.0.0.1:1/"),
    ] {
        let opened = RedisStore::builder()
            .connect_limit(Duration::from_millis(200))
            .connect(&url)
            .await;
        let error: OpenError = opened.expect_err("nobody answers there");
        let mut text = format!("{error} {error:?}");
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            text.push_str(&format!(" {error} {error:?}"));
            cause = error.source();
        }
        assert!(!text.contains(secret), "{text}");
    }
}
