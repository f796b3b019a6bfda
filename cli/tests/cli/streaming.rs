//! Verdicts come as records do, in their order.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
};

use serde_json::{Value, json};

use crate::command::{SIGNED_AT, hookgate, published, verdicts, verify, verify_text_with, with};

#[test]
fn a_verdict_is_written_before_the_next_record_is_read() {
    for jobs in ["1", "3"] {
        is_written_before_the_next_is_read(jobs);
    }
}

fn is_written_before_the_next_is_read(jobs: &str) {
    let mut child = hookgate(&["verify", "-", "--jobs", jobs]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for place in 0..3 {
        let id = place.to_string();
        // The beginning of the next record is no reason to wait either.
        write!(stdin, "{}\n {{", with("id", id.clone())).unwrap();
        stdin.flush().unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let verdict: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(verdict["id"], id);
        writeln!(stdin).unwrap();
        line.clear();
        stdout.read_line(&mut line).unwrap();
        assert!(line.contains("error"), "{line}");
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

#[test]
fn verdicts_are_in_the_order_of_records_over_more_policies_than_are_kept() {
    let records: Vec<Value> = (0..2000)
        .map(|place| {
            let mut record = published();
            record["id"] = json!(place.to_string());
            record["endpoint"] = json!(format!("endpoint-{}", place % 700));
            record["now"] = json!(SIGNED_AT + place % 2 * 301);
            record
        })
        .collect();
    let verdicts = verify(&records);
    for (place, verdict) in verdicts.iter().enumerate() {
        assert_eq!(verdict["id"], place.to_string());
        let accepted = verdict["verdict"] == "accepted";
        assert_eq!(accepted, place % 2 == 0, "{verdict}");
        if place >= 1400 && accepted {
            assert_eq!(verdict["event_key"], verdicts[place - 1400]["event_key"]);
        }
    }
}

#[test]
fn several_threads_write_what_one_writes() {
    let lines: Vec<String> = (0..3000)
        .map(|place| match place % 7 {
            5 => String::new(),
            6 => "no record".to_owned(),
            // Some are long, so that pieces of the input differ in what they cost.
            _ => {
                let mut record = published();
                record["id"] = json!("x".repeat(place % 500));
                record["now"] = json!(SIGNED_AT + i64::try_from(place).unwrap() % 3 * 301);
                record.to_string()
            }
        })
        .collect();
    let input = lines.join("\n");
    let of = |jobs| verify_text_with(&["--jobs", jobs], input.clone());
    let one = of("1");
    assert_eq!(one.status.code(), Some(2));
    assert!(one.stdout.len() > 200_000, "more than one piece");
    for jobs in ["2", "5", "64"] {
        let several = of(jobs);
        assert!(several.stdout == one.stdout, "--jobs {jobs}");
        assert_eq!(several.status.code(), Some(2));
    }
}

#[test]
fn no_thread_at_all_is_refused() {
    for jobs in ["0", "65"] {
        let output = verify_text_with(&["--jobs", jobs], "");
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn whoever_stops_reading_is_not_waited_for_by_a_thread_that_reads() {
    let mut child = hookgate(&["verify", "-", "--jobs", "2"]).spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{}", published()).unwrap();
    stdin.flush().unwrap();
    // It ends while its standard input is still open.
    assert_eq!(child.wait().unwrap().code(), Some(0));
    drop(stdin);
}

#[test]
fn records_are_read_from_a_file() {
    let path = format!("{}/records.jsonl", env!("CARGO_TARGET_TMPDIR"));
    fs::write(&path, format!("{}\n{}", with("id", "a"), with("id", "b"))).unwrap();
    let output = hookgate(&["verify", &path]).output().unwrap();
    let ids: Vec<Value> = verdicts(&output)
        .iter()
        .map(|verdict| verdict["id"].clone())
        .collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn ids_may_repeat() {
    let verdicts = verify(&[published(), published()]);
    assert_eq!(verdicts[0], verdicts[1]);
}

#[test]
fn whoever_has_seen_enough_may_stop_reading() {
    let mut child = hookgate(&["verify", "-"]).spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    let line = format!("{}\n", published());
    // The write fails once the command has gone.
    for _ in 0..1000 {
        if stdin.write_all(line.as_bytes()).is_err() {
            break;
        }
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}
