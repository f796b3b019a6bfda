//! `hookgate send --challenge` and `hookgate listen`: whether an endpoint is its owner's.

use std::io::Write;

use hookgate::{challenge::Question, providers::known};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::{
    listening::{Listening, send},
    send_and_listen::FRAMEWORKS,
};

fn settings(settings: &Value) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(settings.to_string().as_bytes()).unwrap();
    file
}

#[test]
fn each_question_that_is_known_is_asked_and_answered_by_both_frameworks() {
    let asked = known::ALL.iter().filter(|it| !it.challenges.is_empty());
    let mut count = 0;
    for sender in asked {
        let needs_secret = sender.challenges.iter().any(Question::needs_secret);
        let right = if needs_secret {
            json!({"challenge": "utf8:typed-in"})
        } else {
            json!({"challenge": true})
        };
        let right = settings(&right);
        let right = right.path().to_str().unwrap();
        for framework in FRAMEWORKS {
            let listening = Listening::start(
                sender.name,
                &["--framework", framework, "--settings", right],
            );
            let to = format!("{}/hook", listening.url);
            let ask = |settings: &str| {
                send(&[
                    sender.name,
                    "--challenge",
                    "--to",
                    &to,
                    "--json",
                    "--settings",
                    settings,
                ])
            };
            let output = ask(right);
            assert!(output.status.success(), "{}: {output:?}", sender.name);
            assert!(listening.note().contains("handshake"));
            if needs_secret {
                let wrong = settings(&json!({"challenge": "utf8:another"}));
                let output = ask(wrong.path().to_str().unwrap());
                assert_eq!(output.status.code(), Some(1), "{}", sender.name);
            }
            listening.stop();
        }
        // Nobody told it to.
        let listening = Listening::start(sender.name, &[]);
        let to = format!("{}/hook", listening.url);
        let output = send(&[sender.name, "--challenge", "--to", &to, "--settings", right]);
        assert_eq!(output.status.code(), Some(1), "{}: {output:?}", sender.name);
        count += 1;
    }
    assert!(count > 5);
}

#[test]
fn what_asks_nothing_is_not_asked() {
    let output = send(&["github", "--challenge", "--to", "http://127.0.0.1:1/"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("no question of github is known"), "{text}");
    let answered = settings(&json!({"challenge": true}));
    let refused = Listening::refused("logto", &["--settings", answered.path().to_str().unwrap()]);
    assert!(
        refused.contains("no question of this provider is known"),
        "{refused}"
    );
    let no_secret = settings(&json!({"challenge": "CANARY"}));
    let refused = Listening::refused("meta", &["--settings", no_secret.path().to_str().unwrap()]);
    assert!(!refused.contains("CANARY"), "{refused}");
}

/// `send --handshake` hears which sender may send, and how fast.
#[test]
fn a_sender_of_cloudevents_asks_first_and_is_allowed_by_both_frameworks() {
    let origins = json!({"origins": ["eventgrid.azure.net"], "rate": 120});
    let of_any = json!({"access": "none", "web_hooks": origins});
    let signed = json!({"web_hooks": origins});
    for (provider, allowed) in [("github", signed), ("cloudevents", of_any)] {
        let allowed = settings(&allowed);
        let allowed = allowed.path().to_str().unwrap();
        for framework in FRAMEWORKS {
            is_allowed_once_it_has_asked(provider, framework, allowed);
        }
    }
    let wrong = settings(&json!({"web_hooks": {"origins": ["*"]}}));
    let refused = Listening::refused("github", &["--settings", wrong.path().to_str().unwrap()]);
    assert!(refused.contains("web_hooks"), "{refused}");
}

fn is_allowed_once_it_has_asked(provider: &str, framework: &str, settings: &str) {
    let arguments = ["--framework", framework, "--settings", settings];
    let listening = Listening::start(provider, &arguments);
    let to = format!("{}/hook", listening.url);
    let ask = |origin: &str| {
        let asked = [provider, "--settings", settings, "--handshake", origin];
        send(&[&asked[..], &["--to", &to, "--json"]].concat())
    };
    let output = ask("eventgrid.azure.net");
    assert!(output.status.success(), "{output:?}");
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    let wanted = json!({"handshake": {
        "right": true,
        "status": "200",
        "webhook-allowed-origin": "eventgrid.azure.net",
        "webhook-allowed-rate": "120",
    }});
    assert_eq!(line, wanted);
    assert!(listening.note().contains("handshake"));
    let output = ask("eventgrid.azure.net.attacker.example");
    assert_eq!(output.status.code(), Some(1));
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    let refused = json!({"handshake": {"right": false, "status": "403"}});
    assert_eq!(line, refused);
    listening.stop();
}
