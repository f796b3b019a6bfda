//! Two sides, turn by turn.

use std::{alloc::GlobalAlloc, env, hint::black_box, time::Instant};

use stats_alloc::{Region, StatsAlloc};

use crate::Spread;

/// What was measured of two sides, turn by turn.
#[derive(Debug, Clone, Default)]
pub struct Turns {
    base: Vec<f64>,
    ours: Vec<f64>,
}

impl Turns {
    /// The seconds of one run of each, from `turns` turns in which both run `times` times. A run says whether it did what
    /// it should.
    ///
    /// # Panics
    ///
    /// Where a run did not.
    pub fn timed(
        turns: usize,
        times: usize,
        mut base: impl FnMut() -> bool,
        mut ours: impl FnMut() -> bool,
    ) -> Self {
        let mut taken = Self::default();
        for _ in 0..turns {
            let base = seconds(times, &mut base);
            taken.push(base, seconds(times, &mut ours));
        }
        taken
    }

    /// Adds what came out of one turn.
    pub fn push(&mut self, base: f64, ours: f64) {
        self.base.push(base);
        self.ours.push(ours);
    }

    /// The base's values.
    #[must_use]
    pub fn base(&self) -> Spread {
        Spread::of(self.base.iter().copied())
    }

    /// The values of our side.
    #[must_use]
    pub fn ours(&self) -> Spread {
        Spread::of(self.ours.iter().copied())
    }

    /// Ours beside the base's of the same turn.
    #[must_use]
    pub fn ratio(&self) -> Spread {
        let pairs = self.ours.iter().zip(&self.base);
        Spread::of(pairs.map(|(ours, base)| ours / base))
    }
}

fn seconds(times: usize, mut run: impl FnMut() -> bool) -> f64 {
    let began = Instant::now();
    for _ in 0..times {
        assert!(black_box(run()));
    }
    began.elapsed().as_secs_f64() / times as f64
}

/// How many turns are taken: what `HOOKGATE_BENCH_ROUNDS` says, for a quick look, or `otherwise`.
///
/// # Panics
///
/// Where it says no number.
#[must_use]
pub fn rounds(otherwise: usize) -> usize {
    let said = env::var("HOOKGATE_BENCH_ROUNDS").ok();
    said.map_or(otherwise, |said| said.parse().expect("a number of rounds"))
}

/// Whether the bench was called with the word `table`: then it leaves criterion's own measurements out, which compare
/// nothing.
#[must_use]
pub fn is_table_alone() -> bool {
    env::args().skip(1).any(|word| word == "table")
}

/// How often one run asks `allocator` for memory.
pub fn allocations<A: GlobalAlloc>(allocator: &StatsAlloc<A>, run: impl FnOnce() -> bool) -> usize {
    let region = Region::new(allocator);
    assert!(black_box(run()));
    let change = region.change();
    change.allocations + change.reallocations
}
