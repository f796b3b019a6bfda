//! What goes wrong, with a real server: each fault ends in an error or in the right answer, and service
//! resumes without a restart. Where Redis forgets, that is shown too.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use hookgate::{
    Ack,
    dedup::{Claim, DedupStore, End, Lease, Settled, State, StoreError},
};
use hookgate_redis::{OpenError, RedisStore};
use hookgate_test_support::{
    App, Break, LEASE, Load, Proxy, RETAIN, RedisServer, give_up, key, owner, send,
    send_until_done, wait_for, win,
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
    // The running handler learns that it lost.
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
    ] {
        assert!(matches!(told, Ok(Settled::LeaseLost)), "{told:?}");
    }
    let released = store.settle(&lease, End::Release, RETAIN).await;
    assert!(matches!(released, Ok(Settled::Ok)), "{released:?}");
    // That token gave it up. Any other may claim.
    let claim = store.claim(&key(1), None, owner(2), LEASE).await;
    assert!(matches!(claim, Ok(Claim::Won(_))), "{claim:?}");
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

/// A value of the same length replaces its value, and a heartbeat moves a time. Neither takes memory.
#[tokio::test]
async fn what_was_granted_is_settled_in_full_memory() {
    let Some(server) = RedisServer::start(&["--maxmemory-policy", "noeviction"]) else {
        return;
    };
    let store = store_under(fresh_prefix(), &server.url()).await;
    let ends = [End::Processed, End::Ignored, End::Rejected, End::Release];
    let mut leases = Vec::new();
    for (number, end) in (0..).zip(ends) {
        let claim = store
            .claim(&key(number), Some(&content()), owner(number), LEASE)
            .await;
        let Ok(Claim::Won(lease)) = claim else {
            panic!("a claim of a free key is won: {claim:?}");
        };
        leases.push((lease, end));
    }
    let running = win(&store, 10).await;
    server.send("CONFIG SET maxmemory 1");
    let keys = server.send("DBSIZE");
    let new = store.claim(&key(11), None, owner(11), LEASE).await;
    assert!(matches!(new, Err(StoreError::Full)), "{new:?}");
    for (lease, end) in &leases {
        // The second time it is a caller that had no answer.
        for _ in 0..2 {
            let extended = store.extend(&running, LEASE).await;
            assert!(matches!(extended, Ok(Settled::Ok)), "{extended:?}");
            let settled = store.settle(lease, *end, RETAIN).await;
            assert!(matches!(settled, Ok(Settled::Ok)), "{end:?}: {settled:?}");
        }
    }
    // The server refuses only what would take memory: a note of a key that was never claimed.
    let unclaimed = Lease::granted(key(11), owner(11), 1);
    let released = store.settle(&unclaimed, End::Release, RETAIN).await;
    assert!(matches!(released, Err(StoreError::Full)), "{released:?}");
    assert_eq!(server.send("DBSIZE"), keys);

    server.send("CONFIG SET maxmemory 0");
    for (lease, end) in &leases {
        let claim = store
            .claim(lease.key(), Some(&content()), owner(9), LEASE)
            .await;
        let right = match end {
            End::Release => matches!(claim, Ok(Claim::Won(_))),
            _ => matches!(claim, Ok(Claim::Done { same_content: true })),
        };
        assert!(right, "{end:?}: {claim:?}");
    }
    let settled = store.settle(&running, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
}

fn content() -> hookgate::pack::ContentDigest {
    hookgate::pack::ContentDigest::of(b"content")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_handled_while_memory_fills_up_is_handled_once() {
    let Some(server) = RedisServer::start(&["--maxmemory-policy", "noeviction"]) else {
        return;
    };
    let server = Arc::new(server);
    let store = store_under(fresh_prefix(), &server.url()).await;
    let runs = Arc::new(AtomicUsize::new(0));
    let app = {
        let (runs, server) = (runs.clone(), server.clone());
        App::start(store, move |_| {
            runs.fetch_add(1, Ordering::SeqCst);
            server.send("CONFIG SET maxmemory 1");
            async { Ok(Ack::processed()) }
        })
        .await
    };
    assert_eq!(send(app.address(), "one").await, Some(200));
    server.send("CONFIG SET maxmemory 0");
    assert_eq!(send(app.address(), "one").await, Some(200));
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_that_stood_still_refused_can_be_claimed_by_another_at_once() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let store = RedisStore::builder()
        .prefix(fresh_prefix())
        .call_limit(Duration::from_millis(300))
        .connect(&server.url())
        .await
        .expect("connect");
    // Connections are there, and the server knows the statements.
    win(&store, 100).await;
    give_up(&store, 101).await;
    server.pause();
    let claims = (0..20).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { store.claim(&key(number), None, owner(number), LEASE).await })
    });
    for claim in claims.collect::<Vec<_>>() {
        let claim = claim.await.expect("no panic");
        assert!(claim.is_err(), "{claim:?}");
    }
    let releases = (0..20).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { give_up(&store, number).await })
    });
    let releases: Vec<_> = releases.collect();
    server.unpause();
    for release in releases {
        release.await.expect("confirmed");
    }
    for number in 0..20 {
        let other = store
            .claim(&key(number), None, owner(number + 50), LEASE)
            .await;
        assert!(matches!(other, Ok(Claim::Won(_))), "{number}: {other:?}");
    }
}

