//! What a terminal shows beside the text: colours, and a bar on long runs.
#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};

use hookgate_test_support::skip;

use crate::{
    bad_receivers::{answering, receiver},
    listening::SECRETS,
};

/// What `hookgate` with these arguments writes on a terminal of its own. `None`, said loudly, where there is no
/// `script`.
fn on_a_terminal(arguments: &str, environment: &[(&str, &str)]) -> Option<String> {
    let command = format!("{} {arguments}", env!("CARGO_BIN_EXE_hookgate"));
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .env_remove("NO_COLOR")
        .env("TERM", "xterm")
        .envs(SECRETS)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output();
    let Ok(output) = output else {
        skip("no `script`, which makes a terminal");
        return None;
    };
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

const COLOUR: &str = "\u{1b}[";

/// A receiver that accepts everything.
fn accepting() -> String {
    receiver(answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"))
}

#[test]
fn a_short_run_has_a_line_for_each_delivery_coloured_unless_refused() {
    let command = format!("send github push --count 2 --to {}", accepting());
    let Some(text) = on_a_terminal(&command, &[]) else {
        return;
    };
    assert!(text.contains("\u{1b}[32m200\u{1b}[0m"), "{text}");
    assert!(!text.contains("0/2"), "{text}");
    let Some(plain) = on_a_terminal(&command, &[("NO_COLOR", "1")]) else {
        return;
    };
    assert!(!plain.contains(COLOUR), "{plain}");
    assert_eq!(plain.matches("200 in").count(), 2, "{plain}");
}

#[test]
fn a_long_run_has_a_bar_and_a_summary() {
    let command = format!("send github push --count 60 --to {}", accepting());
    let Some(text) = on_a_terminal(&command, &[]) else {
        return;
    };
    assert!(text.contains("/60"), "{text}");
    assert!(text.contains("60 sent: 60 accepted, 0 not"), "{text}");
    assert!(!text.contains("200 in"), "{text}");
}

#[test]
fn an_explanation_is_coloured_unless_refused() {
    let record = concat!(env!("CARGO_TARGET_TMPDIR"), "/terminal.json");
    std::fs::write(record, crate::command::with("path", "/hook").to_string()).unwrap();
    let command = format!("explain {record}");
    if let Some(text) = on_a_terminal(&command, &[]) {
        assert!(text.contains("\u{1b}[1;32maccepted\u{1b}[0m"), "{text}");
    }
    if let Some(text) = on_a_terminal(&command, &[("NO_COLOR", "1")]) {
        assert!(!text.contains(COLOUR), "{text}");
    }
}
