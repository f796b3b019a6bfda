//! [`Samples`]: what was measured, and what counts as grown.

use std::collections::BTreeMap;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Metric {
    /// In KiB.
    Memory,
    Descriptors,
    Tasks,
    Rows,
    /// In KiB.
    Bytes,
}

impl Metric {
    fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory, KiB",
            Self::Descriptors => "descriptors",
            Self::Tasks => "tasks",
            Self::Rows => "rows",
            Self::Bytes => "size, KiB",
        }
    }

    /// By how many per cent, and how much beyond that, the last quarter may be above the second. What hops anyway may hop
    /// by more. An hour of one leak an event is far above each.
    fn slack(self) -> (u64, u64) {
        match self {
            Self::Memory => (10, 2048),
            Self::Descriptors => (10, 8),
            Self::Tasks => (10, 16),
            Self::Rows => (25, 200),
            Self::Bytes => (25, 1024),
        }
    }
}

/// Each measured thing's values, in the order of time.
#[derive(Debug, Default)]
pub(super) struct Samples(BTreeMap<(String, Metric), Vec<u64>>);

impl Samples {
    pub(super) fn note(&mut self, name: &str, metric: Metric, value: u64) {
        let of_it = self.0.entry((name.to_owned(), metric)).or_default();
        of_it.push(value);
    }

    /// Prints a table. Says what has grown.
    pub(super) fn show(&self) -> Vec<String> {
        let mut grown = Vec::new();
        println!("\n| what | measured | second quarter | last quarter | |");
        println!("| --- | --- | --- | --- | --- |");
        for ((name, metric), values) in &self.0 {
            let (before, after) = quarters(values);
            let measured = metric.name();
            let mark = if has_grown(*metric, before, after) {
                grown.push(format!("{name}: {measured} grew from {before} to {after}"));
                "**grown**"
            } else {
                ""
            };
            println!("| {name} | {measured} | {before} | {after} | {mark} |");
        }
        grown
    }
}

/// The medians of the second and of the last quarter. The first one is where everything begins.
fn quarters(values: &[u64]) -> (u64, u64) {
    let quarter = values.len() / 4;
    let second = values.get(quarter..2 * quarter).unwrap_or_default();
    let last = values.get(values.len() - quarter..).unwrap_or_default();
    (median(second), median(last))
}

fn median(values: &[u64]) -> u64 {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn has_grown(metric: Metric, before: u64, after: u64) -> bool {
    let (per_cent, more) = metric.slack();
    after > before + before * per_cent / 100 + more
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grown(metric: Metric, values: impl Iterator<Item = u64>) -> Vec<String> {
        let mut samples = Samples::default();
        for value in values {
            samples.note("a process", metric, value);
        }
        samples.show()
    }

    #[test]
    fn what_hops_is_flat_and_what_climbs_is_not() {
        let hops = (0..120).map(|it| 30 + it % 7);
        assert!(grown(Metric::Descriptors, hops).is_empty());
        // One descriptor in each sample.
        let climbs = (0..120).map(|it| 30 + it);
        assert_eq!(
            grown(Metric::Descriptors, climbs),
            ["a process: descriptors grew from 75 to 135"]
        );
    }

    #[test]
    fn what_grows_at_the_beginning_or_for_a_moment_is_flat() {
        let begins = (0..120).map(|it| 10_000 + 1000 * it.min(30));
        assert!(grown(Metric::Memory, begins).is_empty());
        let moment = (0..120).map(|it| if it == 110 { 500_000 } else { 10_000 });
        assert!(grown(Metric::Memory, moment).is_empty());
    }

    #[test]
    fn a_run_without_samples_has_nothing_that_grew() {
        assert!(Samples::default().show().is_empty());
        assert!(grown(Metric::Tasks, [5, 900].into_iter()).is_empty());
    }
}
