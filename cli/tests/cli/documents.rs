//! The command does what the documents say.

use std::fs;

use hookgate::Reason;
use serde_json::{Value, json};

use crate::command::{verdict, verify_text, with};

fn document(path: &str) -> String {
    fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The reasons in the first columns of the tables between two texts.
fn reasons_between(from: &str, to: &str) -> Vec<String> {
    let document = document("../docs/verify.md");
    let part = document.split(from).nth(1).unwrap();
    let part = part.split(to).next().unwrap();
    part.lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .map(str::to_owned)
        .collect()
}

const OF_VERIFY: &str = "What `verify` can say";
const OF_MIDDLEWARE: &str = "What only a running middleware can say";

pub(crate) fn reasons_of_verify() -> Vec<String> {
    reasons_between(OF_VERIFY, OF_MIDDLEWARE)
}

#[test]
fn every_reason_is_documented_once() {
    let mut documented = reasons_of_verify();
    documented.extend(reasons_between(OF_MIDDLEWARE, "\n## "));
    let mut known: Vec<String> = Reason::ALL.iter().map(ToString::to_string).collect();
    documented.sort();
    known.sort();
    assert_eq!(documented, known);
}

#[test]
fn the_documented_settings_make_receivers() {
    let document = document("../docs/verify.md");
    let all: Vec<Value> = document
        .lines()
        .filter(|line| line.starts_with("{\"signature_header\""))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(all.len(), 3);
    for settings in all {
        let mut record = with("provider", "hmac-header");
        record["settings"] = settings;
        let verdict = verdict(&record);
        assert_eq!(verdict["reason"], "missing_signature", "{record}");
    }
}

#[test]
fn the_documented_record_is_accepted() {
    let document = document("../docs/verify.md");
    let record = document.split("```json\n").nth(1).unwrap();
    let record = record.split("```").next().unwrap().replace('\n', "");
    let record: Value = serde_json::from_str(&record).unwrap();
    assert_eq!(verdict(&record)["verdict"], json!("accepted"));
}

#[test]
fn the_readme_shows_what_is_written() {
    let readme = document("README.md");
    let (_, rest) = readme.split_once("<<'END'\n").unwrap();
    let (records, rest) = rest
        .split_once("END\n$ hookgate verify recorded.jsonl\n")
        .unwrap();
    let (verdicts, _) = rest.split_once("```").unwrap();
    let output = verify_text(records);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), verdicts);
}
