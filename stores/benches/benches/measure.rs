//! Rates and times.

use std::{
    future::Future,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use hookgate::{
    EventKey,
    dedup::{Claim, DedupStore, End, OwnerToken, Settled},
};
use hookgate_test_support::{LEASE, RETAIN, key};

const TURN: Duration = Duration::from_secs(2);
const TURNS: usize = 5;
const TIMED: usize = 2000;

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
    rate(&store, under_way).await;
    rate(&bare, under_way).await;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        ours.push(rate(&store, under_way).await);
        theirs.push(rate(&bare, under_way).await);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!(
        "{name}, {under_way:>2} under way: store {ours:>7.0} events/s, bare {theirs:>7.0}, ratio {:.2}",
        ours / theirs
    );
}

async fn rate(side: &impl Side, under_way: usize) -> f64 {
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

/// The median time of a claim of a new key, one after the other.
pub(crate) async fn claim_time(store: &impl DedupStore, from: u64) -> Duration {
    let mut times = Vec::new();
    for number in from..from + TIMED as u64 {
        let key = key(number);
        let owner = OwnerToken::from_bytes(*key.as_bytes().first_chunk().unwrap());
        let began = Instant::now();
        let claim = store.claim(&key, None, owner, LEASE).await;
        times.push(began.elapsed().as_secs_f64());
        assert!(matches!(claim, Ok(Claim::Won(_))));
    }
    Duration::from_secs_f64(median(times))
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