#[tokio::test]
async fn a_release_that_overtakes_either_step_of_its_claim_wins() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let proxy = Proxy::start(server.port()).await;
    let (prefix, limit) = (fresh_prefix(), Duration::from_millis(500));
    let at = |url: String| {
        let builder = RedisStore::builder()
            .prefix(prefix.clone())
            .call_limit(limit);
        async move { builder.connect(&url).await.expect("connect") }
    };
    let (proxied, direct) = (
        at(server.url_at(proxy.port())).await,
        at(server.url()).await,
    );
    proxy.break_next(&[Break::Late]);
    is_not_granted_late(&proxied, &direct, &proxy, 1).await;

    // The script that takes a lapsed lease over. The server knows it.
    for number in [2, 3] {
        let lapsed = direct
            .claim(&key(number), None, owner(99), Duration::ZERO)
            .await;
        assert!(matches!(lapsed, Ok(Claim::Won(_))), "{lapsed:?}");
    }
    while win_or_retry(&direct, 2).await.is_none() {}
    while win_or_retry(&proxied, 4).await.is_none() {}
    proxy.break_next(&[Break::Through, Break::Late]);
    is_not_granted_late(&proxied, &direct, &proxy, 3).await;
}

/// A connection that has just gone silent is replaced. The first command on the next may still fail.
async fn win_or_retry(store: &RedisStore, number: u64) -> Option<()> {
    let claim = store.claim(&key(number), None, owner(number), LEASE).await;
    matches!(claim, Ok(Claim::Won(_))).then_some(())
}

/// Claims of a store behind a proxy arrive when their callers have released them.
async fn is_not_granted_late(
    proxied: &RedisStore,
    direct: &RedisStore,
    proxy: &Proxy,
    number: u64,
) {
    let claim = proxied
        .claim(&key(number), None, owner(number), LEASE)
        .await;
    assert!(matches!(claim, Err(StoreError::Timeout)), "{claim:?}");
    assert_eq!(proxy.breaks_left(), 0);
    give_up(direct, number).await;
    proxy.let_go().await;
    let state = direct.look(&key(number)).await;
    assert!(matches!(state, Ok(State::Free)), "{state:?}");
    let other = direct.claim(&key(number), None, owner(100), LEASE).await;
    assert!(matches!(other, Ok(Claim::Won(_))), "{other:?}");
}

/// A handler fences its writes by its attempt, and it may run for longer than its lease.
#[tokio::test]
async fn attempts_and_releases_are_remembered_for_a_day() {
    const DAY: u64 = 86_400_000;
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let prefix = fresh_prefix();
    let store = store_under(prefix.clone(), &server.url()).await;
    let left = |number| {
        let left = server.send(&format!("PTTL {prefix}:{{{}}}", key(number)));
        left.trim_matches([':', '\r', '\n'])
            .parse::<u64>()
            .expect("a number")
    };
    let a_day = DAY - 300_000..=DAY;
    let lease = win(&store, 1).await;
    let lease_millis = u64::try_from(LEASE.as_millis()).expect("a short lease");
    assert!(a_day.contains(&(left(1) - lease_millis)), "{}", left(1));
    store
        .settle(&lease, End::Release, RETAIN)
        .await
        .expect("release");
    give_up(&store, 2).await;
    for number in [1, 2] {
        assert!(a_day.contains(&left(number)), "{}", left(number));
    }
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
    // Nothing helps but to say so: here, and in the documentation.
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

/// In the contract's short retention a mark looks like a lapsed lease to code that forgets its tag.
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

/// The store says "full" only of a command that surely did not run. A server cannot be filled up between two tries,
/// so this test plays one. It hangs up at the first claim, and refuses the second.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_whose_first_try_broke_is_not_said_to_be_refused() {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .expect("bind to a free port");
    let port = listener.local_addr().expect("a bound address").port();
    let claims = Arc::new(AtomicUsize::new(0));
    let counted = claims.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let claims = counted.clone();
            tokio::spawn(async move {
                let (requests, mut answers) = client.into_split();
                let mut requests = BufReader::new(requests);
                let mut line = Vec::new();
                while requests
                    .read_until(b'\n', &mut line)
                    .await
                    .is_ok_and(|read| read > 0)
                {
                    // `*` begins a command, and the line after its length is its name.
                    let answer: &[u8] = match line.trim_ascii() {
                        b"SET" if claims.fetch_add(1, Ordering::SeqCst) == 0 => return,
                        b"SET" => b"-OOM command not allowed\r\n",
                        b"CLIENT" | b"HELLO" | b"PING" | b"SELECT" => b"+OK\r\n",
                        _ => b"",
                    };
                    line.clear();
                    answers.write_all(answer).await.expect("answer");
                }
            });
        }
    });
    let store = store_under(fresh_prefix(), &format!("redis://127.0.0.1:{port}")).await;
    let claim = store.claim(&key(1), None, owner(1), LEASE).await;
    assert!(
        matches!(claim, Err(StoreError::Unavailable(_))),
        "{claim:?}"
    );
    assert_eq!(claims.load(Ordering::SeqCst), 2);
    // Without a break before, full is full.
    let claim = store.claim(&key(1), None, owner(1), LEASE).await;
    assert!(matches!(claim, Err(StoreError::Full)), "{claim:?}");
}
