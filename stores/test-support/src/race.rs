//! Many processes that claim the same keys at once.

use std::{collections::HashMap, path::Path, time::Duration};

use hookgate::{
    EventKey,
    dedup::{DedupStore, contract},
};

use crate::{Child, LEASE, key, owner, process::temporary_folder, respawn, until};

const PROCESSES: u64 = 8;
const KEYS: u64 = 10_000;
/// Ends each line that names a won key.
const WON: &str = "won ";

/// Runs the test `racer` in eight processes, which begin together, and judges what they won: each of
/// 10,000 keys by exactly one.
///
/// # Panics
///
/// When a key had no winner or several, or one process won all.
pub fn race(racer: &str, task: &str) {
    let folder = temporary_folder();
    let place = folder.path().display();
    let racers: Vec<Child> = (0..PROCESSES)
        .map(|number| respawn(racer, &format!("{place} {number} {task}")))
        .collect();
    until("all racers are ready", || {
        (0..PROCESSES).all(|number| folder.path().join(number.to_string()).exists())
    });
    std::fs::write(folder.path().join("go"), "").expect("let them go");
    let won: Vec<Vec<EventKey>> = racers
        .into_iter()
        .map(|racer| read(&racer.output()))
        .collect();
    let winners = won.iter().filter(|keys| !keys.is_empty()).count();
    assert!(winners > 1, "the race was none");
    contract::judge(&keys(), won);
}

/// One process of a [`race`]: `place` and `number` are the first words of its task.
pub async fn run_race(store: impl DedupStore, place: &str, number: &str) {
    let place = Path::new(place);
    std::fs::write(place.join(number), "").expect("say that it is ready");
    while !place.join("go").exists() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let number = number.parse().expect("a number");
    let mut keys = keys();
    // A process that begins first stays ahead of those that follow in the same order. So half of them come from
    // the other end. Each key is then contended, and no process can win all.
    if number % 2 == 1 {
        keys.reverse();
    }
    for key in contract::race(&store, &keys, owner(number), LEASE).await {
        println!("{WON}{key}");
    }
}

fn keys() -> Vec<EventKey> {
    (0..KEYS).map(key).collect()
}

fn read(printed: &str) -> Vec<EventKey> {
    let known: HashMap<String, EventKey> = keys()
        .into_iter()
        .map(|key| (key.to_string(), key))
        .collect();
    let won = printed.lines().filter_map(|line| line.split(WON).nth(1));
    won.map(|hex| known[hex]).collect()
}
