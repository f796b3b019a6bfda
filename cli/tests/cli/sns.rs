//! Messages of Amazon SNS: what one end sends the other takes, confirmations run nothing, and mistakes have their names.

use std::fs;

use serde_json::{Value, json};

use crate::{
    command::{base64, hookgate, verdict},
    listening::{Listening, send, sent},
};

const TOPIC: &str = "arn:aws:sns:us-west-2:131990247566:orders";
const AT: i64 = 1_795_304_115;

fn own() -> Value {
    let vectors = include_str!("../../../tests/vectors/sns/own.json");
    serde_json::from_str(vectors).unwrap()
}

fn record(body: &str, settings: Value) -> Value {
    json!({
        "id": "1",
        "provider": "sns",
        "keys": [format!("pem:{}", own()["by_root"].as_str().unwrap())],
        "headers": [["content-type", "text/plain"]],
        "body_base64": base64(body.as_bytes()),
        "now": AT,
        "settings": settings,
    })
}

fn ours() -> Value {
    json!({ "topics": [TOPIC] })
}

#[test]
fn what_is_sent_is_handled_once_and_confirmations_run_nothing() {
    let settings = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/settings/sns.json");
    let listening = Listening::start("sns", &["--json", "--settings", settings]);
    let to = ["--to", &listening.url, "--settings", settings, "--json"];
    for event in ["SubscriptionConfirmation", "UnsubscribeConfirmation"] {
        let (lines, _) = sent(&send(&[&["sns", event], &to[..]].concat()));
        assert_eq!(lines[0]["attempts"][0]["status"], 200, "{lines:?}");
    }
    let output = send(&[&["sns", "Notification", "--copies", "2"], &to[..]].concat());
    assert!(output.status.success(), "{output:?}");
    let handled = listening.event();
    assert_eq!(handled["event_type"], "Notification");
    let shown = listening.stop();
    let runs = shown.events.iter().filter(|it| it.contains("handled"));
    assert_eq!(runs.count(), 0, "one was read: {:?}", shown.events);
}

#[test]
fn a_confirmation_that_is_verified_is_answered() {
    let own = own();
    let answered = verdict(&record(own["confirmation"].as_str().unwrap(), ours()));
    assert_eq!(answered["verdict"], "answered");
    assert_eq!(answered["reason"], "not_of_interest");
}

/// The first mistake that `explain` finds in a record.
fn mistake(record: &Value) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("record.json");
    fs::write(&file, record.to_string()).unwrap();
    let output = hookgate(&["explain", "--json", file.to_str().unwrap()])
        .output()
        .unwrap();
    let explained: Value = serde_json::from_slice(&output.stdout).unwrap();
    explained["findings"][0]["mistake"]
        .as_str()
        .map(str::to_owned)
}

#[test]
fn mistakes_have_their_names() {
    let own = own();
    let body = |name: &str| own["taken"][name].as_str().unwrap();
    let sha1 = json!({"topics": [TOPIC], "signature": "sha1"});
    let other = json!({"topics": [format!("{TOPIC}2")]});
    let mut raw = record("Hello", ours());
    raw["headers"] = json!([
        ["content-type", "text/plain"],
        ["x-amz-sns-rawdelivery", "true"]
    ]);
    for (record, expected) in [
        (record(body("plain"), ours()), None),
        (record(body("sha1"), ours()), Some("sns_version")),
        (record(body("plain"), sha1), Some("sns_version")),
        (record(body("plain"), other), Some("sns_topic")),
        (record("{}", ours()), Some("signature_missing")),
        (raw, Some("sns_raw_delivery")),
    ] {
        assert_eq!(mistake(&record).as_deref(), expected, "{record}");
    }
}
