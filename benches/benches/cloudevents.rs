//! CloudEvents' verify + decode into a typed event, beside the bare keyed HMAC of the same bytes and one derived serde pass
//! into the same members, and the allocations of both.
//!
//! In binary mode the baseline looks each attribute up in the headers, and copies it. Nothing signs these, so the digest of
//! the body identifies the event, and the baseline makes one too. On our side the event's key is always made of its parts.
//!
//! Look at the table at the end. Both sides take turns in small batches, and each ratio is the median over all
//! turns, so that a busy machine disturbs both alike.

use std::{alloc::System, hint::black_box, time::Instant};

use criterion::{Criterion, Throughput};
use hmac::{Hmac, KeyInit};
use hookgate::{Key, Secret, cloudevents::Mode};
use sha2::Sha256;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use self::cases::{Case, KEY, case};

#[path = "../cases/cloudevents.rs"]
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
    let keys = [Key::new("0", secret)];
    let keyed = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).expect("HMAC takes any key");
    let cases: Vec<Case> = [Mode::Structured, Mode::Binary]
        .into_iter()
        .flat_map(|mode| [820, 16 * 1024].map(|size| case(mode, size)))
        .collect();

    let mut criterion = Criterion::default().configure_from_args();
    for case in &cases {
        let pack = case.pack();
        let name = format!("cloudevents/{}/{}", case.mode.name(), case.body.len());
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(case.body.len() as u64));
        group.bench_function("hookgate", |b| b.iter(|| case.hookgate(&pack, &keys)));
        group.bench_function("baseline", |b| b.iter(|| case.baseline(&keyed)));
        group.finish();
    }
    criterion.final_summary();

    println!("\n| mode | bytes | baseline | hookgate | ratio | allocations | baseline's |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for case in &cases {
        let pack = case.pack();
        // Batches that are shorter than a scheduler's time slice.
        let times = (100_000 / case.body.len()).clamp(2, 100);
        let allocations = |run: &dyn Fn() -> bool| {
            let region = Region::new(ALLOCATOR);
            run();
            let change = region.change();
            change.allocations + change.reallocations
        };
        let our_allocations = allocations(&|| case.hookgate(&pack, &keys));
        let baseline_allocations = allocations(&|| case.baseline(&keyed));
        let turns: Vec<(f64, f64)> = (0..TURNS)
            .map(|_| {
                let bare = time(times, || black_box(case).baseline(black_box(&keyed)));
                let ours = time(times, || black_box(case).hookgate(&pack, &keys));
                (bare, ours)
            })
            .collect();
        let per = |seconds: f64| seconds * 1e9 / times as f64;
        println!(
            "| {} | {} | {:.0} ns | {:.0} ns | {:.3} | {our_allocations} | {baseline_allocations} |",
            case.mode.name(),
            case.body.len(),
            per(median(turns.iter().map(|turn| turn.0).collect())),
            per(median(turns.iter().map(|turn| turn.1).collect())),
            median(turns.iter().map(|turn| turn.1 / turn.0).collect()),
        );
    }
}
