//! Facephi's verify + decode beside the bare keyed HMAC of the same bytes and one derived serde pass into
//! the same members, and the allocations of both.
//!
//! Only our side hashes the pack's identity parts. The road hashes the last block.
//!
//! Look at the table at the end. Both sides take turns in small batches, and each ratio is the median over all
//! turns, so that a busy machine disturbs both alike.

use std::{alloc::System, hint::black_box, time::Instant};

use criterion::{Criterion, Throughput};
use hmac::{Hmac, KeyInit};
use hookgate::{Key, Secret, providers::facephi::Facephi};
use http::HeaderMap;
use sha2::Sha256;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use self::cases::{Case, KEY, case, compact, rewritten};

#[path = "../cases/facephi.rs"]
mod cases;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const TURNS: usize = 2001;

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
    let secret = Secret::utf8(KEY).expect("the key is not empty");
    let pack = Facephi::new(secret.clone());
    let keys = [Key::new("0", secret)];
    let keyed = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).expect("HMAC takes any key");
    let headers = HeaderMap::new();
    let compacts = [820, 2 * 1024, 16 * 1024].map(compact);
    let mut cases: Vec<Case> = Vec::new();
    for body in &compacts {
        cases.push(case("compact", body.clone()));
    }
    for body in &compacts {
        cases.push(case("re-written", rewritten(body)));
    }

    let ours = |case: &Case| case.hookgate(&pack, &keys, &headers);
    let mut criterion = Criterion::default().configure_from_args();
    for case in &cases {
        let mut group =
            criterion.benchmark_group(format!("facephi/{}/{}", case.name, case.body.len()));
        group.throughput(Throughput::Bytes(case.body.len() as u64));
        group.bench_function("hookgate", |b| b.iter(|| ours(case)));
        group.bench_function("baseline", |b| b.iter(|| case.baseline(&keyed)));
        group.finish();
    }
    criterion.final_summary();

    println!("\n| case | bytes | HMAC + serde | hookgate | ratio | allocations | baseline's |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for case in &cases {
        // Batches that are shorter than a scheduler's time slice.
        let times = (100_000 / case.body.len()).clamp(2, 100);
        let allocations = |run: &dyn Fn() -> bool| {
            let region = Region::new(ALLOCATOR);
            run();
            let change = region.change();
            change.allocations + change.reallocations
        };
        let our_allocations = allocations(&|| ours(case));
        let baseline_allocations = allocations(&|| case.baseline(&keyed));
        let turns: Vec<(f64, f64)> = (0..TURNS)
            .map(|_| {
                let bare = time(times, || black_box(case).baseline(black_box(&keyed)));
                let ours = time(times, || ours(black_box(case)));
                (bare, ours)
            })
            .collect();
        let per = |seconds: f64| seconds * 1e9 / times as f64;
        println!(
            "| {} | {} | {:.0} ns | {:.0} ns | {:.3} | {our_allocations} | {baseline_allocations} |",
            case.name,
            case.body.len(),
            per(median(turns.iter().map(|turn| turn.0).collect())),
            per(median(turns.iter().map(|turn| turn.1).collect())),
            median(turns.iter().map(|turn| turn.1 / turn.0).collect()),
        );
    }
}
