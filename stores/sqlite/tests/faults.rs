//! What goes wrong, with real files: each fault ends in an error or in the right answer, and service resumes
//! without a restart.
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
    dedup::{Claim, DedupStore, End, Settled, State, StoreError},
};
use hookgate_sqlite::{OpenError, SqliteStore};
use hookgate_test_support::{
    App, LEASE, Load, RETAIN, child_task, key, owner, respawn_on_small_disk, says_nothing_of, send,
    send_until_done, temporary_folder, win,
};
use place::Place;
use sqlx::sqlite::SqlitePoolOptions;
use tokio::sync::Mutex;

#[tokio::test]
async fn marks_and_leases_survive_a_restart() {
    let place = Place::new();
    let store = place.store().await;
    let (done, running) = (win(&store, 1).await, win(&store, 2).await);
    store
        .settle(&done, End::Processed, RETAIN)
        .await
        .expect("settle");
    drop(store);
    let store = place.store().await;
    let states = (store.look(&key(1)).await, store.look(&key(2)).await);
    assert!(
        matches!(states, (Ok(State::Done), Ok(State::InProgress { .. }))),
        "{states:?}"
    );
    let settled = store.settle(&running, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
}

/// Enough for the files of an empty store, and a few hundred keys.
const SMALL_DISK: u64 = 600 * 1024;

#[test]
fn a_full_disk_is_full_and_forgets_nothing() {
    let folder = temporary_folder();
    if let Some(child) = respawn_on_small_disk("on_a_small_disk", folder.path(), SMALL_DISK) {
        child.output();
    }
}

#[tokio::test]
async fn on_a_small_disk() {
    let Some(folder) = child_task() else { return };
    let folder = std::path::Path::new(&folder);
    let ballast = folder.join("ballast");
    std::fs::write(&ballast, [0; 128 * 1024]).expect("write");
    let store = SqliteStore::open(folder.join("dedup.sqlite"))
        .await
        .expect("open");
    let app = App::start(store.clone(), |_| async { Ok(Ack::processed()) }).await;
    let first = win(&store, 0).await;
    let mut count = 1;
    let refused = loop {
        match store.claim(&key(count), None, owner(count), LEASE).await {
            Ok(Claim::Won(_)) => count += 1,
            other => break other,
        }
        assert!(count < 100_000, "this disk holds fewer keys");
    };
    assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
    assert_eq!(send(app.address(), "one").await, Some(503));

    // Events that are there are known.
    for known in 0..count {
        let claim = store.claim(&key(known), None, owner(count), LEASE).await;
        assert!(
            matches!(claim, Ok(Claim::InProgress { .. })),
            "{known}: {claim:?}"
        );
    }
    let settled = store.settle(&first, End::Processed, RETAIN).await;
    assert!(
        matches!(settled, Ok(Settled::Ok) | Err(StoreError::Full)),
        "{settled:?}"
    );

    // Room again: service resumes.
    std::fs::remove_file(ballast).expect("remove");
    assert_eq!(send(app.address(), "one").await, Some(200));
    let settled = store.settle(&first, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
}

#[tokio::test]
async fn while_another_writes_copies_are_answered_and_new_events_wait() {
    let place = Place::new();
    let pool = place.pool().await;
    let store = SqliteStore::builder()
        .call_timeout(Duration::from_millis(2000))
        .pool(pool.clone());
    store.migrate().await.expect("migrate");
    let (done, running) = (win(&store, 1).await, win(&store, 2).await);
    let released = win(&store, 3).await;
    for (lease, end) in [(&done, End::Processed), (&released, End::Release)] {
        store.settle(lease, end, RETAIN).await.expect("settle");
    }
    let lapsed = store.claim(&key(4), None, owner(4), Duration::ZERO).await;
    assert!(matches!(lapsed, Ok(Claim::Won(_))), "{lapsed:?}");

    let tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("begin");
    let copy = store.claim(&key(1), None, owner(9), LEASE).await;
    assert!(matches!(copy, Ok(Claim::Done { .. })), "{copy:?}");
    // Running, or about to be settled in that very transaction.
    for number in [2, 4] {
        let copy = store.claim(&key(number), None, owner(9), LEASE).await;
        assert!(matches!(copy, Ok(Claim::InProgress { .. })), "{copy:?}");
    }
    // A claim of a new event has to write, and its turn does not come.
    for number in [3, 5] {
        let new = store.claim(&key(number), None, owner(9), LEASE).await;
        assert!(matches!(new, Err(StoreError::Timeout)), "{new:?}");
    }
    drop(tx);
    // No claim that was refused is granted afterwards.
    for (number, attempt) in [(3, 2), (4, 2), (5, 1)] {
        let claim = store.claim(&key(number), None, owner(8), LEASE).await;
        assert!(
            matches!(&claim, Ok(Claim::Won(lease)) if lease.attempt() == attempt),
            "{number}: {claim:?}"
        );
    }
    let extended = store.extend(&running, LEASE).await;
    assert!(matches!(extended, Ok(Settled::Ok)), "{extended:?}");
}

/// Claims queue for the one connection that writes. The last one's statement still waits for its turn when its
/// caller has gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_whose_turn_comes_too_late_is_not_granted() {
    let place = Place::new();
    let path = place.path("dedup.sqlite");
    let store = SqliteStore::builder()
        .call_timeout(Duration::from_millis(800))
        .open(&path)
        .await
        .expect("open");
    let pool = SqlitePoolOptions::new()
        .connect_with(place::options(&path))
        .await
        .expect("open");
    let tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("begin");
    let claims = (1..=3).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { store.claim(&key(number), None, owner(number), LEASE).await })
    });
    for claim in claims.collect::<Vec<_>>() {
        let claim = claim.await.expect("no panic");
        assert!(matches!(claim, Err(StoreError::Timeout)), "{claim:?}");
    }
    tx.commit().await.expect("commit");
    // Every waiting statement has had its turn when this one has.
    let mut after = store.claim(&key(4), None, owner(4), LEASE).await;
    while matches!(after, Err(StoreError::Timeout)) {
        after = store.claim(&key(4), None, owner(4), LEASE).await;
    }
    assert!(matches!(after, Ok(Claim::Won(_))), "{after:?}");
    for number in 1..=3 {
        let state = store.look(&key(number)).await;
        assert!(matches!(state, Ok(State::Free)), "{number}: {state:?}");
    }
}

