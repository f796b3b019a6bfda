//! Senders that only show a token: `send` and `listen`, over real HTTP.

use std::{collections::BTreeSet, fs};

use hookgate::providers::known::{self, Proof};
use serde_json::{Value, json};

use crate::{
    listening::{Listening, send, sent},
    send_and_listen::FRAMEWORKS,
};

#[test]
fn events_of_every_sender_with_a_token_are_handled_once() {
    for sender in known::ALL {
        if !matches!(sender.proof.value(), Proof::Token(_)) {
            continue;
        }
        let name = sender.name;
        let listening = Listening::start(name, &["--json"]);
        let url = format!("{}/hook", listening.url);
        let event = sender.sample.unwrap().types[0];
        let output = send(&[
            name, event, "--to", &url, "--count", "2", "--copies", "2", "--json",
        ]);
        assert!(output.status.success(), "{name}: {output:?}");
        assert_eq!(sent(&output).1["answers"], json!({"200": 4}), "{name}");
        let handled = listening.stop().events;
        let keys: BTreeSet<String> = handled
            .iter()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["event_key"].to_string())
            .collect();
        // Two events of one object have equal bodies where the row says so.
        let expected = if sender.equal_bodies.is_some() {
            1..=2
        } else {
            2..=2
        };
        assert!(expected.contains(&keys.len()), "{name}: {keys:?}");
        assert_eq!(keys.len(), handled.len(), "{name}");
    }
}

#[test]
fn a_missing_and_a_wrong_token_are_refused_by_both_frameworks() {
    let folder = tempfile::tempdir().unwrap();
    let settings = |name: &str, value: Value| {
        let path = folder.path().join(name);
        fs::write(&path, value.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let basic = settings("basic", json!({"at": "basic"}));
    let member = settings("member", json!({"at": {"member": "/token"}}));
    let once = settings(
        "once",
        json!({"timestamp": "/time", "token": "/token", "token_length": 32, "signature": "/mac"}),
    );
    let (missing, wrong) = ("access_missing", "access_denied");
    for (provider, settings, unsigned, tampered) in [
        ("telegram", None, missing, wrong),
        ("figma", None, missing, wrong),
        ("microsoft-graph", None, missing, wrong),
        ("chargebee", None, missing, wrong),
        ("mailgun", None, "malformed_signature", "signature_mismatch"),
        ("access-token", Some(&basic), missing, wrong),
        ("access-token", Some(&member), missing, wrong),
        (
            "one-time-token",
            Some(&once),
            "malformed_signature",
            "signature_mismatch",
        ),
    ] {
        for framework in FRAMEWORKS {
            let settings: Vec<&str> = settings
                .iter()
                .flat_map(|path| ["--settings", path.as_str()])
                .collect();
            let arguments = [&["--framework", framework], &settings[..]].concat();
            let key = [("KEY", "user:password")];
            let mut arguments = arguments;
            let of_scheme = known::find(provider).is_none();
            if of_scheme {
                arguments.extend(["--key-env", "KEY"]);
            }
            let listening = Listening::start_in(&key, provider, &arguments);
            let folder_key = folder.path().join("key");
            fs::write(&folder_key, "utf8:user:password").unwrap();
            let trial = |mistake: &[&str]| {
                let event = known::find(provider)
                    .map_or("user.created", |sender| sender.sample.unwrap().types[0]);
                let mut all = vec![provider, event, "--to", &listening.url];
                all.extend(&settings);
                if of_scheme {
                    all.extend(["--key-file", folder_key.to_str().unwrap()]);
                }
                all.extend(mistake);
                send(&all)
            };
            let right = trial(&[]);
            assert!(right.status.success(), "{provider} {framework}: {right:?}");
            for (mistake, reason) in [("--unsigned", unsigned), ("--tamper", tampered)] {
                let output = trial(&[mistake, "--attempts", "1"]);
                assert_eq!(output.status.code(), Some(1), "{provider} {mistake}");
                assert_eq!(listening.note(), format!("refused  {reason}"), "{provider}");
            }
            assert_eq!(listening.stop().events.len(), 1, "{provider} {framework}");
        }
    }
}
