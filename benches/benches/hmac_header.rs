//! `HmacHeader::verify` (look-up, decoding, comparison, window) beside the bare keyed HMAC of the same
//! bytes, and the allocations it makes.
//!
//! Look at the table at the end. Both sides take turns in small batches, and each ratio is the median over all
//! turns, so that a busy machine disturbs both alike.

use std::{alloc::System, hint::black_box, time::Instant};

use criterion::{Criterion, Throughput};
use hmac::{Hmac, KeyInit};
use hookgate::{Key, Secret};
use sha2::Sha256;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use self::cases::{Case, KEY, plain, templated};

#[path = "../cases/hmac_header.rs"]
mod cases;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const TURNS: usize = 301;

fn time(times: usize, mut run: impl FnMut() -> bool) -> f64 {
    let began = Instant::now();
    for _ in 0..times {
        assert!(black_box(run()));
    }
    began.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let keys = [Key::new(
        "0",
        Secret::bytes(KEY).expect("the key is not empty"),
    )];
    let keyed = Hmac::<Sha256>::new_from_slice(KEY).expect("HMAC takes any key");
    let cases: Vec<Case> = [512, 16 * 1024, 256 * 1024]
        .into_iter()
        .flat_map(|size| [plain(size), templated(size)])
        .collect();

    let mut criterion = Criterion::default().configure_from_args();
    for case in &cases {
        let mut group = criterion.benchmark_group(format!("{}/{}", case.name, case.body.len()));
        group.throughput(Throughput::Bytes(case.body.len() as u64));
        group.bench_function("hookgate", |b| b.iter(|| case.hookgate(&keys)));
        group.bench_function("bare hmac", |b| b.iter(|| case.bare(&keyed)));
        group.finish();
    }
    criterion.final_summary();

    println!("\n| case | bytes | bare HMAC | hookgate | ratio | allocations |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for case in &cases {
        let times = (2_000_000 / case.body.len()).clamp(4, 2000);
        let region = Region::new(ALLOCATOR);
        case.hookgate(&keys);
        let allocations = region.change().allocations;
        let turns: Vec<(f64, f64)> = (0..TURNS)
            .map(|_| {
                let bare = time(times, || black_box(case).bare(black_box(&keyed)));
                let ours = time(times, || black_box(case).hookgate(black_box(&keys)));
                (bare, ours)
            })
            .collect();
        let per = |seconds: f64| seconds * 1e9 / times as f64;
        println!(
            "| {} | {} | {:.0} ns | {:.0} ns | {:.3} | {allocations} |",
            case.name,
            case.body.len(),
            per(median(turns.iter().map(|turn| turn.0).collect())),
            per(median(turns.iter().map(|turn| turn.1).collect())),
            median(turns.iter().map(|turn| turn.1 / turn.0).collect()),
        );
    }
}
