//! CloudEvents' verify + decode into a typed event, beside the bare keyed HMAC of the same bytes and one derived serde pass
//! into the same members, and the allocations of both.
//!
//! In binary mode the baseline looks each attribute up in the headers, and copies it. Nothing signs these, so the digest of
//! the body identifies the event, and the baseline makes one too. On our side the event's key is always made of its parts.
//!
//! Look at the table at the end, which is all that the word `table` leaves. Both sides take turns in small batches, and each
//! ratio is the median over all turns, so that a busy machine disturbs both alike.

use std::{alloc::System, hint::black_box};

use criterion::{Criterion, Throughput};
use hmac::{Hmac, KeyInit};
use hookgate::{Key, Secret, cloudevents::Mode};
use hookgate_turns::{Turns, allocations, is_table_alone, nanos, rounds};
use sha2::Sha256;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use self::cases::{Case, KEY, case};

#[path = "../cases/cloudevents.rs"]
mod cases;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const TURNS: usize = 2001;

fn main() {
    let secret = Secret::utf8(KEY).expect("the key is not empty");
    let keys = [Key::new("0", secret)];
    let keyed = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).expect("HMAC takes any key");
    let cases: Vec<Case> = [Mode::Structured, Mode::Binary]
        .into_iter()
        .flat_map(|mode| [820, 16 * 1024].map(|size| case(mode, size)))
        .collect();

    if !is_table_alone() {
        each_alone(&cases, &keys, &keyed);
    }
    hookgate_turns::head(["baseline", "hookgate"], &["allocations", "baseline's"]);
    for case in &cases {
        let pack = case.pack();
        // Batches that are shorter than a scheduler's time slice.
        let times = (100_000 / case.body.len()).clamp(2, 100);
        let more = [
            allocations(ALLOCATOR, || case.hookgate(&pack, &keys)),
            allocations(ALLOCATOR, || case.baseline(&keyed)),
        ];
        let turns = Turns::timed(
            rounds(TURNS),
            times,
            || black_box(case).baseline(black_box(&keyed)),
            || black_box(case).hookgate(&pack, &keys),
        );
        let name = format!("{}, {} bytes", case.mode.name(), case.body.len());
        hookgate_turns::row(&name, &turns, nanos, &more.map(|it| it.to_string()));
    }
}

fn each_alone(cases: &[Case], keys: &[Key], keyed: &Hmac<Sha256>) {
    let mut criterion = Criterion::default().configure_from_args();
    for case in cases {
        let pack = case.pack();
        let name = format!("cloudevents/{}/{}", case.mode.name(), case.body.len());
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(case.body.len() as u64));
        group.bench_function("hookgate", |b| b.iter(|| case.hookgate(&pack, keys)));
        group.bench_function("baseline", |b| b.iter(|| case.baseline(keyed)));
        group.finish();
    }
    criterion.final_summary();
}
