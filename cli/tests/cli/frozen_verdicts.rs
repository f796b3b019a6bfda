//! The verdicts on the recorded requests of `tests/vectors/verdicts` stay the same: the lines are frozen.

use std::{collections::BTreeSet, fs, path::PathBuf, process::Output};

use serde_json::Value;

use crate::{command::hookgate, documents::reasons_of_verify, vectors::senders_of_vectors};

fn path(file: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/verdicts");
    PathBuf::from(folder).join(file)
}

fn vector(file: &str) -> Vec<u8> {
    fs::read(path(file)).unwrap()
}

/// The lines of a text. Records are no text: some of them are not UTF-8.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    let text = text.strip_suffix(b"\n").unwrap();
    text.split(|byte| *byte == b'\n').collect()
}

fn frozen() -> Vec<Value> {
    let verdicts = vector("verdicts.jsonl");
    let verdicts = lines(&verdicts).into_iter();
    verdicts
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

/// The first lines that differ, with their records.
fn difference(records: &[&[u8]], frozen: &[&[u8]], said: &[&[u8]]) -> Option<String> {
    let differ: Vec<usize> = (0..records.len())
        .filter(|place| frozen.get(*place) != said.get(*place))
        .collect();
    let first = *differ.first()?;
    let show = |lines: &[&[u8]]| {
        let line = lines.get(first).copied().unwrap_or(b"nothing");
        String::from_utf8_lossy(line).into_owned()
    };
    Some(format!(
        "{} of {} verdicts differ, the first on record {}\n  frozen: {}\n  said:   {}\n  record: {}",
        differ.len(),
        records.len(),
        first + 1,
        show(frozen),
        show(said),
        show(records),
    ))
}

fn verified(file: &str) -> Output {
    let path = path(file);
    hookgate(&["verify", path.to_str().unwrap()])
        .output()
        .unwrap()
}

#[test]
fn every_recorded_request_gets_the_verdict_line_that_it_always_got() {
    let output = verified("records.jsonl");
    let (records, frozen) = (vector("records.jsonl"), vector("verdicts.jsonl"));
    let (records, frozen, said) = (lines(&records), lines(&frozen), lines(&output.stdout));
    assert_eq!(
        records.len(),
        frozen.len(),
        "the vector has a verdict for each record"
    );
    if let Some(difference) = difference(&records, &frozen, &said) {
        panic!("{difference}");
    }
    assert_eq!(said.len(), frozen.len(), "a verdict on nothing");
    assert!(output.stderr.is_empty(), "{output:?}");
    // Some of the lines are no records.
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_frozen_verdicts_know_every_provider_and_every_reason_of_verify() {
    let text = |verdict: &Value, member: &str| verdict[member].as_str().map(str::to_owned);
    let verdicts = frozen();
    // What is answered is not refused.
    let refused = verdicts.iter().filter(|it| it["verdict"] != "answered");
    let reasons: BTreeSet<_> = refused.filter_map(|it| text(it, "reason")).collect();
    assert_eq!(reasons, reasons_of_verify().into_iter().collect());

    let accepted = verdicts.iter().filter(|it| it["verdict"] == "accepted");
    let ids: Vec<String> = accepted.filter_map(|it| text(it, "id")).collect();
    let output = hookgate(&["providers", "--json"]).output().unwrap();
    let listed: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let of_vectors = senders_of_vectors();
    for name in listed.iter().filter_map(|it| it["name"].as_str()) {
        // The vectors of senders are verdicts too, and hold more senders.
        // Those of a form and of some members stand in `judged_alike`, and those of CloudEvents in `cloud_events`.
        let stands_elsewhere = ["signed-form", "signed-members", "cloudevents"].contains(&name);
        if of_vectors.contains(name) || stands_elsewhere {
            continue;
        }
        let right = format!("{name}, right, ");
        let is_known = ids.iter().any(|id| id.starts_with(&right));
        assert!(is_known, "{name}: no right request is accepted");
    }
}
