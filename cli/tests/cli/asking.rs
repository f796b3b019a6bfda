//! `hookgate send --drop` and `hookgate status`: IDCloud that loses webhooks, and the question that finds them.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Output},
};

use serde_json::{Value, json};

use crate::{
    command::hookgate,
    listening::{Listening, with_secrets},
};

const KEY: &str = include_str!("../../../tests/vectors/signed_request/rsa.key.pem");
const ID: &str = "8263a268-5388-492a-bca2-28e1ff4a69f0";

fn status(url: &str, id: &str, more: &[&str]) -> Command {
    let account = ["--account", "service", "--tenant", "acme"];
    let hosts = ["--api-url", url, "--identity-url", url];
    let arguments = [&["status", "idcloud", id][..], &account, &hosts, more].concat();
    let mut command = hookgate(&arguments);
    command.env("IDCLOUD_PRIVATE_KEY", KEY);
    command
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Asks for a process that has ended, by one contract or the other.
fn ask(api: &str, id: &str, by_client: bool) {
    let contract = ["--contract", "by-client"];
    let more: &[&str] = if by_client { &contract } else { &["--json"] };
    let told = status(api, id, more).env("IDCLOUD_API_KEY", "k3y").output();
    let told = told.unwrap();
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    if by_client {
        assert_eq!(text(&told.stdout), format!("{id}  3  it has ended\n"));
        return;
    }
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let expected = json!({"id": id, "state": "PROCESS_STATE_FINISHED", "has_ended": true});
    assert_eq!(told, expected);
}

/// Plays a run in which each lost process is asked for with `hookgate status`. Which were lost, and the command's end.
fn played(options: &[&str]) -> (Vec<bool>, Vec<Value>, Output) {
    let listening = Listening::start("idcloud", &["--json"]);
    let to = format!("{}/hook", listening.url);
    let arguments = [
        &["send", "idcloud", "process_finished", "--json", "--to", &to],
        options,
    ]
    .concat();
    let mut command = hookgate(&arguments);
    let mut child = with_secrets(&mut command).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut line =
        || -> Option<Value> { Some(serde_json::from_str(&lines.next()?.unwrap()).unwrap()) };
    let api = line().unwrap()["api"].as_str().unwrap().to_owned();
    assert!(api.starts_with("http://127.0.0.1:"), "{api}");
    let (mut lost, mut others, mut asked) = (Vec::new(), Vec::new(), 0);
    while let Some(line) = line() {
        let Some(id) = line["process"].as_str() else {
            others.push(line);
            continue;
        };
        lost.push(line["lost"].as_bool().unwrap());
        if line["lost"] == true {
            asked += 1;
            // The command ends once the last one is asked for, so each is asked for once.
            ask(&api, id, asked % 2 == 0);
        }
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        listening.stop().events.len(),
        lost.iter().filter(|it| !**it).count()
    );
    (lost, others, output)
}

#[test]
fn what_is_lost_is_told_to_who_asks_and_a_seed_loses_the_same() {
    let options = [
        "--count", "12", "--drop", "0.4", "--delay", "20ms", "--seed", "7",
    ];
    let (lost, others, output) = played(&options);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let count = lost.iter().filter(|it| **it).count();
    assert!((1..12).contains(&count), "{lost:?}");
    let summary = &others.iter().find(|it| it["summary"].is_object()).unwrap()["summary"];
    assert_eq!(summary["accepted"], 12 - count);
    let fallback = &others.iter().find(|it| it["fallback"].is_object()).unwrap()["fallback"];
    let expected = json!({"lost": count, "asked_for": count, "questions": count});
    assert_eq!(fallback, &expected);
    assert_eq!(played(&options).0, lost);
}

#[test]
fn what_nobody_asks_for_is_a_failure() {
    let listening = Listening::start("idcloud", &["--json"]);
    let to = format!("{}/hook", listening.url);
    let mut command = hookgate(&[
        "send",
        "idcloud",
        "process_failed",
        "--drop",
        "1",
        "--patience",
        "0.2",
        "--to",
        &to,
    ]);
    let output = with_secrets(&mut command).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = text(&output.stdout);
    assert!(said.contains(": its webhook is lost\n"), "{said}");
    assert!(
        said.ends_with("1 lost: 0 asked for, 1 not; 0 questions\n"),
        "{said}"
    );
    assert!(listening.stop().events.is_empty());
}

#[test]
fn only_ends_of_idclouds_processes_are_lost() {
    let to = ["--to", "http://127.0.0.1:9/"];
    for (arguments, why) in [
        (
            &["send", "logto", "PostSignIn", "--drop", "0.5"][..],
            "only idcloud",
        ),
        (
            &["send", "idcloud", "process_created", "--drop", "0.5"],
            "ends a process",
        ),
    ] {
        let output = hookgate(&[arguments, &to].concat())
            .env("LOGTO_SIGNING_KEY", "k3y")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(text(&output.stderr).contains(why), "{output:?}");
    }
    let output = hookgate(&["send", "idcloud", "process_finished", "--drop", "2"]).output();
    assert_eq!(output.unwrap().status.code(), Some(2));
}

/// A key in the wrong place is shown to nobody.
#[test]
fn a_question_without_its_credentials_is_not_asked() {
    let unset = status("http://127.0.0.1:9", ID, &[])
        .env_remove("IDCLOUD_PRIVATE_KEY")
        .output()
        .unwrap();
    assert_eq!(unset.status.code(), Some(1));
    assert!(
        text(&unset.stderr).contains("IDCLOUD_PRIVATE_KEY"),
        "{unset:?}"
    );
    let by_client = status("http://127.0.0.1:9", ID, &["--contract", "by-client"])
        .output()
        .unwrap();
    assert!(
        text(&by_client.stderr).contains("IDCLOUD_API_KEY"),
        "{by_client:?}"
    );
    let wrong = status("http://127.0.0.1:9", ID, &[])
        .env("IDCLOUD_PRIVATE_KEY", "s3cret")
        .output()
        .unwrap();
    assert_eq!(wrong.status.code(), Some(1));
    assert!(!text(&wrong.stderr).contains("s3cret"), "{wrong:?}");
    let nobody = status("http://127.0.0.1:9", ID, &["--timeout", "2"])
        .output()
        .unwrap();
    assert_eq!(nobody.status.code(), Some(1));
    let other = hookgate(&["status", "logto", ID, "--account", "a", "--tenant", "t"]).output();
    assert_eq!(other.unwrap().status.code(), Some(2));
}
