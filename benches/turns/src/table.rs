//! Tables in Markdown.

use crate::Turns;

/// Prints the head of a table that compares two sides. `more` are columns behind the comparison.
pub fn head([base, ours]: [&str; 2], more: &[&str]) {
    let columns = ["what", base, ours, "ratio", "spread"];
    print(columns.into_iter().chain(more.iter().copied()));
    print((0..columns.len() + more.len()).map(|_| "---"));
}

/// Prints a row of it. `shown` writes a value of either side.
pub fn row(name: &str, turns: &Turns, shown: impl Fn(f64) -> String, more: &[String]) {
    let ratio = turns.ratio();
    let cells = [
        name.to_owned(),
        shown(turns.base().median),
        shown(turns.ours().median),
        format!("{:.3}", ratio.median),
        format!("{:.3} to {:.3}", ratio.least, ratio.most),
    ];
    print(cells.iter().chain(more).map(String::as_str));
}

fn print<'a>(cells: impl Iterator<Item = &'a str>) {
    let cells: Vec<&str> = cells.collect();
    println!("| {} |", cells.join(" | "));
}

/// Seconds, as nanoseconds.
#[must_use]
pub fn nanos(seconds: f64) -> String {
    format!("{:.0} ns", seconds * 1e9)
}

/// Seconds, as microseconds.
#[must_use]
pub fn micros(seconds: f64) -> String {
    format!("{:.2} µs", seconds * 1e6)
}

/// So many a second.
#[must_use]
pub fn rate(a_second: f64) -> String {
    format!("{a_second:.0}/s")
}
