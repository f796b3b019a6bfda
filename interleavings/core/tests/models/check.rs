//! [`check`]: how many orders are tried.

use std::env;

use shuttle::{
    Config, Runner,
    scheduler::{PctScheduler, RandomScheduler},
};

/// So many orders by each of two schedulers, where `INTERLEAVINGS` says no other number.
const ORDERS: usize = 500;
/// Where `INTERLEAVINGS_SEED` says no other number, each run tries the same orders.
const SEED: u64 = 1;
/// The deepest order that the second scheduler looks for: so many switches at the wrong place.
const SWITCHES: usize = 3;

/// A delivery's road needs more than a task has by default. In bytes.
const STACK: usize = 512 << 10;

/// Runs `model` in many orders. It fails where one of them does.
pub(crate) fn check(model: fn()) {
    let number = |name| env::var(name).ok().map(|text| text.parse().unwrap());
    let orders = number("INTERLEAVINGS").map_or(ORDERS, |it: u64| it.try_into().unwrap());
    let seed = number("INTERLEAVINGS_SEED").unwrap_or(SEED);
    let mut config = Config::new();
    config.stack_size = STACK;
    let random = RandomScheduler::new_from_seed(seed, orders);
    Runner::new(random, config.clone()).run(model);
    let pct = PctScheduler::new_from_seed(seed, SWITCHES, orders);
    Runner::new(pct, config).run(model);
}
