//! `HmacHeader::verify` (look-up, decoding, comparison, window) beside the bare keyed HMAC of the same
//! bytes, and the allocations it makes.
//!
//! Look at the table at the end, which is all that the word `table` leaves. Both sides take turns in small batches, and each
//! ratio is the median over all turns, so that a busy machine disturbs both alike.

use std::{alloc::System, hint::black_box};

use criterion::{Criterion, Throughput};
use hmac::{Hmac, KeyInit};
use hookgate::{Key, Secret};
use hookgate_turns::{Turns, allocations, is_table_alone, nanos, rounds};
use sha2::Sha256;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use self::cases::{Case, KEY, plain, templated};

#[path = "../cases/hmac_header.rs"]
mod cases;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const TURNS: usize = 301;
const KIB: usize = 1024;

fn main() {
    let keys = [Key::new(
        "0",
        Secret::bytes(KEY).expect("the key is not empty"),
    )];
    let keyed = Hmac::<Sha256>::new_from_slice(KEY).expect("HMAC takes any key");
    let cases: Vec<Case> = [512, 16 * KIB, 256 * KIB]
        .into_iter()
        .flat_map(|size| [plain(size), templated(size)])
        .collect();

    if !is_table_alone() {
        each_alone(&cases, &keys, &keyed);
    }
    hookgate_turns::head(["bare HMAC", "hookgate"], &["allocations"]);
    for case in &cases {
        let times = (2_000_000 / case.body.len()).clamp(4, 2000);
        let allocations = allocations(ALLOCATOR, || case.hookgate(&keys));
        let turns = Turns::timed(
            rounds(TURNS),
            times,
            || black_box(case).bare(black_box(&keyed)),
            || black_box(case).hookgate(black_box(&keys)),
        );
        let size = match case.body.len() {
            bytes if bytes < KIB => format!("{bytes} B"),
            bytes => format!("{} KiB", bytes / KIB),
        };
        let name = format!("{}, {size}", case.name);
        hookgate_turns::row(&name, &turns, nanos, &[allocations.to_string()]);
    }
}

fn each_alone(cases: &[Case], keys: &[Key], keyed: &Hmac<Sha256>) {
    let mut criterion = Criterion::default().configure_from_args();
    for case in cases {
        let mut group = criterion.benchmark_group(format!("{}/{}", case.name, case.body.len()));
        group.throughput(Throughput::Bytes(case.body.len() as u64));
        group.bench_function("hookgate", |b| b.iter(|| case.hookgate(keys)));
        group.bench_function("bare hmac", |b| b.iter(|| case.bare(keyed)));
        group.finish();
    }
    criterion.final_summary();
}
