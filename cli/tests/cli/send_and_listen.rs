//! `hookgate send` and `hookgate listen`, both as processes, over real HTTP.

use std::collections::BTreeSet;

use hookgate::providers::known;
use serde_json::{Value, json};

use crate::{
    command::hookgate,
    listening::{Listening, SECRETS, send, sent},
    senders::rows,
};

pub(crate) const FRAMEWORKS: [&str; 2] = ["axum", "actix"];

/// Rows of presets that differ in names alone are one shape. All else is here.
#[test]
fn every_provider_that_is_no_mere_row_is_here() {
    let output = hookgate(&["providers", "--json"]).output().unwrap();
    let listed: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let listed: BTreeSet<_> = listed.iter().filter_map(|it| it["name"].as_str()).collect();
    let here: BTreeSet<_> = rows().iter().map(|row| row.provider).collect();
    for name in &listed {
        let is_mere_row = known::find(name).is_some_and(|sender| sender.sample.is_some());
        let is_token = ["access-token", "one-time-token"].contains(name);
        assert!(is_mere_row || is_token || here.contains(name), "{name}");
    }
    assert!(here.is_subset(&listed));
}

#[test]
fn events_of_every_provider_are_handled_once_by_both_frameworks() {
    for framework in FRAMEWORKS {
        for row in &rows() {
            let provider = row.name();
            let listening = row.listen(&["--json", "--framework", framework]);
            let url = format!("{}/hook", listening.url);
            let output = row.send(&url, &["--count", "2", "--copies", "3", "--json"]);
            assert!(output.status.success(), "{provider}: {output:?}");
            let (lines, summary) = sent(&output);
            assert_eq!(lines.len(), 6, "{provider}");
            assert_eq!(summary["answers"], json!({"200": 6}), "{provider}");
            let handled = listening.stop().events;
            let handled: Vec<Value> = handled
                .iter()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect();
            let keys: BTreeSet<_> = handled.iter().map(|it| it["event_key"].as_str()).collect();
            assert_eq!(
                (handled.len(), keys.len()),
                (2, 2),
                "{provider}, {framework}"
            );
            for line in handled {
                let members: Vec<_> = line.as_object().unwrap().keys().collect();
                let promised = [
                    "attempt",
                    "delivery_id",
                    "event_key",
                    "event_type",
                    "key_id",
                ];
                assert_eq!(members, promised);
                assert_eq!(line["attempt"], 1);
            }
        }
    }
}

#[test]
fn an_onboarding_arrives_whole_in_order_and_out_of_order() {
    let listening = Listening::start("facephi", &["--json"]);
    let types = |arguments: &[&str]| -> Vec<String> {
        let to = [
            "facephi",
            "--flow",
            "--speed",
            "1000",
            "--to",
            &listening.url,
        ];
        let output = send(&[&to, arguments].concat());
        assert!(output.status.success(), "{output:?}");
        let seven = (0..7).map(|_| listening.event()["event_type"].as_str().unwrap().to_owned());
        seven.collect()
    };
    let in_order = types(&[]);
    assert!(in_order[0].contains("operation_started"), "{in_order:?}");
    assert!(in_order[6].contains("operation_finished"), "{in_order:?}");
    let mut shuffled = types(&["--shuffle"]);
    assert_ne!(shuffled, in_order);
    shuffled.sort();
    let mut sorted = in_order;
    sorted.sort();
    assert_eq!(shuffled, sorted);
}

#[test]
fn what_is_wrong_on_purpose_is_refused_for_that_reason() {
    for row in &rows() {
        let provider = row.name();
        let listening = row.listen(&[]);
        let wrong = |mistake: &str| row.send(&listening.url, &[mistake, "--attempts", "1"]);
        for (mistake, reason) in [("--unsigned", row.unsigned), ("--tamper", row.tampered)] {
            assert_eq!(
                wrong(mistake).status.code(),
                Some(1),
                "{provider} {mistake}"
            );
            assert_eq!(listening.note(), format!("refused  {reason}"), "{provider}");
        }
        let output = wrong("--stale");
        assert_eq!(output.status.code(), Some(1), "{provider}");
        match row.stale {
            Some(reason) => assert_eq!(listening.note(), format!("refused  {reason}")),
            None => {
                let error = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(error.contains("signs no time"), "{error}");
            }
        }
        assert!(listening.stop().events.is_empty(), "{provider}");
    }
}

#[test]
fn a_failing_handler_is_asked_again_as_the_sender_asks() {
    for framework in FRAMEWORKS {
        let listening = Listening::start(
            "logto",
            &["--json", "--fail", "2", "--framework", framework],
        );
        let output = send(&["logto", "PostSignIn", "--to", &listening.url, "--json"]);
        assert!(output.status.success(), "{output:?}");
        let (lines, summary) = sent(&output);
        let statuses = lines[0]["attempts"].as_array().unwrap().iter();
        let statuses: Vec<_> = statuses.map(|attempt| attempt["status"].clone()).collect();
        assert_eq!(statuses, [503, 503, 200]);
        assert_eq!(summary["accepted"], 1);
        let shown = listening.stop();
        assert_eq!(shown.events.len(), 1, "{framework}");
        let failed = shown.notes.iter().filter(|note| note.starts_with("failed"));
        assert_eq!(failed.count(), 2, "{:?}", shown.notes);
    }
}

#[test]
fn an_address_that_others_can_reach_needs_a_flag() {
    let error = Listening::refused("facephi", &["--bind", "0.0.0.0"]);
    assert!(error.contains("--listen-beyond-loopback"), "{error}");
    let allowed = Listening::start(
        "facephi",
        &["--bind", "0.0.0.0", "--listen-beyond-loopback"],
    );
    assert!(allowed.url.starts_with("http://0.0.0.0:"));
    allowed.stop();
}

