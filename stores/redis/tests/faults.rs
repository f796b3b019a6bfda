//! What goes wrong, with a real server: each fault ends in an error or in the right answer, and service
//! resumes without a restart. Where Redis forgets, that is shown too.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hookgate::{
    Ack,
    dedup::{Claim, DedupStore, End, Lease, Settled, State, StoreError},
};
use hookgate_redis::{OpenError, RedisStore};
use hookgate_test_support::{
    App, LEASE, RETAIN, RedisServer, give_up, key, owner, says_nothing_of, send, win,
};
use place::{fresh_prefix, store_under};

hookgate_test_support::test_faults!(place::Served);

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
    // The first answer may be an error. Nothing needs a restart.
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

/// By its attempt a handler fences its writes, and it may run for longer than its lease.
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

/// The script writes its mark before it knows whose the entry is.
#[tokio::test]
async fn a_late_settle_leaves_the_entry_of_another_owner_as_it_is() {
    const WEEK: Duration = Duration::from_secs(7 * 86_400);
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let prefix = fresh_prefix();
    let store = store_under(prefix.clone(), &server.url()).await;
    let entry = || {
        let name = format!("{prefix}:{{{}}}", key(1));
        // As hexadecimal digits, since it is no text.
        let digits =
            "(redis.call('GET',KEYS[1]):gsub('.',function(c)return('%02x'):format(c:byte())end))";
        let value = server.send(&format!("EVAL \"return{digits}\" 1 {name}"));
        let left = server.send(&format!("PTTL {name}"));
        let left = left.trim_matches([':', '\r', '\n']).parse::<u64>();
        (value, left.expect("a number"))
    };
    // Theirs has a content, and notes who gave the key up.
    let late = win(&store, 1).await;
    let released = store.settle(&late, End::Release, RETAIN).await;
    assert!(matches!(released, Ok(Settled::Ok)), "{released:?}");
    let claim = store
        .claim(late.key(), Some(&content()), owner(2), LEASE)
        .await;
    let Ok(Claim::Won(theirs)) = claim else {
        panic!("a released key is won: {claim:?}");
    };
    let mut found = entry();
    for settled in [None, Some(&theirs)] {
        if let Some(theirs) = settled {
            let settled = store.settle(theirs, End::Ignored, WEEK).await;
            assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
            let (lease, _) = found;
            found = entry();
            assert_eq!(found.0, lease.replace("4c", "49"), "all but the tag stays");
        }
        for end in [End::Processed, End::Rejected] {
            let settled = store.settle(&late, end, RETAIN).await;
            assert!(matches!(settled, Ok(Settled::LeaseLost)), "{settled:?}");
            let (value, left) = entry();
            assert_eq!(value, found.0);
            assert!(found.1 - 60_000 < left && left <= found.1, "{left}");
        }
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
            .connect_timeout(Duration::from_millis(200))
            .connect(&url)
            .await;
        let error: OpenError = opened.expect_err("nobody answers there");
        says_nothing_of(secret, &error);
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
