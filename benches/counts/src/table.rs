//! What was counted, as a table, and beside the bounds that are kept in a file.

use std::{collections::BTreeMap, fs, process};

use crate::callgrind::Count;

/// How far a count may lie beyond the one that is kept. Valgrind's processor is always the same, but libraries choose by
/// the real one how they copy and search.
const SLACK_PERCENT: i64 = 10;
/// The same, for small counts.
const SLACK: i64 = 150;

pub(crate) fn print(counts: &[Count]) {
    println!("| path | beside | hookgate | beyond |");
    println!("| --- | --- | --- | --- |");
    for count in counts {
        let Count { name, base, ours } = count;
        println!("| {name} | {base} | {ours} | {} |", count.beyond());
    }
}

/// Fails where a path takes more than its bound, has none, or a bound has no path.
pub(crate) fn check(counts: &[Count], file: &str) {
    print(counts);
    let mut kept = read(file);
    let mut is_right = true;
    for count in counts {
        let (name, beyond) = (&count.name, count.beyond());
        let Some(kept) = kept.remove(name) else {
            println!("{name} is not in {file}");
            is_right = false;
            continue;
        };
        let slack = kept * SLACK_PERCENT / 100 + SLACK;
        if beyond > kept + slack {
            println!(
                "{name} takes {beyond} instructions more than what it stands beside: {kept} are kept"
            );
            is_right = false;
        } else if beyond < kept - slack {
            println!("{name} takes fewer than are kept: write {beyond} in place of {kept}");
        }
    }
    for name in kept.keys() {
        println!("{name} was not counted");
        is_right = false;
    }
    if !is_right {
        process::exit(1);
    }
}

pub(crate) fn write(counts: &[Count], file: &str) {
    print(counts);
    let lines = counts
        .iter()
        .map(|count| format!("{} {}\n", count.name, count.beyond()));
    fs::write(file, lines.collect::<String>()).expect("the file can be written");
}

fn read(file: &str) -> BTreeMap<String, i64> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let lines = text.lines().map(|line| {
        let (name, count) = line.split_once(' ').expect("a name and a count");
        (name.to_owned(), count.parse().expect("a count"))
    });
    lines.collect()
}