#[test]
fn an_address_without_an_event_is_no_success() {
    let output = send(&["github", "--to", "http://127.0.0.1:9/"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let why = String::from_utf8(output.stderr).unwrap();
    assert!(why.contains("which event?"), "{why}");
    // Without an address it is a question, and its answer the list.
    let output = send(&["github"]);
    assert!(output.status.success() && !output.stdout.is_empty());
}

#[test]
fn events_are_edited_before_they_are_signed() {
    let listening = Listening::start("stripe", &["--show-payload"]);
    let output = send(&[
        "stripe",
        "invoice.paid",
        "--to",
        &listening.url,
        "--set",
        "data.object.amount=1990",
        "--set",
        "id=evt_mine",
    ]);
    assert!(output.status.success(), "{output:?}");
    let shown = listening.stop().events;
    assert!(shown[0].contains("id evt_mine"), "{shown:?}");
    assert!(shown[1].contains(r#""amount":1990"#), "{shown:?}");
}

#[test]
fn no_secret_signature_or_payload_is_shown() {
    for row in &rows() {
        let provider = row.name();
        for json in [&[][..], &["--json"]] {
            let listening = row.listen(&[json, &["--fail", "1"]].concat());
            let mut output = String::new();
            for mistake in [&[][..], &["--tamper"], &["--unsigned"]] {
                let arguments = ["--speed", "1000", "--attempts", "2"];
                let personal = ["--set", "personal=canary"];
                let run = row.send(
                    &listening.url,
                    &[&arguments, &personal[..], mistake, json].concat(),
                );
                output.push_str(&String::from_utf8_lossy(&run.stdout));
                output.push_str(&String::from_utf8_lossy(&run.stderr));
            }
            let shown = listening.stop();
            output.push_str(&shown.events.concat());
            output.push_str(&shown.notes.concat());
            for hidden in ["canary", "s3cret", "sha256=", "v1,", "czNjcmV0"] {
                assert!(!output.contains(hidden), "{provider}: {hidden}: {output}");
            }
            for (_, secret) in SECRETS {
                assert!(!output.contains(secret), "{provider}: {output}");
            }
        }
    }
}

#[test]
fn an_event_in_a_form_is_a_copy_of_the_same_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("body.json");
    std::fs::write(&path, r#"{"action":"opened"}"#).unwrap();
    let body = path.to_str().unwrap();
    for framework in FRAMEWORKS {
        let listening = Listening::start("github", &["--json", "--framework", framework]);
        let url = &listening.url;
        let to = ["github", "issues", "--to", url, "--data", body];
        let form = [&to[..], &["--form"]].concat();
        for (arguments, expected) in [(&form[..], 1), (&to, 0), (&form, 0)] {
            let output = send(arguments);
            assert!(output.status.success(), "{output:?}");
            (0..expected).for_each(|_| drop(listening.event()));
        }
        assert_eq!(listening.stop().events.len(), 0, "{framework}");
    }
    let output = send(&[
        "stripe",
        "invoice.paid",
        "--to",
        "http://127.0.0.1:9/",
        "--form",
    ]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        error.contains("stripe sends its events as JSON alone"),
        "{error}"
    );
}

/// Measured times, ports and identities are not stable. Everything else is.
fn stable(text: &str, url: &str) -> String {
    let authority = url.trim_start_matches("http://");
    let text = text.replace(authority, "127.0.0.1:3000");
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        while let Some(end) = line.find(" ms") {
            let begin = line[..end].rfind(' ').unwrap() + 1;
            line.replace_range(begin..end + 3, "T");
        }
        let words = line.split(' ').map(|word| {
            let is_identity = word.len() >= 12 && word.chars().all(|it| it.is_ascii_hexdigit());
            if is_identity { "X" } else { word }
        });
        lines.push(words.collect::<Vec<_>>().join(" "));
    }
    lines.join("\n").trim_end().to_owned()
}

/// The part of a document between this text and the end of the block.
fn shown<'a>(document: &'a str, from: &str) -> &'a str {
    let (_, rest) = document.split_once(from).unwrap();
    rest.split("```").next().unwrap()
}

#[test]
fn the_documents_show_what_is_printed() {
    let listening = Listening::start("facephi", &[]);
    let url = format!("{}/hook", listening.url);
    let output = send(&["facephi", "--flow", "--speed", "2000", "--to", &url]);
    let printed = stable(std::str::from_utf8(&output.stdout).unwrap(), &listening.url);
    let address = listening.url.clone();
    let handled = stable(&listening.stop().events.join("\n"), &address);

    let readme = include_str!("../../../README.md");
    let guide = include_str!("../../../docs/send-and-listen.md");
    let command = "--flow --speed 20 --to http://127.0.0.1:3000/hook\n";
    let address = "http://127.0.0.1:3000";
    assert_eq!(stable(shown(readme, command), address), printed);
    assert_eq!(stable(shown(guide, command), address), printed);
    let begin = "```text\nhandled  ";
    let of_readme = format!("handled  {}", shown(readme, begin));
    assert_eq!(stable(&of_readme, address), handled);
    let of_guide = format!("handled  {}", shown(guide, begin));
    let of_guide = of_guide.trim_end().trim_end_matches('…');
    assert!(
        handled.starts_with(&stable(of_guide, address)),
        "{of_guide}"
    );
    let listens = "listening on http://127.0.0.1:3000 for facephi with axum; Ctrl-C ends it";
    assert!(readme.contains(listens) && guide.contains(listens));
}
