//! The memory store beside moka: one thread handles new events, with so many keys in the store.
//!
//! criterion measures each alone, the growth of its tables included. Then both take turns, so that a
//! busy machine slows both down, and the last lines give the ratio of their medians.

mod subject;

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode};
use hookgate::{EventKey, dedup::MemoryStore};
use moka::sync::Cache;

use self::subject::{Keys, Subject};

type Moka = Cache<EventKey, ()>;

const SIZES: [usize; 3] = [10_000, 1_000_000, 5_000_000];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for size in SIZES {
        measure::<MemoryStore>(&mut criterion, size);
        measure::<Moka>(&mut criterion, size);
    }
    criterion.final_summary();

    let mut fewest = None;
    for size in SIZES {
        let (hookgate, moka) = take_turns(size);
        let growth = hookgate / *fewest.get_or_insert(hookgate);
        println!(
            "memory_store at {size:>9} keys: hookgate {hookgate:.0} ns, moka {moka:.0} ns, \
             ratio {:.1}; {growth:.1} x hookgate's own time at the fewest keys",
            moka / hookgate,
        );
    }
}

/// New events, with `size` keys in the store and up to a quarter more.
fn measure<S: Subject>(criterion: &mut Criterion, size: usize) {
    let mut keys = Keys::new();
    let room = size / 4;
    let mut left = room;
    let mut subject = None;

    let mut group = criterion.benchmark_group("memory_store");
    group
        .sampling_mode(SamplingMode::Flat)
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(3));
    group.bench_function(BenchmarkId::new(S::NAME, size), |bencher| {
        // Filled ahead of the warm-up, from which criterion learns how much it can measure.
        subject.get_or_insert_with(|| S::filled(size, &mut keys));
        bencher.iter_custom(|events| {
            let mut taken = Duration::ZERO;
            let mut to_do = usize::try_from(events).unwrap_or(usize::MAX);
            while to_do > 0 {
                if left == 0 {
                    // The old one goes first, or both would be in memory.
                    drop(subject.take());
                    left = room;
                }
                let current = subject.get_or_insert_with(|| S::filled(size, &mut keys));
                let batch = to_do.min(left);
                taken += current.time(batch, &mut keys);
                to_do -= batch;
                left -= batch;
            }
            taken
        });
    });
    group.finish();
}

/// The median nanoseconds of an event for both.
fn take_turns(size: usize) -> (f64, f64) {
    const ROUNDS: usize = 101;
    let events = (size / (4 * ROUNDS)).min(1_000);
    let mut keys = Keys::new();
    let hookgate = MemoryStore::filled(size, &mut keys);
    let moka = Moka::filled(size, &mut keys);
    let rounds = (0..ROUNDS).map(|_| {
        let nanos = |taken: Duration| taken.as_nanos() as f64 / events as f64;
        let first = nanos(hookgate.time(events, &mut keys));
        (first, nanos(moka.time(events, &mut keys)))
    });
    let (hookgate, moka) = rounds.unzip();
    (median(hookgate), median(moka))
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or(f64::NAN)
}
