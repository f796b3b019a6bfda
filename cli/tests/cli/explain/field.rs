//! Requests of the kinds that people report: the right cause comes first, and nothing false is said.

use std::{fs, path::PathBuf};

use serde_json::Value;

use crate::command::hookgate;

fn folders() -> Vec<PathBuf> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/field");
    let entries = fs::read_dir(root).unwrap().map(|it| it.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|it| it.is_dir()).collect();
    folders.sort();
    folders
}

/// What is wrong with the command's answer; empty where nothing is.
fn faults(folder: &PathBuf) -> Vec<String> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let expected: Value = serde_json::from_str(&read("expected.json")).unwrap();
    let command = read("cmd.txt");
    let mut words = command.split_whitespace();
    assert_eq!(words.next(), Some("hookgate"));
    let words: Vec<&str> = words.collect();
    let output = hookgate(&words).current_dir(folder).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let Ok(explained) = serde_json::from_str::<Value>(&text) else {
        return vec![format!("no explanation: {:?}", output.stderr)];
    };
    let first = &explained["findings"][0];
    let mut faults = Vec::new();
    for (what, found) in [
        ("verdict", &explained["verdict"]),
        ("reason", &explained["reason"]),
        ("mistake", &first["mistake"]),
        ("confidence", &first["confidence"]),
    ] {
        if expected.get(what).is_some_and(|it| it != found) {
            faults.push(format!("{what}: {} expected, {found} said", expected[what]));
        }
    }
    let forbidden = expected["must_not_contain"].as_array();
    for forbidden in forbidden.into_iter().flatten() {
        if text.contains(forbidden.as_str().unwrap()) {
            faults.push(format!("it says {forbidden}"));
        }
    }
    faults
}

#[test]
fn every_reported_kind_gets_its_cause_first_and_nothing_false() {
    let folders = folders();
    assert!(folders.len() >= 100, "{} are there", folders.len());
    let wrong: Vec<String> = folders
        .iter()
        .filter_map(|folder| {
            let faults = faults(folder);
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            (!faults.is_empty()).then(|| format!("{name}: {}", faults.join("; ")))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
