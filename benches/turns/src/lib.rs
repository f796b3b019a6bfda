//! Two sides of a comparison that take turns, so that a busy machine disturbs both alike, and the tables in which benches
//! say what came out.
//!
//! `scripts/figures` reads these tables: the first cell of a row is its name, and names do not repeat within a bench.

mod spread;
mod table;
mod turns;

pub use self::{
    spread::{Spread, median},
    table::{head, micros, nanos, rate, row},
    turns::{Turns, allocations, is_table_alone, rounds},
};
