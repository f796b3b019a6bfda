//! Facephi's verify + decode beside the bare keyed HMAC of the same bytes and one derived serde pass into
//! the same members, and the allocations of both.
//!
//! Only our side hashes the pack's identity parts. The road hashes the last block.
//!
//! Look at the table at the end, which is all that the word `table` leaves. Both sides take turns in small batches, and each
//! ratio is the median over all turns, so that a busy machine disturbs both alike.

use std::{alloc::System, hint::black_box};

use criterion::{Criterion, Throughput};
use hmac::{Hmac, KeyInit};
use hookgate::{Key, Secret, providers::facephi::Facephi};
use hookgate_turns::{Turns, allocations, is_table_alone, nanos, rounds};
use http::HeaderMap;
use sha2::Sha256;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use self::cases::{Case, KEY, case, compact, rewritten};

#[path = "../cases/facephi.rs"]
mod cases;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const TURNS: usize = 2001;

fn main() {
    let secret = Secret::utf8(KEY).expect("the key is not empty");
    let pack = Facephi::new(secret.clone());
    let keys = [Key::new("0", secret)];
    let keyed = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).expect("HMAC takes any key");
    let headers = HeaderMap::new();
    let sizes = [("0.8 KiB", 820), ("2 KiB", 2 * 1024), ("16 KiB", 16 * 1024)];
    let compacts = sizes.map(|(size, bytes)| (size, compact(bytes)));
    let mut cases: Vec<(&str, Case)> = Vec::new();
    for (size, body) in &compacts {
        cases.push((size, case("compact", body.clone())));
    }
    for (size, body) in &compacts {
        cases.push((size, case("re-written", rewritten(body))));
    }

    let ours = |case: &Case| case.hookgate(&pack, &keys, &headers);
    if !is_table_alone() {
        each_alone(&cases, ours, &keyed);
    }
    hookgate_turns::head(
        ["HMAC + serde", "hookgate"],
        &["bytes", "allocations", "base's"],
    );
    for (size, case) in &cases {
        // Batches that are shorter than a scheduler's time slice.
        let times = (100_000 / case.body.len()).clamp(2, 100);
        let more = [
            case.body.len(),
            allocations(ALLOCATOR, || ours(case)),
            allocations(ALLOCATOR, || case.baseline(&keyed)),
        ];
        let turns = Turns::timed(
            rounds(TURNS),
            times,
            || black_box(case).baseline(black_box(&keyed)),
            || ours(black_box(case)),
        );
        let name = format!("{}, {size}", case.name);
        hookgate_turns::row(&name, &turns, nanos, &more.map(|it| it.to_string()));
    }
}

fn each_alone(cases: &[(&str, Case)], ours: impl Fn(&Case) -> bool, keyed: &Hmac<Sha256>) {
    let mut criterion = Criterion::default().configure_from_args();
    for (_, case) in cases {
        let mut group =
            criterion.benchmark_group(format!("facephi/{}/{}", case.name, case.body.len()));
        group.throughput(Throughput::Bytes(case.body.len() as u64));
        group.bench_function("hookgate", |b| b.iter(|| ours(case)));
        group.bench_function("baseline", |b| b.iter(|| case.baseline(keyed)));
        group.finish();
    }
    criterion.final_summary();
}
