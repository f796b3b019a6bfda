//! Keys, owners, and callers that do not give up.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use hookgate::{
    EventKey,
    dedup::{Claim, DedupStore, End, Lease, OwnerToken, Settled},
    pack::ContentDigest,
};
use tokio::task::JoinHandle;

/// How long a mark is kept in tests.
pub const RETAIN: Duration = Duration::from_secs(3600);
/// A lease that outlasts a test.
pub const LEASE: Duration = Duration::from_secs(300);

/// The key of a number.
pub fn key(number: u64) -> EventKey {
    EventKey::from_bytes(*digest(&format!("key {number}")).as_bytes())
}

/// The owner of a number.
pub fn owner(number: u64) -> OwnerToken {
    let digest = digest(&format!("owner {number}"));
    OwnerToken::from_bytes(*digest.as_bytes().first_chunk().expect("16 of 32 bytes"))
}

fn digest(text: &str) -> ContentDigest {
    ContentDigest::of(text.as_bytes())
}

/// Claims a key that nobody holds.
///
/// # Panics
///
/// When the claim is not won.
pub async fn win(store: &impl DedupStore, number: u64) -> Lease {
    match store.claim(&key(number), None, owner(number), LEASE).await {
        Ok(Claim::Won(lease)) => lease,
        other => panic!("key {number} was to be won: {other:?}"),
    }
}

/// Gives up the claim of `number`, as a receiver whose claim had no answer: releases it under its token until
/// the store confirms it.
///
/// # Panics
///
/// When that takes more than a minute.
pub async fn give_up(store: &impl DedupStore, number: u64) {
    let unanswered = Lease::granted(key(number), owner(number), 1);
    let giving_up = async {
        while store
            .settle(&unanswered, End::Release, RETAIN)
            .await
            .is_err()
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), giving_up)
        .await
        .unwrap_or_else(|_| panic!("the release of key {number} was never confirmed"));
}

/// Handles many events and repeats every call that fails, with the token that it had before, as a receiver
/// and its sender do together.
#[derive(Debug)]
pub struct Load {
    handled: Arc<AtomicU64>,
    failures: Arc<AtomicU64>,
    workers: Vec<JoinHandle<()>>,
}

impl Load {
    /// `workers` tasks handle `events` events between them.
    pub fn start<S: DedupStore + Clone>(store: &S, workers: u64, events: u64) -> Self {
        let (handled, failures) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
        let workers = (0..workers)
            .map(|worker| {
                let (store, handled, failures) = (store.clone(), handled.clone(), failures.clone());
                tokio::spawn(async move {
                    for number in (worker..events).step_by(usize::try_from(workers).unwrap()) {
                        handle(&store, number, &failures).await;
                        handled.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        Self {
            handled,
            failures,
            workers,
        }
    }

    /// Waits until `count` events are handled.
    ///
    /// # Panics
    ///
    /// When that takes more than a minute.
    pub async fn handled(&self, count: u64) {
        wait_for("events are handled", || {
            self.handled.load(Ordering::Relaxed) >= count
        })
        .await;
    }

    /// Waits until `count` more calls have failed.
    ///
    /// # Panics
    ///
    /// When that takes more than a minute.
    pub async fn failed(&self, count: u64) {
        let before = self.failures.load(Ordering::Relaxed);
        wait_for("calls fail", || {
            self.failures.load(Ordering::Relaxed) >= before + count
        })
        .await;
    }

    /// Waits until all is handled, and returns how many calls failed on the way.
    ///
    /// # Panics
    ///
    /// When that takes more than a minute, or a settle was refused.
    pub async fn finish(self) -> u64 {
        for worker in self.workers {
            tokio::time::timeout(Duration::from_secs(60), worker)
                .await
                .expect("the load goes on")
                .expect("no event is lost");
        }
        self.failures.load(Ordering::Relaxed)
    }
}

async fn handle(store: &impl DedupStore, number: u64, failures: &AtomicU64) {
    let failed = || async {
        failures.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let lease = loop {
        match store.claim(&key(number), None, owner(number), LEASE).await {
            Ok(Claim::Won(lease)) => break lease,
            Ok(other) => panic!("nobody else claims key {number}: {other:?}"),
            Err(_) => failed().await,
        }
    };
    loop {
        match store.settle(&lease, End::Processed, RETAIN).await {
            Ok(Settled::Ok) => return,
            Ok(Settled::LeaseLost) => panic!("nobody else takes key {number}"),
            Err(_) => failed().await,
        }
    }
}

/// Polls until `what` holds.
///
/// # Panics
///
/// When it does not hold within a minute.
pub async fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting)
        .await
        .unwrap_or_else(|_| panic!("waited in vain: {what}"));
}
