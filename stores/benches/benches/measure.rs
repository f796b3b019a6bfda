//! Rates and times.

use std::{
    fs::File,
    future::Future,
    io::{Seek, Write},
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use hookgate::{
    EventKey,
    dedup::{Claim, DedupStore, End, OwnerToken, Settled},
};
use hookgate_test_support::{LEASE, RETAIN, key};
use hookgate_turns::{Turns, median, rate, rounds};

const TURN: Duration = Duration::from_secs(1);
const TURNS: usize = 9;

/// One side of a comparison: handles a new event each time.
pub(crate) trait Side: Clone + Send + Sync + 'static {
    fn handle(&self, key: EventKey) -> impl Future<Output = ()> + Send;
}

/// A store's side.
#[derive(Clone)]
pub(crate) struct Store<S>(pub(crate) S);

impl<S: DedupStore + Clone> Side for Store<S> {
    async fn handle(&self, key: EventKey) {
        let owner = OwnerToken::from_bytes(*key.as_bytes().first_chunk().unwrap());
        let Ok(Claim::Won(lease)) = self.0.claim(&key, None, owner, LEASE).await else {
            panic!("a new key is won");
        };
        let settled = self.0.settle(&lease, End::Processed, RETAIN).await;
        assert!(matches!(settled, Ok(Settled::Ok)));
    }
}

/// Compares the rates of events, with so many under way at once.
pub(crate) async fn compare(name: &str, store: impl Side, bare: impl Side, under_way: usize) {
    events_a_second(&store, under_way).await;
    events_a_second(&bare, under_way).await;
    let mut turns = Turns::default();
    for _ in 0..rounds(TURNS) {
        let ours = events_a_second(&store, under_way).await;
        turns.push(events_a_second(&bare, under_way).await, ours);
    }
    hookgate_turns::row(&format!("{name}, {under_way} under way"), &turns, rate, &[]);
}

/// Prints the head of the table that `compare` fills, below what is known of the engine.
pub(crate) fn head(engine: &str, known: &[(&str, String)]) {
    println!("\n| what | figure |\n| --- | --- |");
    for (what, figure) in known {
        println!("| {engine}, {what} | {figure} |");
    }
    println!();
    hookgate_turns::head(["bare", "store"], &[]);
}

/// How long the disk beneath a folder takes until it has 4 KiB for good: the median.
pub(crate) fn flush(folder: &Path) -> Duration {
    let mut file = File::create(folder.join("flushed")).expect("a file");
    let times = (0..200).map(|_| {
        let began = Instant::now();
        file.rewind().expect("a file has a beginning");
        file.write_all(&[0; 4096]).expect("there is room");
        file.sync_data().expect("the disk takes it");
        began.elapsed().as_secs_f64()
    });
    Duration::from_secs_f64(median(times))
}

async fn events_a_second(side: &impl Side, under_way: usize) -> f64 {
    // No comparison uses a key twice, or a key of another comparison.
    static NUMBERS: AtomicU64 = AtomicU64::new(0);
    let began = Instant::now();
    let workers: Vec<_> = (0..under_way)
        .map(|_| {
            let side = side.clone();
            tokio::spawn(async move {
                let mut handled = 0_u64;
                while began.elapsed() < TURN {
                    side.handle(key(NUMBERS.fetch_add(1, Ordering::Relaxed)))
                        .await;
                    handled += 1;
                }
                handled
            })
        })
        .collect();
    let mut handled = 0;
    for worker in workers {
        handled += worker.await.expect("a worker");
    }
    handled as f64 / began.elapsed().as_secs_f64()
}
