//! The command does what the documents say.

use std::fs;

use hookgate::Reason;
use serde_json::{Value, json};

use crate::command::{hookgate, verdict, verify_text, with};

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
    assert_eq!(all.len(), 14);
    for settings in all {
        let mut record = with("provider", "hmac-header");
        record["settings"] = settings;
        let verdict = verdict(&record);
        // The record is one of Standard Webhooks, as which one of them reads it.
        if record["settings"]["signature_header"] == "webhook-signature" {
            assert_eq!(verdict["verdict"], "accepted", "{record}");
        } else {
            assert_eq!(verdict["reason"], "missing_signature", "{record}");
        }
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

/// What stands behind `hookgate` on the lines of a document, a backslash at the end going on.
fn commands(document: &str) -> Vec<String> {
    let text = document
        .replace("\\\n", " ")
        .replace("hookgate-cli -- ", "hookgate ");
    let lines = text.lines().map(|line| match line.split_once("```") {
        Some(_) => line.to_owned(),
        None => line.replace('`', "\n"),
    });
    let lines: Vec<String> = lines
        .flat_map(|line| line.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let commands = lines.iter().filter_map(|line| {
        let (before, command) = line.split_once("hookgate ")?;
        // At the start, behind a prompt, a pipe or a variable.
        let is_start = before.trim().is_empty()
            || before.contains(['$', '|', '='])
            || before.contains("cargo run");
        is_start.then(|| command.to_owned())
    });
    commands.collect()
}

#[test]
fn the_options_that_documents_show_exist() {
    let mut documents = vec!["../README.md".to_owned(), "README.md".to_owned()];
    for folder in ["../docs", "../docs/coming-from"] {
        let entries = fs::read_dir(format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().display().to_string());
        let pages = names.filter(|name| name.ends_with(".md"));
        documents.extend(pages.map(|name| format!("{folder}/{name}")));
    }
    let mut seen = 0;
    for path in documents {
        for command in commands(&document(&path)) {
            let mut words = command.split_whitespace();
            let subcommand = words.next().unwrap();
            let options: Vec<&str> = words.filter(|word| word.starts_with("--")).collect();
            if options.is_empty() {
                continue;
            }
            let mut help = hookgate(&[subcommand, "--help"]).output().unwrap().stdout;
            if subcommand == "inbox" {
                // `inbox URL COMMAND`: its options are those of the command.
                let inner = command.split_whitespace().nth(2).unwrap();
                help.extend(
                    hookgate(&["inbox", "URL", inner, "--help"])
                        .output()
                        .unwrap()
                        .stdout,
                );
            }
            let help = String::from_utf8(help).unwrap();
            for option in options {
                let option: String = option
                    .chars()
                    .take_while(|it| it.is_ascii_alphanumeric() || *it == '-')
                    .collect();
                let is_there = help
                    .split(|it: char| !it.is_ascii_alphanumeric() && it != '-')
                    .any(|word| word == option);
                assert!(
                    is_there,
                    "{path}: hookgate {subcommand} has no {option}: {command}"
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "{seen}");
}