/// As when a process is stopped, or its container paused, while it has its turn to write.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_whose_mark_waits_for_another_writer_is_handled_once() {
    let place = Place::new();
    let path = place.path("dedup.sqlite");
    let store = SqliteStore::open(&path).await.expect("open");
    let other = SqlitePoolOptions::new()
        .connect_with(place::options(&path))
        .await
        .expect("open");
    let (runs, turn) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(None)));
    let app = {
        let (runs, turn) = (runs.clone(), turn.clone());
        App::start(store, move |_| {
            let (runs, turn, other) = (runs.clone(), turn.clone(), other.clone());
            async move {
                if runs.fetch_add(1, Ordering::SeqCst) == 0 {
                    let begun = other.begin_with("BEGIN IMMEDIATE").await;
                    *turn.lock().await = Some(begun.expect("begin"));
                }
                Ok(Ack::processed())
            }
        })
        .await
    };
    // The budget of its settle is over, and the event is handled.
    assert_eq!(send(app.address(), "one").await, Some(503));
    let turn = turn.lock().await.take().expect("the handler has run");
    turn.commit().await.expect("commit");
    send_until_done(|| app.address(), "one").await;
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_tasks_of_two_stores_share_a_file() {
    let place = Place::new();
    let (one, two) = (place.store().await, place.store().await);
    let load = Load::start(&one, 8, 200);
    // The other one writes as well.
    for number in 1000..1050 {
        win(&two, number).await;
    }
    assert_eq!(load.finish().await, 0, "nobody was refused");
    for number in 0..200 {
        let state = two.look(&key(number)).await;
        assert!(matches!(state, Ok(State::Done)), "{state:?}");
    }
}

#[tokio::test]
async fn a_read_only_file_refuses_and_still_tells() {
    let place = Place::new();
    let pool = place.pool().await;
    let store = SqliteStore::with_pool(pool);
    store.migrate().await.expect("migrate");
    let (lease, running) = (win(&store, 1).await, win(&store, 3).await);
    store
        .settle(&lease, End::Processed, RETAIN)
        .await
        .expect("settle");
    let reading = SqlitePoolOptions::new()
        .connect_with(place.options().pragma("query_only", "ON"))
        .await
        .expect("open");
    let reading = SqliteStore::with_pool(reading);
    let claim = reading.claim(&key(2), None, owner(2), LEASE).await;
    assert!(
        matches!(claim, Err(StoreError::Unavailable(_))),
        "{claim:?}"
    );
    for told in [
        reading.extend(&running, LEASE).await,
        reading.settle(&running, End::Processed, RETAIN).await,
        reading.settle(&running, End::Release, RETAIN).await,
    ] {
        assert!(matches!(told, Err(StoreError::Unavailable(_))), "{told:?}");
    }
    let state = reading.look(&key(1)).await;
    assert!(matches!(state, Ok(State::Done)), "{state:?}");
}

#[tokio::test]
async fn a_heartbeat_that_meets_its_owners_mark_lost_nothing() {
    let place = Place::new();
    let store = place.store().await;
    let lease = win(&store, 1).await;
    store
        .settle(&lease, End::Processed, RETAIN)
        .await
        .expect("settle");
    let extended = store.extend(&lease, LEASE).await;
    assert!(matches!(extended, Ok(Settled::Ok)), "{extended:?}");
}

#[tokio::test]
async fn no_error_repeats_a_path() {
    let place = Place::new();
    let secret = "hunter2-do-not-log";
    let missing = SqliteStore::open(place.path(secret).join("x.sqlite")).await;
    std::fs::write(
        place.path(secret),
        "this is no database, but long enough to be looked at",
    )
    .expect("write");
    let foreign = SqliteStore::open(place.path(secret)).await;
    for opened in [missing, foreign] {
        let error: OpenError = opened.expect_err("no database there");
        says_nothing_of(secret, &error);
    }
}
