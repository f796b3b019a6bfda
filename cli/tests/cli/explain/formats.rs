//! The forms of a captured request, and the places where keys are.

use std::{fs, path::Path, process::Output};

use serde_json::Value;

use super::request::{AT, BODY, Row, SECRET, feed, github, stripe};
use crate::command::hookgate;

/// The headers of a row as lines.
fn lines(row: &Row, form: impl Fn(&str, &str) -> String) -> String {
    let headers = row.record["headers"].as_array().unwrap();
    headers
        .iter()
        .map(|header| form(header[0].as_str().unwrap(), header[1].as_str().unwrap()))
        .collect()
}

fn http(row: &Row, body: &str) -> String {
    let headers = lines(row, |name, value| format!("{name}: {value}\n"));
    format!("POST https://example.org/hook HTTP/1.1\n{headers}\n{body}\n")
}

fn curl(row: &Row, body: &str) -> String {
    let headers = lines(row, |name, value| format!(" \\\n  -H '{name}: {value}'"));
    format!("curl 'https://example.org/hook'{headers} \\\n  --data-raw '{body}'\n")
}

fn explain(file: &Path, arguments: &[&str]) -> Output {
    let mut all = vec!["explain", file.to_str().unwrap(), "--json"];
    all.extend(["--key-env", "THE_SECRET"]);
    all.extend(arguments);
    let mut command = hookgate(&all);
    command.env("THE_SECRET", SECRET);
    command.output().unwrap()
}

fn first_mistake(output: &Output) -> Value {
    let explained: Value = serde_json::from_slice(&output.stdout).expect("an explanation");
    explained["findings"][0]["mistake"].clone()
}

#[test]
fn every_form_is_recognised_and_explained_alike() {
    let folder = tempfile::tempdir().unwrap();
    let row = github(SECRET.as_bytes(), BODY);
    let spaced = BODY.replace("\":", "\": ").replace(": //", "://");
    let signature = lines(&row, |name, value| match name {
        "x-hub-signature-256" => format!("{name}: {value}"),
        _ => String::new(),
    });
    let mut record = row.clone();
    record.record["keys"] = serde_json::json!([]);
    for (name, right, wrong, arguments) in [
        ("a.http", http(&row, BODY), http(&row, &spaced), vec![]),
        ("b.txt", http(&row, BODY), http(&row, &spaced), vec![]),
        ("c.sh", curl(&row, BODY), curl(&row, &spaced), vec![]),
        (
            "d.json",
            BODY.to_owned(),
            spaced.clone(),
            vec!["-H", &*signature],
        ),
        (
            "e.bin",
            BODY.to_owned(),
            spaced.clone(),
            vec!["--form", "body", "-H", &*signature],
        ),
        (
            "f.jsonl",
            record.record.to_string(),
            record.clone().body(&spaced).record.to_string(),
            vec![],
        ),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, right).unwrap();
        let output = explain(&file, &arguments);
        assert_eq!(output.status.code(), Some(0), "{name}: {output:?}");
        fs::write(&file, wrong).unwrap();
        let output = explain(&file, &arguments);
        assert_eq!(output.status.code(), Some(3), "{name}: {output:?}");
        assert_eq!(first_mistake(&output), "body_rewritten", "{name}");
    }
}

#[test]
fn keys_come_from_the_environment_files_and_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let request = folder.path().join("request.http");
    fs::write(&request, http(&github(SECRET.as_bytes(), BODY), BODY)).unwrap();
    let request = request.to_str().unwrap();
    let key = folder.path().join("key");
    fs::write(&key, format!("{SECRET}\n")).unwrap();
    let key = key.to_str().unwrap();
    let by_file = hookgate(&["explain", request, "--key-file", key])
        .output()
        .unwrap();
    assert_eq!(by_file.status.code(), Some(0), "{by_file:?}");
    let by_input = feed(
        hookgate(&["explain", request, "--key-stdin"]),
        SECRET.as_bytes(),
    );
    assert_eq!(by_input.status.code(), Some(0), "{by_input:?}");
    let other = hookgate(&[
        "explain",
        request,
        "--json",
        "--key-file",
        request,
        "--other-key-file",
        key,
    ])
    .output()
    .unwrap();
    assert_eq!(first_mistake(&other), "other_key");
    let both = feed(
        hookgate(&["explain", "-", "--key-stdin"]),
        SECRET.as_bytes(),
    );
    assert_eq!(both.status.code(), Some(2));
}

#[test]
fn settings_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let request = folder.path().join("request.http");
    fs::write(&request, http(&github(SECRET.as_bytes(), BODY), BODY)).unwrap();
    let settings = folder.path().join("settings.json");
    fs::write(
        &settings,
        r#"{"access":{"api_key":{"header":"x-api-key","value":"k"}}}"#,
    )
    .unwrap();
    let output = explain(&request, &["--settings", settings.to_str().unwrap()]);
    assert_eq!(first_mistake(&output), "access_missing");
}

#[test]
fn the_provider_is_named_or_recognised() {
    let folder = tempfile::tempdir().unwrap();
    let request = folder.path().join("request.http");
    fs::write(&request, http(&stripe(AT, BODY), BODY)).unwrap();
    let output = explain(&request, &[]);
    let explained: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(explained["provider"], "stripe");
    assert_eq!(explained["recognised_by"], "stripe-signature");
    assert_eq!(
        first_mistake(&explain(&request, &["--provider", "github"])),
        "wrong_provider"
    );
    assert_eq!(
        explain(&request, &["--provider", "nobody"]).status.code(),
        Some(2)
    );
    fs::write(&request, "POST /\ncontent-type: application/json\n\n{}\n").unwrap();
    assert_eq!(explain(&request, &[]).status.code(), Some(2));
}

#[test]
fn an_input_that_is_too_large_or_missing_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large");
    fs::write(&large, vec![b' '; 16 * 1024 * 1024 + 1]).unwrap();
    let output = explain(&large, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        explain(&folder.path().join("none"), &[]).status.code(),
        Some(1)
    );
}

#[test]
fn a_large_body_is_searched_within_bounds() {
    let body = format!(r#"{{"a":"{}"}}"#, "x".repeat(900_000));
    let row = github(b"nobody knows this one", body);
    let output = row.explain(&[]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
}
