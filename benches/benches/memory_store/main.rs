//! The memory store beside moka: one thread handles new events, with so many keys in the store.
//!
//! criterion measures each alone, the growth of its tables included; the word `table` leaves that out. Then both take
//! turns, so that a busy machine slows both down, and the table says how many times as long moka takes.

mod subject;

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode};
use hookgate::{EventKey, dedup::MemoryStore};
use hookgate_turns::{Turns, is_table_alone, nanos, rounds};
use moka::sync::Cache;

use self::subject::{Keys, Subject};

type Moka = Cache<EventKey, ()>;

const SIZES: [(usize, &str); 3] = [
    (10_000, "10,000 keys"),
    (1_000_000, "1,000,000 keys"),
    (5_000_000, "5,000,000 keys"),
];

fn main() {
    if !is_table_alone() {
        each_alone();
    }
    // moka is the one that is divided: a greater ratio is better for hookgate.
    hookgate_turns::head(["hookgate", "moka"], &[]);
    for (size, name) in SIZES {
        hookgate_turns::row(name, &take_turns(size), nanos, &[]);
    }
}

fn each_alone() {
    let mut criterion = Criterion::default().configure_from_args();
    for (size, _) in SIZES {
        measure::<MemoryStore>(&mut criterion, size);
        measure::<Moka>(&mut criterion, size);
    }
    criterion.final_summary();
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

/// The seconds of an event, with hookgate as the base.
fn take_turns(size: usize) -> Turns {
    const ROUNDS: usize = 101;
    let events = (size / (4 * ROUNDS)).min(1_000);
    let mut keys = Keys::new();
    let hookgate = MemoryStore::filled(size, &mut keys);
    let moka = Moka::filled(size, &mut keys);
    let mut turns = Turns::default();
    for _ in 0..rounds(ROUNDS) {
        let an_event = |taken: Duration| taken.as_secs_f64() / events as f64;
        let ours = an_event(hookgate.time(events, &mut keys));
        turns.push(ours, an_event(moka.time(events, &mut keys)));
    }
    turns
}
